"""Good files -> files with something wrong in them: in the structure, the texts, the encoding, single bytes."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.hostile.reader.reflected import OWNED

MARKUP = [
    f"<{OWNED}>",
    f"<script {OWNED}>alert(1)</script>",
    f'"><img src=x onerror=alert(1) {OWNED}>',
    f"'><svg/onload=alert(1) {OWNED}>",
    f"</title></style></script></pre></textarea><{OWNED}>",
    f"]]>--><!--<{OWNED}>",
    f"`<{OWNED}>`",
    f"[a](javascript:alert(1)) ![b](x) <a href='javascript:alert(1)' {OWNED}>c</a>",
    f"&lt;{OWNED}&gt; &#60;{OWNED}&#62;",
    "{{ 7 * 7 }} {% include 'x' %} ${7*7} <%= 7 %>",
    "\x1b[2J\x1b]0;owned\x07\x1b[31m\x9b31m\x00\x08\x7f",
    "\u202eowned\u2066\u2069\u200f\ufeff\ufff9",
    "=cmd|'/C calc'!A0",
    "\ud800",
    "a\u0300" * 100,
    "[" * 3_000,
    "(" * 300 + ")" * 300,
    "x" * 60_000,
    "# " * 2_000,
    "**" * 2_000,
    "\\" * 2_000,
    "Accuracy: 1e999999 nan inf -0 99999999999999999999%",
    "Total params: 999,999,999,999,999,999,999",
    "Q1. What is MNIST dataset for classification? Ans: " + "digits " * 20,
    "%%bash\nrm -rf ~",
    "!ls\n%matplotlib inline\npip install x\nimport os?",
    "def f(:\n\tpass\n  x = '''",
    "lambda: (yield)\n" * 50,
    "\r\n\r\t\v\f\x85\u2028\u2029",
]
NUMBERS = [
    0,
    -1,
    1,
    2**31,
    2**63,
    10**30,
    -(10**30),
    1e308,
    5e-324,
    float("nan"),
    float("inf"),
    -float("inf"),
    True,
    False,
]
TEXTS = st.sampled_from(MARKUP) | st.text(max_size=60)
VALUES = st.recursive(
    st.none() | st.sampled_from(NUMBERS) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
ENCODINGS = ["utf-8"] * 6 + ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7"]


class Good(list[Any]):
    """Good documents. An example that fails is printed without them."""

    def __repr__(self) -> str:
        return f"<{len(self)} documents>"


class File(bytes):
    """What is read. Likewise: the blob that Hypothesis prints makes it again."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes: {bytes(self[:60])!r} ...>"


Place = tuple[Any, Any]
"""A list or a dictionary, and where in it."""


def places(document: Any) -> list[Place]:
    """Everything in a document that can be changed, breadth first."""
    found: list[Place] = []
    todo = [document]
    for each in todo:
        keys = list(each) if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
        for key in keys:
            found.append((each, key))
            todo.append(each[key])
    return found


def changed(draw: st.DrawFn, document: Any) -> Any:
    """The document with one thing in it changed; it is changed itself."""
    known = places(document)
    if not known:
        return draw(VALUES)
    inside, key = known[draw(st.integers(0, len(known) - 1))]
    match draw(st.sampled_from(["replace", "replace", "text", "text", "delete", "repeat", "rename", "wrap", "swap"])):
        case "replace":
            inside[key] = draw(VALUES)
        case "text":
            inside[key] = f"{inside[key]}{draw(TEXTS)}" if isinstance(inside[key], str) else draw(TEXTS)
        case "delete":
            del inside[key]
        case "repeat" if isinstance(inside, list):
            inside[key:key] = [deepcopy(inside[key])] * draw(st.sampled_from([1, 3, 60]))
        case "repeat" | "rename" if isinstance(inside, dict):
            inside[draw(TEXTS)] = inside.pop(key)
        case "swap":
            other, place = known[draw(st.integers(0, len(known) - 1))]
            if place in other if isinstance(other, dict) else place < len(other):
                inside[key] = deepcopy(other[place])
        case _:
            inside[key] = [inside[key]]
    return document


@st.composite
def documents(draw: st.DrawFn, good: Good) -> Any:
    """One of these JSON documents with a few changes."""
    document = deepcopy(good[draw(st.integers(0, len(good) - 1))])
    for _ in range(draw(st.integers(1, 6))):
        document = changed(draw, document)
    return document


@st.composite
def damaged(draw: st.DrawFn, good: st.SearchStrategy[bytes]) -> File:
    """Bytes with some of them changed, left out, doubled, or others put between."""
    data = draw(good)
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 1, 2, 8, 100, 10**6])))
        between = draw(
            st.sampled_from([b"", b"\0", b"\xff", data[start:end] * 2, b"[" * 9_999]) | st.binary(max_size=8)
        )
        data = data[:start] + between + data[end:]
    return File(data)


@st.composite
def files(draw: st.DrawFn, good: Good) -> File:
    """A JSON file with changes: of what it says, of how it is encoded, and in every fourth of its bytes."""
    text = json.dumps(draw(documents(good)), ensure_ascii=draw(st.booleans()))
    encoding = draw(st.sampled_from(ENCODINGS))
    data = text.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")
    return draw(damaged(st.just(File(data)))) if draw(st.integers(0, 3)) == 0 else File(data)
