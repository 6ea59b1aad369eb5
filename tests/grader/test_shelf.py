import json
from pathlib import Path
from typing import Any

import pytest

from grader.inside.shelf import Found, Shelf

NAMES = [
    (["HousingData.csv", "*boston*.csv"], [], "k1", "HousingData.csv", False),
    (["cifar-10-batches-py"], ["data_batch_[1-5]"], "k2", "cifar-10-batches-py", True),
]


class Library:
    """A shelf with files in its three places, and what it asks and notes."""

    def __init__(self, folder: Path):
        for path in (
            "own/data/notes.csv",
            "own/old/notes.csv",
            "own/Boston.csv",
            "teacher/notes.csv",
            "teacher/pics/cat/1.png",
        ):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(path)
        self.folder = folder
        self.asked: list[str] = []
        self.noted: list[Found] = []
        places = {name: str(folder / name) for name in ("own", "teacher", "made")}
        settings: dict[str, Any] = {"submission": places["own"], "teacher": places["teacher"], "made": places["made"]}
        self.shelf = Shelf({**settings, "names": NAMES}, self.ask, folder / "refused.json", self.noted.append)

    def ask(self, key: str) -> None:
        """What the host does when it is asked."""
        self.asked.append(key)
        if key == "k1":
            (self.folder / "made" / "k1").mkdir(parents=True)
            (self.folder / "made" / "k1" / "HousingData.csv").write_text("table")
        else:
            (self.folder / "refused.json").write_text(json.dumps([key]))

    def find(self, path: object) -> str | None:
        """Where it lies, below the folder."""
        found = self.shelf.find(path)
        return str(Path(found.path).relative_to(self.folder)) if found else None


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


@pytest.mark.parametrize(
    "path",
    [
        "HousingData.csv",
        "housingdata.CSV",
        r"C:\data\HousingData.csv",
        "/content/drive/MyDrive/HousingData.csv",
        "../input/any/HousingData.csv",
        Path("csv/HousingData.csv"),
        b"HousingData.csv",
        "1_boston_housing.csv",
    ],
)
def test_only_the_name_means_anything(library: Library, path: object) -> None:
    assert library.find(path) == "made/k1/HousingData.csv"


@pytest.mark.parametrize("path", ["x.csv", "HousingData.csv/x", "", "..", 7, None, "/a/../b"])
def test_a_name_that_is_not_known_stands_for_nothing(library: Library, path: object) -> None:
    assert library.find(path) is None


def test_the_sheet_goes_before_what_was_handed_in_and_that_before_the_teachers(library: Library) -> None:
    assert library.find("D:/Boston.csv") == "made/k1/HousingData.csv"  # the one handed in holds the sealed rows
    assert library.find("D:/notes.csv") == "own/data/notes.csv"
    for path in (library.folder / "own").rglob("*.csv"):
        path.unlink()
    del library.shelf.known
    assert library.find("D:/notes.csv") == "teacher/notes.csv"


def test_of_several_files_with_one_name_the_one_in_the_likest_folder_is_meant(library: Library) -> None:
    assert library.find(r"C:\work\old\notes.csv") == "own/old/notes.csv"
    assert library.find("/work/data/notes.csv") == "own/data/notes.csv"


def test_a_folder_is_known_by_its_name_and_so_is_what_lies_in_it(library: Library) -> None:
    assert library.find("/content/pics") == "teacher/pics"
    assert library.find(r"C:\pics\cat\1.png") == "teacher/pics/cat/1.png"
    assert library.find("pics/cat/*.png") == "teacher/pics/cat/*.png"
    assert library.find("pics/dog/1.png") == "teacher/pics/cat/1.png"  # by the file's own name


def test_an_export_is_asked_for_once_and_one_that_is_refused_stands_for_nothing(library: Library) -> None:
    assert library.find("notes.csv") == "own/data/notes.csv"
    assert library.asked == []
    library.find("HousingData.csv")
    library.find("my_boston.csv")
    assert library.asked == ["k1"]
    assert library.find("cifar-10-batches-py/data_batch_1") is None
    assert library.asked == ["k1", "k2"]
    (library.folder / "made" / "k2" / "cifar-10-batches-py").mkdir(parents=True)
    (library.folder / "made" / "k2" / "cifar-10-batches-py" / "data_batch_1").touch()
    found = library.shelf.find("data_batch_1")
    assert found is not None
    assert found.path == str(library.folder / "made" / "k2" / "cifar-10-batches-py" / "data_batch_1")
    assert found.served == "cifar-10-batches-py/data_batch_1"


def test_what_is_there_is_left_alone_and_what_is_served_is_noted(library: Library) -> None:
    real = library.folder / "teacher" / "notes.csv"
    assert library.shelf.real(str(real)) == str(real)
    assert library.shelf.real("unknown") == "unknown"
    assert library.noted == []
    library.shelf.real(r"C:\pics\cat\1.png")
    assert [(each.asked, each.served, each.source) for each in library.noted] == [
        (r"C:\pics\cat\1.png", "pics/cat/1.png", "teacher")
    ]


def test_the_hint_and_the_listing_have_the_plain_names(library: Library) -> None:
    assert "HousingData.csv, cifar-10-batches-py, " in library.shelf.hint
    assert "*" not in library.shelf.hint
    assert {path.name for path in Path(library.shelf.listing).iterdir()} == {
        "HousingData.csv", "Boston.csv", "notes.csv", "data", "old", "pics",
    }  # fmt: skip


def test_what_may_have_been_uploaded_was_handed_in_or_is_named_first(library: Library, tmp_path: Path) -> None:
    assert sorted(library.shelf.likely) == ["Boston.csv", "data/notes.csv", "old/notes.csv"]
    settings = {"submission": str(tmp_path / "none"), "teacher": None, "made": str(tmp_path), "names": NAMES}
    shelf = Shelf(settings, library.ask, tmp_path / "refused.json", library.noted.append)
    assert shelf.likely == ["HousingData.csv"]
