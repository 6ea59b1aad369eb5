"""What a job does once it stands in its room: be a student's kernel, or judge a model."""

import importlib
import os
import random
from contextlib import suppress

from grader.inside.guard import Request

STACK = (
    "ipykernel.kernelapp",
    "numpy",
    "pandas",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "PIL.Image",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.preprocessing",
    "tensorflow",
    "keras",
    "grader.inside.kernel",
    "grader.inside.rebuild",
)
"""What a warm process imports once. A notebook may import more; it then pays for it itself."""


def import_stack() -> None:
    """Import what most notebooks need. What is not installed is left to the notebook that asks for it."""
    for name in STACK:
        with suppress(ImportError):
            importlib.import_module(name)


def run(request: Request) -> None:
    """Be the job that the request asks for, with its seeds and its share of the processors."""
    room = request.folder
    os.environ.update(HOME=f"{room}/work", TMPDIR="/tmp" if request.walled else f"{room}/work")  # noqa: S108
    os.environ.update(
        TF_NUM_INTRAOP_THREADS=str(request.threads), TF_NUM_INTEROP_THREADS="2", OMP_NUM_THREADS=str(request.threads)
    )
    seed = request.settings["seed"]
    random.seed(seed)
    import keras

    keras.utils.set_random_seed(seed)
    from grader.inside import kernel, rebuild

    {"kernel": kernel.run, "judge": rebuild.run}[request.kind](request)
