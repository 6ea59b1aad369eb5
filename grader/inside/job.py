"""What a job does once it stands in its room: be a student's kernel, or judge a model."""

import importlib
import json
import os
import random
import shutil
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from grader.inside import walls
from grader.inside.guard import guard
from grader.inside.request import Request

STACK = (
    "ipykernel.kernelapp",
    "numpy",
    "pandas",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "seaborn",
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
    os.environ.update(TF_NUM_INTRAOP_THREADS=str(request.threads), TF_NUM_INTEROP_THREADS="2")
    seed = request.settings["seed"]
    random.seed(seed)
    import keras
    from threadpoolctl import threadpool_limits

    # The libraries beneath numpy were loaded by the warm process: for them a variable would come too late.
    threadpool_limits(request.threads)
    keras.utils.set_random_seed(seed)
    from grader.inside import kernel, rebuild

    {"kernel": kernel.run, "judge": rebuild.run}[request.kind](request)


def run_alone(request: Request) -> None:
    """Be the job on a system that has no fork, so no guardian: nothing is limited, and files come out at the end."""
    folder = Path(request.folder)
    for name in ("work", "out"):
        (folder / name).mkdir(exist_ok=True)
    os.chdir(folder / "work")
    try:
        run(request)
    finally:
        shutil.copytree(folder / "out", folder / "result", dirs_exist_ok=True)


def main() -> None:
    """One job without a wall: the request as JSON in the first argument, the end as JSON in the job's result folder."""
    request = Request(**json.loads(sys.argv[1]))
    if not hasattr(os, "fork"):
        run_alone(request)
        return
    if sys.platform == "linux":
        walls.call("prctl", walls.PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    ended = guard(request, run)
    Path(request.folder, "result", "ended.json").write_text(json.dumps(asdict(ended)), encoding="utf-8")


if __name__ == "__main__":
    main()
