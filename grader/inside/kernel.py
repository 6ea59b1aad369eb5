"""A request -> a Jupyter kernel with the recorder in it."""

import time
from pathlib import Path
from typing import Any

from ipykernel.kernelapp import IPKernelApp

from grader.inside import served, walls
from grader.inside.offers import Offers
from grader.inside.recorder import Recorder
from grader.inside.request import Request

DOOR_SECONDS = 0.005


def run(request: Request) -> None:
    """Be a kernel until it is shut down. Settings: connection_file, served, cells, training_seconds, offers."""
    settings: dict[str, Any] = request.settings
    served.install(settings["served"])
    out, door = Path(request.folder, "out"), Path(request.folder, "door")
    offers = Offers(out, door) if settings["offers"] else None
    recorder = Recorder(out, settings["cells"], settings["training_seconds"], offers)
    recorder.install()
    app = IPKernelApp.instance()
    app.initialize(["-f", settings["connection_file"], "--IPKernelApp.capture_fd_output=False"])
    recorder.attach(app.shell)
    # The sockets are there; the guardian now closes the door, so that no student's code writes to the host's disk.
    while request.walled and not walls.is_closed(f"{request.folder}/door"):
        time.sleep(DOOR_SECONDS)
    app.start()
    recorder.finish()
