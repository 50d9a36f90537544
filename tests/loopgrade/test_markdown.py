"""A student's Markdown runs nothing, loads nothing, and is no part of the page that shows it."""

import time
from html.parser import HTMLParser

import pytest

from loopgrade.steps.markdown import MAX_MARKDOWN, harmless_html

HOSTILE = {
    "a script": "<script>grade()</script>",
    "a handler": '<img src="x" onerror="grade()"><p onclick="grade()">so</p>',
    "a link that runs": "[so](javascript:grade()) <a href='vbscript:grade()'>so</a>",
    "the same with signs between": (
        "<a href='java&#10;script:grade()'>a</a><a href='&#1;javascript:x'>b</a>"
    ),
    "a link to data": '<a href="data:text/html,<script>1</script>">so</a>',
    "a link in its own window": '<a href="//elsewhere.test/x" target="_blank">so</a>',
    "a picture from elsewhere": "![so](https://elsewhere.test/seen.png)",
    "a picture of the page's own server": '<img src="/formgrader/api/x">',
    "a picture that is a document": '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    "pictures in a set": '<img srcset="https://elsewhere.test/a 1x" src="">',
    "a button of formgrader's": '<div class="full-credit modal-backdrop">so</div>',
    "a name of formgrader's": '<span id="maincontent" class="btn">so</span>',
    "a style": '<p style="position:fixed;inset:0">so</p><style>p{color:red}</style>',
    "a form": '<form action="https://elsewhere.test"><input name="points"><button>x</button>',
    "a frame": '<iframe src="https://elsewhere.test"></iframe><object data="x"></object>',
    "what a page goes to": '<meta http-equiv="refresh"><base href="https://elsewhere.test">',
    "svg": '<svg onload="grade()"><a xlink:href="javascript:1">so</a></svg>',
    "math with markup in it": "$<img src=x onerror=grade()>$ \\begin{a}<script>1</script>\\end{a}",
    "what ends what it stands in": "</div></div><script>grade()</script>",
    "a comment that a browser reads": "<!--[if gte IE 4]><script>1</script><![endif]-->",
    "an attribute in an attribute": '<a title=\'" onmouseover="grade()\' href="#x">so</a>',
    "a fence that names a class": "```full-credit modal-backdrop\nso\n```",
    "a reference": "[so]: javascript:grade()\n[so]",
    "an address alone": "<javascript:grade()>",
}


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
