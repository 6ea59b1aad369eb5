"""A page -> what in it could only be a student's own markup, or a sign that hides or turns what is beside it."""

import re
from html.parser import HTMLParser

from grader.pages.harmless import ATTRIBUTES, TAGS

OWNED = "x-owned"
"""The name of the element and of the attribute by which the attacks are known again."""
HEAD = {"html", "head", "body", "meta", "title", "style", "script", "link"}
OWN = {"html": {"lang"}, "meta": {"charset", "http-equiv", "content", "name"}}
SIGNS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What moves a terminal's cursor or turns the direction of writing."""


class Page(HTMLParser):
    """Goes through a page as it is written."""

    def __init__(self, html: str):
        super().__init__()
        self.amiss: list[str] = []
        self.scripts = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        allowed = {name.lower() for name in ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) | OWN.get(tag, set())}
        if tag not in TAGS | HEAD:
            self.amiss.append(f"<{tag}>")
        for name, value in attrs:
            if name not in allowed and not name.startswith(("aria-", "data-")):
                self.amiss.append(f"<{tag} {name}>")
            if OWNED in name or (
                name in {"href", "src"} and re.match(r"\s*(javascript|vbscript|https?|//)", value or "")
            ):
                self.amiss.append(f"<{tag} {name}={value}>")

    def handle_comment(self, data: str) -> None:
        self.amiss.append(f"<!--{data}-->")


def reflected(html: str, scripts: int = 0) -> list[str]:
    """What is amiss in a page that has so many scripts of its own; nothing in a good one."""
    page = Page(html)
    found = page.amiss + [f"U+{ord(sign):04X}" for sign in sorted(set(SIGNS.findall(html)))]
    return found + ([f"{page.scripts} scripts"] if page.scripts != scripts else [])
