import pytest

from grader.running import modules
from grader.running.modules import PACKAGES, is_gap, named_in, next_step, pip_install


def test_the_full_name_is_kept():
    assert named_in("No module named 'sklearn.metrcs'") == "sklearn.metrcs"
    assert named_in("nothing of the kind") == named_in(f"No module named '{'x' * 900}'") == ""


@pytest.mark.parametrize("name", ["seaborn", "scipy", "numpy", "cv2"])
def test_the_exact_name_of_a_package_that_is_not_installed_is_the_graders_gap(
    monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setattr(modules, "find_spec", lambda name: None)
    assert is_gap(name)


@pytest.mark.parametrize("name", ["numpy", "matplotlb", "sklearn.metrcs", "google.colab", "my_utils", "os"])
def test_what_is_installed_misspelled_or_unknown_is_not(name: str):
    assert not is_gap(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sklearn.metrcs", "`sklearn` is here"),
        ("matplotlb", "Did you mean `matplotlib`?"),
        ("tensroflow", "Did you mean `tensorflow`?"),
        ("my_utils", "a file of your own? Hand it in inside the notebook"),
        ("osx", "a file of your own?"),
    ],
)
def test_the_student_is_told_what_to_do_about_any_other(name: str, words: str):
    assert words in next_step(name)


def test_the_exact_name_of_a_package_is_never_a_misspelling():
    assert [name for name in PACKAGES if modules.misspelled(name)] == []


def test_pip_is_given_the_name_of_the_distribution():
    assert pip_install(["cv2", "seaborn"]) == "pip install opencv-python-headless seaborn"
