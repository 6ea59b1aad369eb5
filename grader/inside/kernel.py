"""A request -> a Jupyter kernel with the recorder in it."""

import time
from pathlib import Path
from typing import Any

from ipykernel.kernelapp import IPKernelApp

from grader.inside import files, imports, loaders, old_api, rewrite, served, stand_ins, statements, urls, walls
from grader.inside.learned import Learned
from grader.inside.offers import Offers
from grader.inside.recorder import Recorder
from grader.inside.replay import Replay
from grader.inside.request import Request
from grader.inside.shelf import Shelf
from grader.inside.shells import Shells

DOOR_SECONDS = 0.005


def run(request: Request) -> None:
    """Be a kernel until it is shut down.

    Settings: connection_file, served, cells, training_seconds, offers, shelf (None where files are not looked up),
    old_api, replay (the data set's name where the notebook runs a second time, on sealed inputs; else None).
    """
    settings: dict[str, Any] = request.settings
    served.install(settings["served"])
    out, door = Path(request.folder, "out"), Path(request.folder, "door")
    offers = Offers(out, door) if settings["offers"] else None
    first = Path(request.folder, "first")
    replay = Replay(first, Path(settings["served"][settings["replay"]])) if settings["replay"] else None
    recorder = Recorder(out, settings["cells"], settings["training_seconds"], offers, replay)
    recorder.install()
    Learned(first if replay else out, replay=replay is not None).install()
    if replay:
        replay.install()
    imports.install()
    stand_ins.install()
    if settings["old_api"]:  # After the recorder, so that it sees calls as Keras takes them today.
        old_api.install()
    app = IPKernelApp.instance()
    app.initialize(["-f", settings["connection_file"], "--IPKernelApp.capture_fd_output=False"])
    shell: Any = app.shell
    recorder.attach(shell)
    if settings["shelf"] is not None:
        shelf = Shelf(settings["shelf"], recorder.ask, door / "refused.json", recorder.note_file)
        files.install(shelf, str(Path(request.folder, "work")))
        urls.install(shelf, walled=request.walled)
        loaders.install(settings["served"], shelf)
        stand_ins.Uploaded.offered = lambda: shelf.likely
    Shells(shell).install(shell)
    stand_ins.quiet_keyboard(app.kernel)
    shell.ast_transformers += rewrite.transformers
    statements.install(shell)
    # The sockets are there; the guardian now closes the door, so that no student's code writes to the host's disk.
    while request.walled and not walls.is_closed(f"{request.folder}/door"):
        time.sleep(DOOR_SECONDS)
    app.start()
    recorder.finish()
