import ast
import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest

from grader.courses.course import Course, bundled
from grader.courses.sheet import FileForm, Limits, Table
from grader.errors import TeacherError, UsageError
from grader.pipeline import Desk, grade_notebook
from grader.records import Evidence
from grader.running.execute import Recording, execute
from grader.running.files import TEACHERS, fitting, making, shelf_for, teachers_folder, text_of
from grader.running.sandbox import open_sandbox
from grader.submissions.collect import unparsable
from tests.conftest import needs_wall, notebook_of

HOUSES = Course(bundled()).assignment("boston").files[0].tables
NARROW = Table(columns="label pixel", target="label")
DIGITS = Course(bundled()).assignment("mnist").files[0].tables

# -- Which table a notebook means --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "target", "header", "separator"),
    [
        ("df = pd.read_csv('HousingData.csv')", "MEDV", True, ","),
        ("y = df['MEDV']", "MEDV", True, ","),
        ("y = df.medv", "medv", True, ","),
        ("data['PRICE']", "PRICE", True, ","),
        ("X = data.drop('Price', axis=1)", "Price", True, ","),
        ("pd.read_csv('housing.csv', header=None)", "MEDV", False, ","),
        (r"read_csv('housing.csv', header=None, delimiter=r'\s+', names=names)", "MEDV", False, " "),
        ("read_csv('housing.csv', delim_whitespace=True)", "MEDV", False, " "),
    ],
)
def test_the_table_that_a_notebook_speaks_of_is_served(text: str, target: str, header: bool, separator: str):
    table = fitting(HOUSES, text)
    assert table is not None
    assert (table.target, table.header, table.separator) == (target, header, separator)


def test_what_a_notebook_once_printed_tells_the_columns():
    cell = nbformat.v4.new_code_cell("df.head()")
    frame = "   Unnamed: 0     crim    zn  black  lstat  medv\n0           1  0.00632  18.0  396.9   4.98  24.0"
    cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": frame})]
    table = fitting(HOUSES, text_of(nbformat.v4.new_notebook(cells=[cell])))
    assert table is not None
    assert table.columns.startswith("# crim")


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("pd.read_csv('mnist_train.csv')", True),
        ("pd.read_csv('mnist_train.csv', header = None)", False),
        ("np.loadtxt('mnist_train.csv', delimiter=',')", False),
        ("np.loadtxt('mnist_train.csv', delimiter=',', skiprows=1)", True),
    ],
)
def test_a_header_is_there_where_the_notebook_expects_one(text: str, header: bool):
    table = fitting(DIGITS, text)
    assert table is not None
    assert table.header is header


# -- The host's side ---------------------------------------------------------------------------------------------------


def wait_for(path: Path) -> None:
    while not path.exists():
        time.sleep(0.05)


def test_only_what_the_sheet_names_is_made_for_a_job(desk: Desk, tmp_path: Path):
    served = replace(desk.served, folder=tmp_path / "served")
    served.folder.mkdir()
    for name in ("x_train", "y_train", "x_test", "y_test"):
        np.save(served.folder / f"{name}.npy", np.load(desk.served.folder / f"{name}.npy"))
    forms = [FileForm(names=["mnist.npz"], form="npz"), FileForm(names=["boston"], form="statlib")]
    shelf = shelf_for(forms, "", served, None)
    job = desk.sandbox.room()
    with making(job, shelf):
        for key in ("../../etc", "0" * 16, shelf.exports[0].key, 7):
            (job.result / "wanted.json").write_text(json.dumps(key))
            time.sleep(0.2)
    assert [path.name for path in (served.folder / "files").iterdir()] == [shelf.exports[0].key]
    desk.sandbox.discard(job.folder)


def test_an_export_that_cannot_be_made_is_for_the_teacher_to_mend(desk: Desk):
    shelf = shelf_for([FileForm(names=["t.csv"], form="table", tables=[NARROW])], "", desk.served, None)
    job = desk.sandbox.room()
    (job.result / "wanted.json").write_text(json.dumps(shelf.exports[0].key))
    with pytest.raises(TeacherError, match="Mend the table"), making(job, shelf):
        wait_for(job.folder / "door" / "refused.json")
    assert json.loads((job.folder / "door" / "refused.json").read_text()) == [shelf.exports[0].key]
    desk.sandbox.discard(job.folder)


def test_the_teachers_folder_is_one_that_notebooks_can_read(tmp_path: Path):
    with pytest.raises(UsageError, match="Expected --files to be a folder"):
        teachers_folder(tmp_path / "none")
    tmp_path.chmod(0o755)
    (tmp_path / "secret.csv").touch(0o600)
    if os.geteuid() == 0:
        with pytest.raises(TeacherError, match=r"secret\.csv.*chmod -R a\+rX"):
            teachers_folder(tmp_path)
    (tmp_path / "secret.csv").chmod(0o644)
    assert teachers_folder(tmp_path) == tmp_path.resolve()


# -- In a kernel -------------------------------------------------------------------------------------------------------

READERS = """
import csv, glob, gzip, io, os, pathlib, pickle, shutil, zipfile
import keras, numpy as np, pandas as pd, tensorflow as tf
from PIL import Image
top = "C:/data/fashion-mnist-png/train"
one = top + "/3/" + sorted(os.listdir(top + "/3"))[0]
"""
WAYS = {
    r"pd.read_csv(r'C:\data\fashion-mnist_train.csv').shape": [(1437, 785)],
    "list(pd.read_csv('../input/fashionmnist/fashion-mnist_test.csv').columns[:2])": [["label", "pixel1"]],
    "np.loadtxt('/content/fashion-mnist_test.csv', delimiter=',', skiprows=1).shape": [(360, 785)],
    "np.genfromtxt('fashion-mnist_test.csv', delimiter=',', skip_header=1).shape": [(360, 785)],
    "len(list(csv.reader(open('csv/fashion-mnist_test.csv'))))": [361],
    "len(pathlib.Path('D:/fashion-mnist_test.csv').read_text().splitlines())": [361],
    "len(gzip.open('/kaggle/train-labels-idx1-ubyte.gz').read())": [1445],
    "len(zipfile.ZipFile('fashion-mnist.zip').namelist())": [2],
    "Image.open(one).size": [(28, 28)],
    "np.asarray(keras.utils.load_img(one)).shape": [(28, 28, 3)],
    "tf.io.decode_png(tf.io.read_file(one)).shape.as_list()": [[28, 28, 1]],
    "len(keras.utils.image_dataset_from_directory(top, verbose=False).file_paths)": [1437],
    "sorted(os.listdir('fashion-mnist-png'))": [["test", "train"]],
    "sum(len(names) for _, _, names in os.walk('fashion-mnist-png'))": [1797],
    "len(glob.glob(top + '/*/*.png')), len(list(pathlib.Path(top).glob('3/*')))": [1437, 146],
    "os.path.isdir(top), os.path.isfile(one), os.path.exists(one), pathlib.Path(one).exists()": [True] * 4,
    "os.path.exists('fashion-mnist_test.csv'), os.path.exists('other.csv')": [True, False],
    "'fashion-mnist_test.csv' in os.listdir('../input'), len(glob.glob('/kaggle/input/*.csv'))": [True, 3],
    "pd.read_csv('https://example.org/fashion-mnist_test.csv').shape": [(360, 785)],
    "pd.read_csv(keras.utils.get_file('mine', 'https://example.org/a/fashion-mnist_test.csv')).shape": [(360, 785)],
    "len(__import__('requests').get('https://example.org/fashion-mnist_test.csv').text.splitlines())": [361],
    "__import__('sklearn.datasets').datasets.fetch_openml('Fashion-MNIST', version=1).data.shape": [(1797, 784)],
    "len(__import__('tensorflow_datasets').load('fashion_mnist', split='train[:50%]', as_supervised=True))": [718],
    "pd.read_csv(r'C:\\mine\\notes.csv').shape, pd.read_csv('data/notes.csv').shape": [(1, 2), (1, 2)],
    "pd.read_csv('/mnt/x/extra.csv').shape": [(1, 1)],
    "open(__import__('keras').utils.get_file('vgg', 'https://example.org/keras/vgg16_notop.h5')).read()": ["weights"],
}
REFUSED = {
    "pd.read_csv('other.csv')": "FileNotFoundError",
    "np.loadtxt('other.csv')": "FileNotFoundError",
    "os.listdir('other')": "FileNotFoundError",
    "open('other/fashion-mnist_train.csv', 'w')": "FileNotFoundError",
    "open(one, 'a')": "FileNotFoundError",
    "pd.read_csv('https://example.org/other.csv')": "URLError",
    "__import__('tensorflow_datasets').load('cats_vs_dogs')": "ModuleNotFoundError",
    "open('link.csv')": "FileNotFoundError",
    "os.remove('other.csv')": "FileNotFoundError",
}
REST = """
real = next(tf.data.Dataset.list_files(one).as_numpy_iterator()).decode()
try:
    open(real, "a")
except OSError as error:
    print(type(error).__name__)
os.remove("fashion-mnist_test.csv")
shutil.rmtree("fashion-mnist-png/train/none")
os.chdir('/content/drive/MyDrive/lab')
open('mine.txt', 'w').write('x')
print(os.path.exists('mine.txt'), open('data/notes.csv', 'a').write('5,6\\n'))
"""


@pytest.fixture(scope="module")
def played(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    """A notebook that asks for files in many ways, with one handed in beside it and one in the teacher's folder."""
    own, teacher = tmp_path_factory.mktemp("own"), tmp_path_factory.mktemp("teacher")
    (own / "data").mkdir()
    (own / "data" / "notes.csv").write_text("a,b\n1,2\n")
    (own / "link.csv").symlink_to("/etc/hostname")
    (teacher / "extra.csv").write_text("c\n3\n")
    (teacher / "vgg16_notop.h5").write_text("weights")
    for folder in (teacher.parent, teacher):
        folder.chmod(0o755)
    shelf = shelf_for(desk.assignment.files, "", desk.served, own)
    folders = {desk.assignment.task.dataset: desk.served.folder, TEACHERS: teacher}
    notebook = notebook_of(READERS, *(f"print([{way}])" for way in WAYS), *REFUSED, REST)
    with open_sandbox(desk.sandbox.isolation, folders) as sandbox:
        yield execute(notebook, unparsable(notebook), sandbox, Limits(wall_seconds=120), shelf=shelf)


def test_a_file_is_found_by_its_name_in_whatever_way_it_is_read(played: Recording):
    said = {way: played.cells[number] for number, way in enumerate(WAYS, start=1)}
    assert {way: cell.error for way, cell in said.items() if cell.error} == {}
    values = {way: ast.literal_eval(cell.output.splitlines()[-1]) for way, cell in said.items()}
    assert values == WAYS


def test_an_unknown_file_fails_as_it_should_and_names_those_that_are_known(played: Recording):
    errors = {code: played.cells[number].error for number, code in enumerate(REFUSED, start=1 + len(WAYS))}
    assert {code: error and error.kind for code, error in errors.items()} == REFUSED
    for code in ("pd.read_csv('other.csv')", "np.loadtxt('other.csv')", "os.listdir('other')"):
        error = errors[code]
        assert error is not None
        assert "other" in error.message
        assert "fashion-mnist_train.csv, fashion-mnist_test.csv" in error.message


@needs_wall
def test_a_notebook_stays_in_its_folder_and_writes_nowhere_else(played: Recording):
    assert played.cells[-1].output == "PermissionError\nTrue 4\n"


def test_what_was_served_instead_is_on_record_with_its_cell(played: Recording):
    read = {(each.asked, each.served, each.source): each.cell for each in played.read}
    assert read[(r"C:\data\fashion-mnist_train.csv", "fashion-mnist_train.csv", "sheet")] == 2
    assert read[("C:/data/fashion-mnist-png", "fashion-mnist-png", "sheet")] == 1
    assert ("https://example.org/fashion-mnist_test.csv", "fashion-mnist_test.csv", "sheet") in read
    assert ("fetch_openml('Fashion-MNIST')", "the data set fashion-mnist", "sheet") in read
    assert ("tfds.load('fashion_mnist')", "the data set fashion-mnist", "sheet") in read
    assert (r"C:\mine\notes.csv", "data/notes.csv", "submission") in read
    assert ("data/notes.csv", "data/notes.csv", "submission") in read
    assert ("/mnt/x/extra.csv", "extra.csv", "teacher") in read


def test_a_table_read_by_its_name_leads_to_the_sealed_rows(desk: Desk, tmp_path: Path):
    cells = (
        "import pandas as pd, keras\n"
        "train, test = (pd.read_csv(f'../input/fashion-mnist_{part}.csv') for part in ('train', 'test'))",
        "x, y = train.drop('label', axis=1).values.reshape(-1, 28, 28, 1) / 255.0, train.label\n"
        "layers = [keras.layers.Flatten(), keras.layers.Dense(10, 'softmax')]\n"
        "model = keras.Sequential([keras.Input((28, 28, 1)), *layers])\n"
        "model.compile(loss='sparse_categorical_crossentropy')\nmodel.fit(x, y, verbose=0)",
    )
    path = tmp_path / "asha.ipynb"
    nbformat.write(notebook_of(*cells), path)
    graded = grade_notebook(path, desk, tmp_path)
    evidence = Evidence.model_validate_json((graded.folder / "evidence.json").read_bytes())
    assert evidence.choice.measurements[0].tier == "sealed"
    assert evidence.choice.measurements[0].preprocessing == "divided by 255, one channel axis added"
    assert evidence.models[0].fits[0].rows_from["unknown"] == 0
    assert [each.cell for each in evidence.files] == [1, 1]
    assert "../input/fashion-mnist_test.csv" in (graded.folder / "report.html").read_text()
