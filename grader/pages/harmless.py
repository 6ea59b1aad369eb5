"""The HTML of a page's body -> the same, but for what none of our templates writes: no script, no handler, no address.

Every text of a student's is escaped where a template prints it, and the policy of each page lets no foreign script run.
This stands between the two, should a template forget the first: nh3 reads the HTML as a browser does.
"""

import nh3
from markupsafe import Markup

TEXT = "b bdi br code h1 h2 h3 h4 p pre blockquote mark small span strong div title desc"
PARTS = "main header footer nav section article aside figure figcaption summary ul ol li dl dt dd"
TABLE = "table caption thead tbody tfoot tr"
FILTERS = "form label select output"
"""Of the class page."""
ATTRIBUTES = {
    "*": {"class", "dir", "hidden", "id", "role", "tabindex", "title"},
    "details": {"open"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "a": {"href", "transform"},
    "img": {"src", "alt"},
    "option": {"value"},
    "button": {"type"},
    # Charts.
    "svg": {"viewBox", "preserveAspectRatio"},
    "g": {"transform"},
    "text": {"x", "y"},
    "path": {"d"},
    "rect": {"x", "y", "width", "height"},
    "circle": {"cx", "cy", "r"},
}
"""What the templates write, by element; also any that begins with aria- or data-."""
TAGS = {*f"{TEXT} {PARTS} {TABLE} {FILTERS}".split(), *ATTRIBUTES} - {"*"}
PICTURES = ("data:image/png;base64,", "data:image/svg+xml;base64,")
CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    generic_attribute_prefixes={"aria-", "data-"},
    attribute_filter=lambda tag, name, value: value if leads_nowhere(name, value) else None,
    url_schemes={"data"},
    link_rel=None,
)


def harmless(html: str) -> Markup:
    """The HTML without what a template of ours would not write."""
    return Markup(CLEANER.clean(html))  # noqa: S704 - by a sanitiser


def leads_nowhere(name: str, value: str) -> bool:
    """Whether an address stays among the pages of a folder of results, and a picture is in the page itself."""
    if name == "src":
        return value.startswith(PICTURES)
    return name != "href" or not (":" in value or value.startswith(("/", "\\")))
