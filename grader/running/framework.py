"""The modules that a notebook imports -> the framework that it uses in the place of Keras, if any."""

from collections.abc import Sequence

from grader.records import Run

KERAS = {"keras", "tensorflow", "tf_keras"}
OTHERS = {"torch": "PyTorch", "jax": "JAX", "mxnet": "MXNet", "paddle": "PaddlePaddle", "fastai": "fastai"}
COMPANIONS = {"torchvision", "torchsummary", "torchinfo", "pytorch_lightning", "flax", "optax"}


def instead_of_keras(modules: Sequence[str]) -> str | None:
    """The other framework's name; None where Keras is imported too, or nothing of the kind."""
    if KERAS.intersection(modules):
        return None
    return next((OTHERS[name] for name in modules if name in OTHERS), None)


def explain(run: Run, framework: str | None) -> Run:
    """The run, with the other framework as its story: that its modules are missing here is no gap of the grader."""
    if framework is None:
        return run
    return run.model_copy(
        update={
            "sentence": f"The notebook uses {framework}; this assignment asks for a model in Keras. "
            f"Build the same layers with keras.Sequential([...]). {run.sentence}",
            "missing_modules": [name for name in run.missing_modules if name not in {*OTHERS, *COMPANIONS}],
        }
    )
