"""Name of a data set -> what is known of it before it is read: its files, their addresses, checksums and shapes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import process

from grader.data.keras_files import (
    BATCHES,
    Axes,
    Content,
    read_archive,
    read_batches,
    read_boston,
    read_fashion,
    read_imdb,
    read_mnist,
)
from grader.errors import UsageError


@dataclass(frozen=True)
class Form:
    """One way in which a data set lies in the cache."""

    read: Callable[..., Content]
    """Takes the path of each file."""
    folder: str
    """Below datasets/."""
    files: tuple[str, ...]

    def paths(self, folder: Path) -> list[Path]:
        """Its files in that folder."""
        return [folder / name for name in self.files]

    def is_in(self, folder: Path) -> bool:
        """True where all its files are there."""
        return all(path.is_file() for path in self.paths(folder))


@dataclass(frozen=True)
class DataSet:
    """What is known of a data set before it is read."""

    forms: tuple[Form, ...]
    """Best first."""
    origin: dict[str, str]
    """Address of each file that Keras downloads."""
    published: dict[str, str]
    """MD5 or SHA-256 of the files as published."""
    contents: dict[str, str]
    """Fingerprint of each content that the grader knows, and what it is."""
    rows: tuple[int, int]
    """To train and to test."""
    x: tuple[str, Axes]
    """dtype and shape of one row."""
    y: tuple[str, Axes]
    classes: int = 0
    """0 for regression."""
    least_share: float = 1.0
    """Rows of the smallest class, as a share of an even one: 1 where the classes are equal."""
    official_split: bool = True

    @property
    def expected(self) -> dict[str, tuple[str, Axes]]:
        """Dtype and shape of each array."""
        train, test = self.rows
        (x, x_axes), (y, y_axes) = self.x, self.y
        train_arrays = {"x_train": (x, (train, *x_axes)), "y_train": (y, (train, *y_axes))}
        return train_arrays | {"x_test": (x, (test, *x_axes)), "y_test": (y, (test, *y_axes))}

    @property
    def downloaded(self) -> Form:
        """The form that Keras downloads."""
        return next(form for form in self.forms if set(form.files) == set(self.origin))


ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
FASHION = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
CIFAR_ARCHIVES = ("cifar-10-batches-py-target_archive", "cifar-10-python.tar.gz", "cifar-10-batches-py.tar.gz")
"""As Keras 3 keeps it, as it is published, as Keras 2 keeps it."""
CIFAR_ARCHIVE_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"

# Digests of files are those in Keras' own source; for the files of Fashion-MNIST those of TensorFlow Datasets, for the
# batch files of CIFAR-10 those of torchvision. Fingerprints of contents are made by `fingerprint` in datasets.py.
DATA_SETS = {
    "boston": DataSet(
        forms=(Form(read_boston, "", ("boston_housing.npz",)),),
        origin={"boston_housing.npz": f"{ADDRESS}boston_housing.npz"},
        published={"boston_housing.npz": "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"},
        contents={
            "463b6160b4badda604f4c24e0f966032f22b471dd6866e77a2c2a11172d4c909": "the published rows, in their order"
        },
        rows=(404, 102),
        x=("float64", (13,)),
        y=("float64", ()),
        official_split=False,
    ),
    "imdb": DataSet(
        forms=(Form(read_imdb, "", ("imdb.npz", "imdb_word_index.json")),),
        origin={name: f"{ADDRESS}{name}" for name in ("imdb.npz", "imdb_word_index.json")},
        published={
            "imdb.npz": "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
            "imdb_word_index.json": "bfafd718b763782e994055a2d397834f",
        },
        contents={
            "319548a3289bae9a0c98fb05d22384fef8c347710886b7d1d09628abb039e5df": "the published reviews, numbered anew"
        },
        rows=(25_000, 25_000),
        x=("object", ()),
        y=("int64", ()),
        classes=2,
    ),
    "fashion-mnist": DataSet(
        forms=(Form(read_fashion, "fashion-mnist", FASHION),),
        origin={name: f"{ADDRESS}{name}" for name in FASHION},
        published={
            "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        },
        contents={
            "ba4d57bd4b36d751702b4c50baf26d24ce4316e4ec53b368f6af89a7fa2bf4dd": "labels as published, images re-encoded"
        },
        rows=(60_000, 10_000),
        x=("uint8", (28, 28)),
        y=("uint8", ()),
        classes=10,
    ),
    "mnist": DataSet(
        forms=(Form(read_mnist, "", ("mnist.npz",)),),
        origin={"mnist.npz": f"{ADDRESS}mnist.npz"},
        published={"mnist.npz": "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"},
        contents={"2229557d3d58bcbc6b0f0c8f702c48cc075902f3f0630af576ec11137f9df98e": "as published"},
        rows=(60_000, 10_000),
        x=("uint8", (28, 28)),
        y=("uint8", ()),
        classes=10,
        least_share=0.85,
    ),
    "cifar10": DataSet(
        forms=(
            Form(read_batches, "cifar-10-batches-py-target/cifar-10-batches-py", BATCHES),
            Form(read_batches, "cifar-10-batches-py", BATCHES),
            *(Form(read_archive, "", (name,)) for name in CIFAR_ARCHIVES),
        ),
        origin={CIFAR_ARCHIVES[0]: "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"},
        published={
            **dict.fromkeys(CIFAR_ARCHIVES, CIFAR_ARCHIVE_SHA256),
            "data_batch_1": "c99cafc152244af753f735de768cd75f",
            "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
            "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
            "data_batch_4": "634d18415352ddfa80567beed471001a",
            "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
            "test_batch": "40351d587109b95175f43aff81a1287e",
        },
        contents={
            "9ccc2a134cc5bdb3fc9d1391f2892d62c5359a17747d5ca8e94b9425137d26aa": "the published images as JPEG, shuffled"
        },
        rows=(50_000, 10_000),
        x=("uint8", (32, 32, 3)),
        y=("uint8", (1,)),
        classes=10,
    ),
}


def data_set(name: str) -> DataSet:
    """The data set of that name. Raises `UsageError` with the closest name where there is none."""
    if name not in DATA_SETS:
        closest = process.extractOne(name, list(DATA_SETS))[0]
        raise UsageError(f"Expected the name of a data set. Received: `{name}`. Did you mean `{closest}`?")
    return DATA_SETS[name]
