"""A student's Markdown as HTML that harms nobody who reads it.

Formgrader and feedback show it among their own buttons and fields. So it runs nothing, it loads
nothing, and it has no class and no id by which a page's own scripts and styles would take it for
a part of the page: a `<div class="full-credit modal-backdrop">` covered formgrader, and one click
gave full points.
"""

from __future__ import annotations

import html
import re
from functools import cache

import bleach
from nbconvert.filters import markdown2html
from pygments.token import STANDARD_TYPES

# fmt: off
MARKDOWN_TAGS = frozenset({
    "a", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "s",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
})
"""What Markdown may become in feedback and formgrader."""
# fmt: on

MAX_MARKDOWN = 20_000
"""Characters of a cell that are read as Markdown; more are shown as they are. The time that its
reader takes grows with the square of some texts' length."""

_LINK = re.compile(r"(https?://|mailto:|#)[^\s]*", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*")
_COLOURS = frozenset(filter(None, STANDARD_TYPES.values()))
_CODE = re.compile(r"highlight( hl-[a-z0-9]+)?")


def harmless_html(markdown: str) -> str:
    """Return Markdown as HTML in which nothing runs, loads, or is a part of the page.

    >>> harmless_html("*so* <script>grade()</script>")
    '<p><em>so</em> &lt;script&gt;grade()&lt;/script&gt;</p>\\n'
    >>> harmless_html('<b class="full-credit" id="x">so</b>')
    '<p><b>so</b></p>\\n'
    """
    if len(markdown) <= MAX_MARKDOWN:
        try:
            return str(_cleaner().clean(markdown2html(markdown)))
        except Exception:  # it is nested too deep, or shows a picture that is not there
            pass
    return f"<pre>{html.escape(markdown)}</pre>"


@cache
def _cleaner() -> bleach.Cleaner:
    return bleach.Cleaner(
        tags=MARKDOWN_TAGS,
        attributes=_may_have,
        protocols={"http", "https", "mailto", "data"},
        strip_comments=True,
    )


def _may_have(tag: str, name: str, value: str) -> bool:
    """Whether a tag may have an attribute of that value."""
    match tag, name:
        case "a", "href":
            return _LINK.fullmatch(value) is not None
        case "img", "src":
            return _PICTURE.fullmatch(value) is not None
        case ("a", "title") | ("img", "alt"):
            return True
        case "span", "class":
            return value in _COLOURS
        case "div", "class":
            return _CODE.fullmatch(value) is not None
    return False
