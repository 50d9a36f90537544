"""A sentence with code in it, as a notebook shows it and as a terminal does."""

from __future__ import annotations

import html
import re


def paragraph(text: str) -> str:
    """Return a sentence as HTML: what stands between backticks is code.

    Args:
        text: the sentence, as a terminal shows it.

    >>> paragraph("`a < b` holds.")
    '<p><code>a &lt; b</code> holds.</p>'
    """
    marked = re.sub("`(.+?)`", r"<code>\1</code>", html.escape(text, quote=False))
    return f"<p>{marked}</p>"
