"""The names of files that notebooks of the field ask for are on the sheets, and lead to tables of the right width."""

from fnmatch import fnmatchcase
from math import prod

import pytest

from grader.courses.course import Course
from grader.courses.sheet import Assignment, FileForm
from grader.data.catalogue import data_set
from grader.data.exports import columns_of

ASKED_FOR = {
    "boston": {
        "table": "HousingData.csv BostonHousing.csv Boston.csv boston_housing.csv 1_boston_housing.csv boston.csv "
        "boston_house_prices.csv housing.csv Boston_Housing.csv housing.data",
        "statlib": "boston",
        "npz": "boston_housing.npz",
    },
    "imdb": {
        "table": "IMDB|Dataset.csv IMDB_Dataset.csv imdb.csv IMDB.csv movie_data.csv",
        "npz": "imdb.npz",
        "folders": "aclImdb",
        "archive": "aclImdb_v1.tar.gz IMDB|Dataset.csv.zip",
    },
    "fashion-mnist": {
        "table": "fashion-mnist_train.csv fashion-mnist_test.csv fashion_mnist_train.csv",
        "idx": "train-images-idx3-ubyte t10k-labels-idx1-ubyte train-images.idx3-ubyte",
        "archive": "train-labels-idx1-ubyte.gz fashionmnist.zip",
        "folders": "fashion-mnist-png",
    },
    "mnist": {
        "table": "mnist_train.csv mnist_test.csv mnist_784.csv",
        "npz": "mnist.npz",
        "idx": "train-images-idx3-ubyte t10k-labels.idx1-ubyte",
        "archive": "t10k-images-idx3-ubyte.gz mnist.zip",
        "folders": "mnist-jpg mnist-png",
    },
    "cifar10": {
        "batches": "cifar-10-batches-py data_batch_1 test_batch batches.meta",
        "archive": "cifar-10-python.tar.gz",
        "folders": "cifar-10-img",
    },
}
"""Names by the form in which they are served; a bar stands for a blank."""
ANOTHERS = {
    "boston": ["california_housing_train.csv", "boston.h5", "train.csv"],
    "imdb": ["imdb.h5", "reviews.json"],
    "fashion-mnist": ["fashion_mnist.h5", "fashion_mnist.png", "mnist_train.csv"],
    "mnist": ["mnist.h5", "mnist_cnn.png", "fashion-mnist_train.csv", "model.keras"],
    "cifar10": ["cifar10.h5", "cifar10_model.keras", "cifar-100-python.tar.gz"],
}
"""Names of other data sets, and of files that a notebook itself writes."""


def form_of(assignment: Assignment, name: str) -> FileForm | None:
    """The form that fits the name first."""
    fits = (
        form
        for form in assignment.files
        if any(fnmatchcase(name.lower(), pattern.lower()) for pattern in [*form.names, *form.members])
    )
    return next(fits, None)


def test_names_of_the_field_are_known(each: Assignment) -> None:
    for expected, names in ASKED_FOR[each.name].items():
        for name in names.replace(" ", "\n").replace("|", " ").splitlines():
            form = form_of(each, name)
            assert form is not None, name
            assert form.form == expected, name


def test_names_of_other_things_are_not(each: Assignment) -> None:
    assert [name for name in ANOTHERS[each.name] if form_of(each, name)] == []


def test_tables_have_a_column_for_each_feature_and_the_target(each: Assignment) -> None:
    shape = data_set(each.task.dataset).x[1]
    for table in (table for form in each.files for table in form.tables):
        columns = columns_of(table)
        assert table.target in columns
        assert len(columns) - columns.count("#") == prod(shape) + 1


def test_classes_of_folders_are_those_of_the_sheet(each: Assignment) -> None:
    labels = [form.labels for form in each.files if form.form in {"folders", "batches"} and form.labels]
    assert all(len(named) == len(each.task.classes) for named in labels)


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_part_of_a_data_set_is_served_under_its_name(course: Course, part: str) -> None:
    for name in ("mnist", "fashion-mnist"):
        form = form_of(course.assignment(name), f"{'fashion-' if 'fashion' in name else ''}mnist_{part}.csv")
        assert form is not None
        assert form.rows == part
