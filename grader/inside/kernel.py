"""A request -> a Jupyter kernel with the recorder in it."""

import time
from pathlib import Path
from typing import Any

from ipykernel.kernelapp import IPKernelApp

from grader.inside import served, walls
from grader.inside.recorder import Recorder
from grader.inside.request import Request

DOOR_SECONDS = 0.005


def run(request: Request) -> None:
    """Be a kernel until it is shut down. Settings: connection_file, served, cells, training_seconds."""
    settings: dict[str, Any] = request.settings
    served.install(settings["served"])
    recorder = Recorder(Path(request.folder, "out"), settings["cells"], settings["training_seconds"])
    recorder.install()
    app = IPKernelApp.instance()
    app.initialize(["-f", settings["connection_file"], "--IPKernelApp.capture_fd_output=False"])
    recorder.attach(app.shell)
    # The sockets are there; the guardian now closes the door, so that no student's code writes to the host's disk.
    while request.walled and not walls.is_closed(f"{request.folder}/door"):
        time.sleep(DOOR_SECONDS)
    app.start()
    recorder.finish()
