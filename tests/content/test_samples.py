"""The samples of `tests/samples`, held to what is expected: the quick ones run here, all of them in bench/field.py.

Rows are made up where no real data set is bundled, and a training gets one second: what is tested is that a notebook
runs, which model is chosen and how it is measured, and not how good it is.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from dataflow import behind, lost_from, names_in
from field import LEAST, Row, grade, share, shortfalls, speaks_of

from grader.courses.course import Course, bundled
from grader.data.datasets import Split
from grader.data.served import serve
from grader.data.standin import STAND_INS, digits
from grader.judging.replay import Stage
from grader.pipeline import Desk
from grader.records import Evidence
from grader.running import wall
from grader.running.sandbox import open_sandbox
from grader.submissions.collect import collect, unparsable
from tests.samples import SAMPLES
from tests.samples.notebook import Sample

ALL = [pytest.param(name, sample, id=f"{name}/{sample.name}") for name in SAMPLES for sample in SAMPLES[name]]


# -- What they are -----------------------------------------------------------------------------------------------------


def test_there_are_sixty_and_a_dozen_for_each_assignment() -> None:
    assert list(SAMPLES) == ["boston", "imdb", "fashion-mnist", "mnist", "cifar10"]
    assert sum(map(len, SAMPLES.values())) >= 60
    for samples in SAMPLES.values():
        assert len({sample.name for sample in samples}) == len(samples) >= 12
        assert any(sample.quick for sample in samples)


@pytest.mark.parametrize(("name", "sample"), ALL)
def test_a_sample_is_read_as_it_was_written(name: str, sample: Sample, tmp_path: Path) -> None:
    collected = collect(sample.write(tmp_path), name, None, None, None)
    assert (collected.submission.problem is not None) == (sample.form == "stub")
    cells = [cell for cell in sample.cells if cell.is_code]
    if sample.form in {"ipynb", "bom", "utf-16", "nbformat3"}:
        code = [cell["source"] for cell in collected.notebook["cells"] if cell["cell_type"] == "code"]
        assert [words.lstrip("!") for words in code] == [cell.source.lstrip("!") for cell in cells]
        assert all(cells[number - 1].fails for number in unparsable(collected.notebook))


@pytest.mark.parametrize(("name", "sample"), ALL)
def test_cells_that_are_apart_for_a_person_are_apart_for_the_bench(name: str, sample: Sample) -> None:
    wanted = sample.chosen if isinstance(sample.chosen, dict) else {"": sample.chosen}
    models = {each for names in wanted.values() for each in (names if isinstance(names, tuple) else (names,))}
    code = [cell for cell in sample.cells if cell.is_code]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of invalid escapes in what students write
        needed = behind(
            {number: cell.source for number, cell in enumerate(code, 1)}, (), {str(each) for each in models}
        )
    assert [number for number in sorted(needed) if code[number - 1].apart] == []


# -- Which cells a model depends on ------------------------------------------------------------------------------------

CELLS = {
    1: "import numpy as np\nx = np.ones((4, 2))",
    2: "from sklearn.preprocessing import StandardScaler\nx = StandardScaler().fit_transform(x)",
    3: "for i in range(3):\n    print(i, [n for n in x])",
    4: "def build():\n    m = Sequential()\n    return m",
    5: "model = build()\nmodel.fit(x, y)",
    6: "plot(model.history)",
}


def test_a_model_depends_on_what_its_cells_use_through_others() -> None:
    assert behind(CELLS, {5}, ["model"]) == {1, 2, 4, 5}
    assert behind({**CELLS, 7: "model.fit(x, y)"}, (), ["model"]) == {1, 2, 4, 5, 7}
    assert behind({1: "i = 7 +", 2: "i.append(1)", 3: "model.fit(i)"}, (), ["model"]) == {1, 2, 3}


@pytest.mark.parametrize(
    ("source", "used", "defined"),
    [
        ("x = x / 255", {"x"}, {"x"}),
        ("x = 1\ny = x", set(), {"x", "y"}),
        ("df['a'] = 0", {"df"}, {"df"}),
        ("df.dropna(inplace=True)", {"df"}, {"df"}),
        ("df.head()", {"df"}, set()),
        ("import numpy as np\nnp.random.seed(7)", set(), {"np"}),
        ("a += b", {"a", "b"}, {"a"}),
        ("f = lambda v: v + w", {"w"}, {"f"}),
        ("with open(p) as file:\n    t = file.read()", {"open", "p"}, {"file", "t"}),
    ],
)
def test_what_a_cell_uses_and_defines(source: str, used: set[str], defined: set[str]) -> None:
    assert (names_in(source).used, names_in(source).defined) == (used, defined)


def test_only_what_stands_below_an_error_is_lost() -> None:
    source = "model.fit(x)\nplt.plot(\n    x, 'bo-x')\nplt.show()"
    assert lost_from(source, 3) == ("model.fit(x)\n", "plt.plot(\n    x, 'bo-x')\nplt.show()")
    assert lost_from(source, None) == ("", source)
    assert lost_from("a b", 1) == ("", "a b")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("keras.datasets.fashion_mnist.load_data()", {"fashion-mnist"}),
        ("from keras.datasets import mnist, boston_housing", {"mnist", "boston"}),
        ("pd.read_csv('mnist_train.csv')", {"mnist"}),
        ("model.fit(x, y)", set()),
    ],
)
def test_the_data_sets_that_a_cell_speaks_of(source: str, names: set[str]) -> None:
    assert speaks_of(source) == names


# -- What becomes of them ----------------------------------------------------------------------------------------------


def rows_for(name: str) -> Split:
    """A few hundred rows: handwritten digits in the place of pictures, else what chance says."""
    if name in STAND_INS:
        return digits(name)
    chance = np.random.default_rng(0)
    if name == "boston":
        x = chance.normal(size=(506, 13)) * np.arange(1, 14) + 20
        y = np.clip(x @ np.linspace(-1, 1, 13), 5, 50)
        return Split(name, x[:404], y[:404], x[404:], y[404:], fingerprint="made up", official_split=False)
    # Words are as frequent as their numbers say, so that every vocabulary has some of each.
    reviews = np.array(
        [chance.zipf(1.3, 400)[:length] % 20_000 + 1 for length in chance.integers(40, 300, 900)], object
    )
    words = {f"word{number}": number for number in range(1, 20_001)}
    x, y = np.array([list(map(int, each)) for each in reviews], object), chance.integers(0, 2, 900)
    return Split(name, x[:600], y[:600], x[600:], y[600:], fingerprint="made up", word_index=words)


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Desk]]:
    """A desk for each assignment on a few rows, with one sandbox for all."""
    course, cache = Course(bundled()), tmp_path_factory.mktemp("cache")
    served = {name: serve(rows_for(name), 200 if name == "imdb" else 80, 7, cache) for name in SAMPLES}
    folders, isolation = {name: each.folder for name, each in served.items()}, wall.best_here()
    with open_sandbox(isolation, folders) as sandbox, ExitStack() as stages:
        made = {}
        for name in SAMPLES:
            assignment = course.assignment(name)
            limits = assignment.limits.model_copy(update={"training_seconds": 1, "wall_seconds": 120})
            rubric = course.rubric(assignment)
            stage = stages.enter_context(Stage(isolation, served[name]))
            made[name] = Desk(course, assignment, rubric, served[name], sandbox, {}, {}, limits, False, stage)
        yield made


def falls_below(rows: list[Row], figure: str, holds: Callable[[Row], bool]) -> bool:
    """Whether it holds for a smaller share of the rows than the issue asks."""
    return share(rows, holds) < LEAST[figure]


def test_samples_run_keep_their_model_and_are_measured_on_sealed_rows(
    desks: Mapping[str, Desk], tmp_path: Path
) -> None:
    # One test: several would be run by several workers, each of which would grade all samples.
    rows = [
        grade(sample.write(tmp_path / name), desks[name], tmp_path / "reports" / name)
        for name, samples in SAMPLES.items()
        for sample in samples
        if sample.quick
    ]
    words = "\n".join(shortfalls(rows))
    assert [row.path.name for row in rows if row.failure] == [], words
    people = [row for row in rows if row.expects("runs")]
    assert not falls_below(people, "ran or lost only unconcerned cells", lambda row: row.kept), words
    measurable = [row for row in people if row.expects("sealed")]
    assert not falls_below(measurable, "accuracy from the sealed rows", lambda row: row.sealed), words
    assert not falls_below(rows, "the right model", lambda row: bool(row.right)), words
    assert [row.path.name for row in rows if row.sealed and not row.expects("sealed")] == []
    lost = {row.path.name: {cell.number for cell in row.lost} - set((row.expected or {})["fails"]) for row in rows}
    assert {name: cells for name, cells in lost.items() if cells} == {}
    reports = [
        Evidence.model_validate_json(path.read_bytes()) for path in (tmp_path / "reports").rglob("evidence.json")
    ]
    assert len(reports) == len(rows)
    assert [model.discrepancies for evidence in reports for model in evidence.models if model.discrepancies] == []
