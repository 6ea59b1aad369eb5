"""Modules and devices that a sandbox has not -> harmless ones in their places: Colab, Kaggle, a keyboard, a window.

They do nothing, or what a person would take for it, and `notes` keeps what they were asked for.
"""

import getpass
import importlib
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, ClassVar

import keras

from grader.inside import corpora, drawing, imports
from grader.inside.notes import notes
from grader.inside.ways import namespaces, wrap

MOST_ANSWERS = 50
"""Empty lines that input() gets; a notebook that asks on and on is in a loop."""
WINDOWLESS = {"agg", "cairo", "inline", "pdf", "pgf", "ps", "svg", "template"}
"""Matplotlib's backends that need no window."""
QUIT = ord("q")
"""The key that ends the loops of OpenCV's examples."""


class Nothing:
    """Takes every call, has every attribute, and does nothing."""

    def __init__(self, name: str):
        self._name = name

    def __call__(self, *_: object, **__: object) -> "Nothing":
        """Note the call."""
        notes.substitute(f"`{self._name}()` did nothing: it needs a service that a graded notebook has not.")
        return self

    def __getattr__(self, name: str) -> "Nothing":
        if name.startswith("_"):
            raise AttributeError(name)
        return Nothing(f"{self._name}.{name}")

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __getitem__(self, _: object) -> "Nothing":
        return self

    def __enter__(self) -> "Nothing":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __str__(self) -> str:
        return ""


class StandIn(ModuleType):
    """A module that is not there. What it is not known to do, it does not do."""

    def __init__(self, name: str, known: dict[str, Any]):
        super().__init__(name)
        vars(self).update(known)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"
        return importlib.import_module(full) if full in STAND_INS else Nothing(full)


# -- Colab and Kaggle --------------------------------------------------------------------------------------------------


def mount(mountpoint: str, *_: object, **__: object) -> None:
    """`google.colab.drive.mount`."""
    notes.substitute(f"Google Drive was not mounted at {mountpoint}: files are looked for by their names.")
    print(f"Mounted at {mountpoint}")


class Uploaded(dict[str, bytes]):
    """What `files.upload()` returns: nothing was chosen, but a file of the name that is there is read."""

    offered: ClassVar[Callable[[], list[str]]] = list
    """Names that the author may have chosen, for whoever asks for the first of them."""

    def __iter__(self) -> Iterator[str]:
        return iter(Uploaded.offered())

    def __len__(self) -> int:
        return len(Uploaded.offered())

    def keys(self) -> Any:
        """The names."""
        return dict.fromkeys(self).keys()

    def values(self) -> Any:
        """The files' contents."""
        return dict(self.items()).values()

    def items(self) -> Any:
        """Both."""
        return {name: self[name] for name in self}.items()

    def __missing__(self, name: str) -> bytes:
        with open(name, "rb") as file:
            return file.read()


def upload(*_: object, **__: object) -> Uploaded:
    """`google.colab.files.upload`."""
    notes.substitute("`files.upload()` uploaded nothing: nobody chooses a file while a notebook is graded.")
    return Uploaded()


def secret(name: str, *_: object) -> str:
    """`google.colab.userdata.get` and its like."""
    notes.substitute(f"The secret {name} is empty: a graded notebook has none.")
    return ""


def not_downloaded(*args: Any, **_: object) -> str:
    """A download by whatever package, of which the name of its file or folder is returned."""
    notes.substitute(f"`{args[0] if args else ''}` was not downloaded: there is no network.")
    return str(args[1] if len(args) > 1 else args[0] if args else "").rpartition("/")[2]


def show_image(*args: Any) -> None:
    """OpenCV's imshow and Colab's cv2_imshow: the picture goes into the cell's output."""
    import numpy as np
    from IPython.display import display
    from PIL import Image

    image = np.asarray(args[-1])
    image = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
    image = np.clip(image * (255 if image.dtype.kind == "f" else 1), 0, 255).astype("uint8")
    display(Image.fromarray(image[..., 2::-1] if image.ndim == 3 else image))


# -- Pictures of networks ----------------------------------------------------------------------------------------------


def draw_model(model: Any, *args: Any, **kwargs: Any) -> None:
    """ann_viz, visualizer and layered_view: our own picture of the layers."""
    from IPython.display import display

    notes.substitute("The picture of the network is the grader's own: the package that draws it is not here.")
    name = kwargs.get("file_name") or kwargs.get("to_file")
    display(drawing.picture(model, str(name) if name else None, kwargs.get("title")))


def plot_model(original: Callable[..., Any], model: Any, to_file: Any = "model.png", *args: Any, **kwargs: Any) -> Any:
    """Keras' own where Graphviz is installed, else our picture of the layers."""
    if keras.src.utils.model_visualization.check_graphviz() or not model.built:
        return original(model, to_file, *args, **kwargs)
    notes.substitute("`plot_model()` drew a plain picture of the layers: Graphviz is not installed.")
    return drawing.picture(model, None if to_file is None else str(to_file))


class Dot:
    """What `model_to_dot` returns where Graphviz is not installed."""

    def __init__(self, model: Any):
        self.model = model

    def create(self, *_: object, format: str = "svg", **__: object) -> bytes:  # noqa: A002 - pydot's own name
        """The picture as the content of a file."""
        return drawing.as_bytes(drawing.draw(self.model), format)


def model_to_dot(original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
    """As `plot_model`."""
    if keras.src.utils.model_visualization.check_graphviz():
        return original(model, *args, **kwargs)
    notes.substitute("`model_to_dot()` drew a plain picture of the layers: Graphviz is not installed.")
    return Dot(model)


# -- Packages that stand near to one that is here ----------------------------------------------------------------------


def scikeras(name: str) -> Callable[..., Any]:
    """An estimator of scikeras', by the wrapper that Keras itself once had."""

    def make(model: Any = None, **arguments: Any) -> Any:
        notes.substitute(f"The grader's own {name} was used: the package scikeras is not here.")
        return getattr(importlib.import_module("grader.inside.old_scikit"), name)(model, **arguments)

    return make


def no_data_set(name: str, *_: object, **__: object) -> Any:
    """`tfds.load` of any data set but those that `loaders` serves. Raises ModuleNotFoundError."""
    raise ModuleNotFoundError("No module named 'tensorflow_datasets'", name="tensorflow_datasets")


def as_numpy(dataset: Any) -> Any:
    """`tfds.as_numpy`: a data set's rows as NumPy has them."""
    return dataset.as_numpy_iterator() if hasattr(dataset, "as_numpy_iterator") else dataset


# -- Modules -----------------------------------------------------------------------------------------------------------

STAND_INS: dict[str, dict[str, Any]] = {
    "google.colab": {},
    "google.colab.drive": {"mount": mount},
    "google.colab.files": {"upload": upload},
    "google.colab.userdata": {"get": secret},
    "google.colab.patches": {"cv2_imshow": show_image},
    "kaggle": {},
    "kaggle_secrets": {},
    "kaggle_datasets": {},
    "kagglehub": {"dataset_download": not_downloaded},
    "opendatasets": {"download": not_downloaded},
    "gdown": {"download": not_downloaded},
    "wget": {"download": not_downloaded},
    "scikeras": {},
    "scikeras.wrappers": {name: scikeras(name) for name in ("KerasClassifier", "KerasRegressor")},
    "tensorflow_datasets": {"load": no_data_set, "as_numpy": as_numpy},
    "ann_visualizer": {},
    "ann_visualizer.visualize": {"ann_viz": draw_model},
    "keras_visualizer": {"visualizer": draw_model},
    "visualkeras": {"layered_view": draw_model, "graph_view": draw_model},
}


def stand_in(name: str) -> ModuleType | None:
    """The stand-in of that name, or of a module below one."""
    top = next((each for each in STAND_INS if f"{name}.".startswith(f"{each}.")), None)
    return StandIn(name, STAND_INS.get(name, {})) if top else None


# -- Keyboard and windows ----------------------------------------------------------------------------------------------


class Keyboard:
    """Answers input() and getpass() with an empty line, as nobody sits there."""

    def __init__(self) -> None:
        self.asked = 0

    def answer(self, prompt: object = "", *_: object, **__: object) -> str:
        """An empty line. Raises EOFError where a notebook asks on and on."""
        self.asked += 1
        print(prompt)
        notes.substitute("`input()` got an empty line: nobody types while a notebook is graded.")
        if self.asked > MOST_ANSWERS:
            raise EOFError(f"input() was asked {MOST_ANSWERS} times, and nobody types here")
        return ""


def quiet_keyboard(kernel: Any) -> None:
    """Let the kernel answer by itself instead of asking Jupyter."""
    keyboard = Keyboard()
    kernel.raw_input = keyboard.answer
    kernel.getpass = getpass.getpass = keyboard.answer


def quiet_opencv(module: Any) -> None:
    """OpenCV without windows."""
    module.imshow = show_image
    for name in ("waitKey", "waitKeyEx", "pollKey"):
        setattr(module, name, lambda *_: QUIT)
    for name in (
        "namedWindow",
        "destroyAllWindows",
        "destroyWindow",
        "moveWindow",
        "resizeWindow",
        "startWindowThread",
    ):
        setattr(module, name, lambda *_: None)


def no_window(original: Callable[..., None], backend: Any, *args: Any, **kwargs: Any) -> None:
    """Matplotlib's choice of a backend: plots go into the cell's output, where no window can block."""
    if str(backend).lower() not in WINDOWLESS and not str(backend).startswith("module://"):
        notes.substitute(f"Matplotlib's backend {backend} needs a window: the plots are in the notebook instead.")
        return
    kwargs.pop("warn", None)
    original(backend, *args, **kwargs)


def plain_bars(module: Any) -> None:
    """The progress bars of tqdm.notebook, which need widgets: as text."""
    std = importlib.import_module("tqdm.std")
    vars(module).update(tqdm=std.tqdm, tqdm_notebook=std.tqdm, trange=std.trange, tnrange=std.trange)


def install() -> None:
    """Put all of them into this process."""
    imports.last_resort.makers.append(stand_in)
    imports.after_import("cv2", quiet_opencv)
    imports.after_import("matplotlib", lambda module: wrap(module, "use", no_window))
    imports.after_import("matplotlib.pyplot", lambda module: wrap(module, "switch_backend", no_window))
    corpora.install()
    imports.after_import("tqdm.notebook", plain_bars)
    for name in namespaces("keras.utils"):
        imports.after_import(name, lambda module: wrap(module, "plot_model", plot_model))
        imports.after_import(name, lambda module: wrap(module, "model_to_dot", model_to_dot))
