"""Notebooks in the manners of students: an assignment's name -> its samples, and the files they stand for."""

from pathlib import Path

from tests.samples import boston, cifar10, fashion_mnist, imdb, mnist
from tests.samples.notebook import Sample

SAMPLES: dict[str, tuple[Sample, ...]] = {
    "boston": boston.SAMPLES,
    "imdb": imdb.SAMPLES,
    "fashion-mnist": fashion_mnist.SAMPLES,
    "mnist": mnist.SAMPLES,
    "cifar10": cifar10.SAMPLES,
}


def write_all(folder: Path) -> int:
    """Write every sample into the folder of its assignment; return how many there are."""
    return len([sample.write(folder / name) for name, samples in SAMPLES.items() for sample in samples])
