"""A student's Markdown as HTML in which nothing can run."""

from __future__ import annotations

import html

from nbconvert.filters import markdown2html
from nbconvert.preprocessors.sanitize import SanitizeHTML

# fmt: off
MARKDOWN_TAGS = [
    "a", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "s",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
]
"""What Markdown may become in feedback and formgrader."""


def harmless_html(markdown: str) -> str:
    """Return Markdown as HTML in which nothing can run: formgrader shows a student's.

    >>> harmless_html("*so* <script>grade()</script>")
    '<p><em>so</em> &lt;script&gt;grade()&lt;/script&gt;</p>\\n'
    """
    attributes = {"a": ["href", "title"], "img": ["alt", "src"], "*": ["class", "id"]}
    cleaner = SanitizeHTML(tags=MARKDOWN_TAGS, attributes=attributes)
    try:
        return str(cleaner.sanitize_html_tags(markdown2html(markdown)))
    except Exception:  # it is nested too deep, or shows a picture that is not there
        return f"<pre>{html.escape(markdown)}</pre>"
