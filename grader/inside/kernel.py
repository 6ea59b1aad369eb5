"""A request -> a Jupyter kernel with the recorder in it."""

import time
from pathlib import Path
from typing import Any

from ipykernel.kernelapp import IPKernelApp

from grader.inside import files, imports, loaders, served, urls, walls
from grader.inside.offers import Offers
from grader.inside.recorder import Recorder
from grader.inside.request import Request
from grader.inside.shelf import Shelf

DOOR_SECONDS = 0.005


def run(request: Request) -> None:
    """Be a kernel until it is shut down.

    Settings: connection_file, served, cells, training_seconds, offers, shelf (None where files are not looked up).
    """
    settings: dict[str, Any] = request.settings
    served.install(settings["served"])
    out, door = Path(request.folder, "out"), Path(request.folder, "door")
    offers = Offers(out, door) if settings["offers"] else None
    recorder = Recorder(out, settings["cells"], settings["training_seconds"], offers)
    recorder.install()
    app = IPKernelApp.instance()
    app.initialize(["-f", settings["connection_file"], "--IPKernelApp.capture_fd_output=False"])
    recorder.attach(app.shell)
    imports.install()
    if settings["shelf"] is not None:
        shelf = Shelf(settings["shelf"], recorder.ask, door / "refused.json", recorder.note_file)
        files.install(shelf, str(Path(request.folder, "work")))
        urls.install(shelf, walled=request.walled)
        loaders.install(settings["served"], shelf)
    # The sockets are there; the guardian now closes the door, so that no student's code writes to the host's disk.
    while request.walled and not walls.is_closed(f"{request.folder}/door"):
        time.sleep(DOOR_SECONDS)
    app.start()
    recorder.finish()
