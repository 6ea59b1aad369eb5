"""A request -> a Jupyter kernel with the recorder in it."""

from pathlib import Path
from typing import Any

from ipykernel.kernelapp import IPKernelApp

from grader.inside import served
from grader.inside.recorder import Recorder
from grader.inside.request import Request


def run(request: Request) -> None:
    """Be a kernel until it is shut down. Settings: connection_file, served, cells, training_seconds."""
    settings: dict[str, Any] = request.settings
    served.install(settings["served"])
    recorder = Recorder(Path(request.folder, "out"), settings["cells"], settings["training_seconds"])
    recorder.install()
    app = IPKernelApp.instance()
    app.initialize(["-f", settings["connection_file"], "--IPKernelApp.capture_fd_output=False"])
    recorder.attach(app.shell)
    app.start()
    recorder.finish()
