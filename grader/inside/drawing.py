"""A Keras model -> a picture of its layers, drawn by Matplotlib where Graphviz is not installed."""

from io import BytesIO
from pathlib import Path
from typing import Any

from grader.inside.describe import layers_of, output_shape

FORMATS = (".png", ".jpg", ".jpeg", ".pdf", ".svg")


def draw(model: Any, title: str | None = None) -> Any:
    """A figure with a box for each layer, from the first to the last."""
    from matplotlib.figure import Figure

    words = [f"{layer.name} ({type(layer).__name__})  {output_shape(layer) or ''}" for layer in layers_of(model)]
    figure = Figure(figsize=(6, 0.6 * len(words) + 0.6))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 1), ylim=(-len(words), 1))
    axes.axis("off")
    axes.text(0.5, 0.5, title or model.name, ha="center", va="center", weight="bold")
    for number, text in enumerate(words):
        axes.text(0.5, -number - 0.5, text, ha="center", va="center", bbox={"boxstyle": "round", "facecolor": "white"})
    return figure


def as_bytes(figure: Any, kind: str) -> bytes:
    """The figure as a file of that kind, such as png or svg."""
    file = BytesIO()
    figure.savefig(file, format=kind)
    return file.getvalue()


def picture(model: Any, to_file: str | None, title: str | None = None) -> Any:
    """The picture as Jupyter shows it; also written to a file, where one is named."""
    from IPython.display import Image

    figure = draw(model, title)
    if to_file:
        ending = Path(to_file).suffix.lower()
        Path(to_file).write_bytes(as_bytes(figure, ending[1:] if ending in FORMATS else "png"))
    return Image(data=as_bytes(figure, "png"))
