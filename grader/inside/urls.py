"""An address that a notebook downloads from -> the served file of that name: there is no network.

The answer comes through urllib's own openers, on which pandas, NumPy and keras.utils.get_file rest, and through an
adapter of requests' own.
"""

import email.message
import functools
import os
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.error import URLError
from urllib.response import addinfourl

from grader.inside.imports import after_import
from grader.inside.shelf import Shelf

WEIGHTS = "/keras-applications/"
"""In the addresses of what `keras.applications` downloads."""


def install(shelf: Shelf, *, walled: bool) -> None:
    """Answer from the shelf before the network, which a notebook behind the wall does not have."""
    handler = ServedHandler(shelf, walled=walled)
    if walled:
        opener = urllib.request.OpenerDirector()
        for each in (handler, urllib.request.FileHandler(), urllib.request.DataHandler()):
            opener.add_handler(each)
    else:
        opener = urllib.request.build_opener(handler)
    urllib.request.install_opener(opener)
    after_import("requests", lambda requests: answer_requests(requests, shelf, walled=walled))


def look_up(address: str, shelf: Shelf) -> str | None:
    """The file that has the name in which the address ends; None where that is unknown."""
    name = urllib.parse.unquote(urllib.parse.urlsplit(address).path).rpartition("/")[2]
    found = shelf.find(name) if name else None
    if found is None or os.path.isdir(found.path):
        return None
    shelf.note(replace(found, asked=address))
    return found.path


def no_network(address: str, shelf: Shelf) -> str:
    """Why there is no answer, and for weights that Keras publishes what the teacher can do."""
    if WEIGHTS in address:
        name = address.rpartition("/")[2]
        return f"there is no network while a notebook is graded. The teacher can put {name} into the folder of --files"
    return f"there is no network while a notebook is graded{shelf.hint}"


class ServedHandler(urllib.request.BaseHandler):
    """Opens addresses before the handlers that would connect."""

    handler_order = 100

    def __init__(self, shelf: Shelf, *, walled: bool):
        self.shelf, self.walled = shelf, walled

    def http_open(self, request: urllib.request.Request) -> Any:
        """The served file as a response, or None for the next handler. Raises `URLError` where there is none."""
        path = look_up(request.full_url, self.shelf)
        if path is None:
            if self.walled:
                raise URLError(no_network(request.full_url, self.shelf))
            return None
        headers = email.message.Message()
        headers["Content-Length"] = str(os.path.getsize(path))
        response = addinfourl(open(path, "rb"), headers, request.full_url, 200)  # noqa: SIM115 - the caller closes it
        response.msg = "OK"  # type: ignore[attr-defined]
        return response

    https_open = http_open


def answer_requests(requests: Any, shelf: Shelf, *, walled: bool) -> None:
    """Give every session an adapter that answers from the shelf."""

    class Adapter(requests.adapters.HTTPAdapter):
        """Looks on the shelf before it connects."""

        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            """The served file as a response. Raises `ConnectionError` where there is none."""
            path = look_up(request.url, shelf)
            if path is None:
                if walled:
                    raise requests.ConnectionError(no_network(request.url, shelf))
                return super().send(request, *args, **kwargs)
            response = requests.Response()
            response.status_code, response.reason, response.url, response.request = 200, "OK", request.url, request
            response.headers["Content-Length"] = str(os.path.getsize(path))
            response.raw = open(path, "rb")  # noqa: SIM115 - the response closes it
            return response

    make: Callable[..., None] = requests.Session.__init__

    @functools.wraps(make)
    def with_adapter(session: Any, *args: Any, **kwargs: Any) -> None:
        make(session, *args, **kwargs)
        for scheme in ("https://", "http://"):
            session.mount(scheme, Adapter())

    requests.Session.__init__ = with_adapter
