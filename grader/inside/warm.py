"""Requests on a socket -> a guarded job for each, forked from one process that has imported everything already.

Importing TensorFlow costs seconds of CPU; a fork of a process that has done it costs milliseconds. A fork is safe only
while TensorFlow has started no threads: this process imports, and never runs an operation. It holds nothing to steal.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
from dataclasses import asdict
from typing import Any

from grader.inside import calls
from grader.inside.guard import SIGNALS, guard
from grader.inside.job import import_stack, run
from grader.inside.request import Ended, Request

MESSAGE_BYTES = 1 << 16
MOST_GROUPS = 8


class Warm:
    """The warm process' side of the control socket. Messages are JSON, one a packet."""

    def __init__(self, control: socket.socket):
        self.control = control
        self.guardians: dict[str, int] = {}
        self.ready = selectors.DefaultSelector()
        self.ready.register(control, selectors.EVENT_READ, None)

    def serve(self) -> None:
        """Answer until the host hangs up."""
        self.tell(event="ready")
        while True:
            for key, _ in self.ready.select():
                if key.data is not None:
                    self.collect(key.data, key.fd)
                    continue
                packet, groups, *_ = socket.recv_fds(self.control, MESSAGE_BYTES, MOST_GROUPS)
                if not packet:
                    return
                self.obey(json.loads(packet), groups)
                for entrance in groups:
                    os.close(entrance)

    def tell(self, **message: Any) -> None:
        """Say something to the host."""
        self.control.send(json.dumps(message).encode())

    def obey(self, message: dict[str, Any], groups: list[int]) -> None:
        """Start a job, or hand a signal to its guardian: SIGINT is passed on, SIGTERM ends the job."""
        if "start" in message:
            self.start(Request(**message["start"]), groups)
        elif message["job"] in self.guardians:
            os.kill(self.guardians[message["job"]], message["signal"])

    def start(self, request: Request, groups: list[int]) -> None:
        """Fork a guardian; a pipe brings back how its job ended. `groups` are control groups for the job."""
        reading, writing = os.pipe()
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        pid = os.fork()
        if pid == 0:
            self.control.close()
            os.close(reading)
            be_guardian(request, groups, writing)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        os.close(writing)
        self.guardians[request.job] = pid
        self.ready.register(reading, selectors.EVENT_READ, request.job)

    def collect(self, job: str, pipe: int) -> None:
        """A guardian has hung up: tell the host how its job ended."""
        words = os.read(pipe, MESSAGE_BYTES)
        self.ready.unregister(pipe)
        os.close(pipe)
        _, status = os.waitpid(self.guardians.pop(job), 0)
        code = os.waitstatus_to_exitcode(status)
        ended = json.loads(words) if words else asdict(Ended(code, error="the job's guardian ended before the job"))
        self.tell(job=job, event="ended", ended=ended)


def be_guardian(request: Request, groups: list[int], pipe: int) -> None:
    """Guard one job in this forked process; never returns."""
    try:
        ended = guard(request, run, groups)
    except OSError as error:
        ended = Ended(code=1, error=str(error))
    os.write(pipe, json.dumps(asdict(ended)).encode())
    os._exit(0)


def main() -> None:
    """The control socket's descriptor is the only argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    import_stack()
    calls.prepared()
    # What is frozen no collection of a fork's looks at, so its memory stays shared with this process.
    gc.collect()
    gc.freeze()
    Warm(control).serve()


if __name__ == "__main__":
    main()
