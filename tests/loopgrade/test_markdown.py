"""A student's Markdown runs nothing, loads nothing, and is no part of the page that shows it."""

import time
from html.parser import HTMLParser

import pytest
from hostile import HOSTILE

from loopgrade.steps.markdown import MAX_MARKDOWN, harmless_html


class Page(HTMLParser):
    """What a browser would make of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("markdown", HOSTILE.values(), ids=HOSTILE)
def test_it_harms_nobody(markdown: str) -> None:
    for tag, attributes in Page(harmless_html(markdown)).tags:
        assert tag not in ("script", "style", "form", "iframe", "svg", "object", "meta", "base")
        assert attributes.keys() <= {"href", "title", "src", "alt", "class"}
        link = attributes.get("href") or "#"
        assert link.lower().startswith(("https://", "http://", "mailto:", "#"))
        assert (attributes.get("src") or "data:image/png").startswith("data:image/png")
        assert not {"full-credit", "btn", "modal-backdrop"} & set(
            (attributes.get("class") or "").split()
        )


def test_what_is_honest_stays() -> None:
    text = harmless_html(
        "# Title\n\n*so* **it** `is` [here](https://example.org/a?b=c#d)\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nprint(1)\n```\n\n"
        "![dot](data:image/png;base64,iVBORw0KGgo=)\n\n<details><summary>more</summary>x</details>"
    )
    tags = [tag for tag, _ in Page(text).tags]
    assert {"h1", "em", "strong", "code", "a", "table", "pre", "img", "details"} <= set(tags)
    assert 'href="https://example.org/a?b=c#d"' in text
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in text
    assert 'class="highlight' in text


@pytest.mark.parametrize("text", ["\\begin{a}", "$$", "[", "<b>", "> ", "*", "`", "![](", "\\("])
def test_no_text_takes_long(text: str) -> None:
    start = time.monotonic()
    harmless_html(text * 16_000)
    harmless_html(text * (MAX_MARKDOWN // len(text)))
    assert time.monotonic() - start < 20
