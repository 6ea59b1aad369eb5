from pathlib import Path

from grader.inside.shelf import Shelf
from grader.inside.urls import no_network

KERAS = "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/vgg16_notop.h5"


def test_weights_that_are_not_there_are_told_with_what_the_teacher_can_do(tmp_path: Path):
    names = [(["HousingData.csv"], [], "k1", "HousingData.csv", False)]
    settings = {"submission": str(tmp_path), "teacher": None, "made": str(tmp_path), "names": names}
    shelf = Shelf(settings, print, tmp_path / "refused.json", print)
    assert no_network(KERAS, shelf).endswith("The teacher can put vgg16_notop.h5 into the folder of --files")
    assert no_network("https://x.org/a.csv", shelf).endswith("Names that the grader knows: HousingData.csv")
