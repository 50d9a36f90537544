"""A picture as a part of a web page: small, readable on light and dark, and with words.

A notebook shows it. Text stays text: each line has its length, so that it fits whatever fonts
the reader has. Colours are CSS variables, and JupyterLab and VS Code say on the page whether it
is dark. The title is what a screen reader says in the picture's place, and all that it shows
stands below it in words, folded.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from looplab.pictures.lettering import INK, length
from looplab.pictures.marks import BLUE, CREAM, LINE, ORANGE, PALE, STRIPE, VERMILION
from looplab.pictures.plan import GREEN, GREY, RED

WIDTH_OF_A_POINT = 1.44
"""Pixels for a point of the picture: as wide as in other outputs of a notebook."""

LEAST = 560
"""Pixels: on a narrower page the picture keeps this width, and can be moved sideways."""

PAPER = "#ffffff"
ON_DARK = {
    PAPER: "#111418",
    INK: "#e8eaed",
    GREY: "#a7adb5",
    LINE: "#4a5058",
    STRIPE: "#1c2127",
    BLUE: "#4aa8e0",
    ORANGE: "#d99400",
    CREAM: "#4d3d12",
    VERMILION: "#f07c3c",
    PALE: "#2b6b5a",
    GREEN: "#3fc29b",
    RED: "#ff8a80",
}
"""What each colour is on a dark page."""

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_PAINT = ("fill", "stroke")
_HALO = re.compile(r"halo-([0-9a-f]{6})-([\d.]+)")
_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def _names() -> dict[str, str]:
    return {colour: f"--looplab-{number}" for number, colour in enumerate(ON_DARK)}


def dark_colours() -> str:
    """Return the declarations that make the pictures below an element dark, as CSS."""
    return ";".join(f"{name}:{ON_DARK[colour]}" for colour, name in _names().items())


def _style() -> str:
    pages = ("[data-jp-theme-light=false]", ".vscode-dark", ".vscode-high-contrast")
    return ",".join(f"{page} .looplab-timeline" for page in pages) + "{" + dark_colours() + "}"


def page_part(svg: str, words: str) -> str:
    """Return a picture as HTML, with its words.

    Args:
        svg: the picture, of `for_a_page`.
        words: all that it shows, over several lines.
    """
    return (
        f'<figure class="looplab-timeline" style="margin:0"><style>{_style()}</style>'
        f'<div style="overflow-x:auto" tabindex="0">{svg}</div>'
        f"<details><summary>In words</summary><pre>{html.escape(words)}</pre></details></figure>"
    )


def for_a_page(picture: bytes, title: str) -> str:
    """Return a picture as SVG that can stand in HTML.

    Args:
        picture: SVG of matplotlib's, with its text as text; see `plain_text`.
        title: what it is, in one line.
    """
    root = ElementTree.fromstring(picture)
    names = _names()
    _clean(root)
    for element in root.iter():
        if found := _HALO.fullmatch(element.attrib.pop("id", "") if element.tag == "g" else ""):
            halo = f"paint-order:stroke;stroke:#{found[1]};stroke-width:{found[2]}"
            for text in element.iter("text"):
                text.set("style", f"{text.get('style', '')};{halo}")
        if element.tag == "text":
            _fit(element)
        # Of an attribute a page's variables are no part, of a style they are.
        style = [f"{name}:{element.attrib.pop(name)}" for name in _PAINT if name in element.attrib]
        style += [element.attrib.pop("style")] if "style" in element.attrib else []
        if style:
            told = _COLOUR.sub(lambda each: _variable(each[0], names), ";".join(style))
            element.set("style", told)
    wide = float(root.get("viewBox", "0 0 0 0").split()[2]) * WIDTH_OF_A_POINT
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("xmlns", _SVG)
    root.set("role", "img")
    root.set("aria-label", title)
    look = f"width:100%;min-width:{LEAST}px;max-width:{wide:.0f}px;display:block"
    root.set("style", f"{look};stroke-linejoin:round;stroke-linecap:butt")
    return ElementTree.tostring(root, encoding="unicode")


def _variable(colour: str, names: dict[str, str]) -> str:
    return f"var({names[colour]},{colour})" if colour in names else colour


@contextmanager
def plain_text(figure: Figure) -> Iterator[None]:
    """Note the outline of each text instead of drawing it: matplotlib would draw the text too."""
    changed: list[tuple[Any, Any]] = []
    for text in figure.findobj(Text):
        effects = text.get_path_effects()
        if effects:
            told = effects[0]._gc  # type: ignore[attr-defined]  # withStroke's own, not in its stubs
            text.set_gid(f"halo-{to_hex(told['foreground'])[1:]}-{told['linewidth']}")
            text.set_path_effects([])
            changed.append((text, effects))
    try:
        yield
    finally:
        for text, effects in changed:
            text.set_path_effects(effects)
            text.set_gid(None)


def _clean(root: ElementTree.Element) -> None:
    """Take off what a page does not need, and what is more exact than a screen."""
    for parent in list(root.iter()):
        for child in list(parent):
            # The style is one for all of the page that holds the picture.
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
        element.text = (element.text or "").strip() or None
        element.tail = None
        for name, value in list(element.attrib.items()):
            if name.startswith(f"{{{_XLINK}}}"):
                del element.attrib[name]
                name = "href"
            elif name == "id" and element.tag == "g" and not _HALO.fullmatch(value):
                del element.attrib[name]
                continue
            element.set(name, _NUMBER.sub(_rounded, " ".join(value.split())))


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def _fit(element: ElementTree.Element) -> None:
    """Give a text the length that it has in the picture's own font."""
    style = element.get("style", "")
    size = re.search(r"font(?:-size)?:[^;]*?([\d.]+)px", style)
    if size is not None and element.text:
        inches = length(element.text, float(size[1]), bool(re.search(r"\b(700|bold)\b", style)))
        element.set("textLength", f"{inches * 72:.1f}")
        element.set("lengthAdjust", "spacingAndGlyphs")
        element.set("style", style.replace("'DejaVu Sans'", "'DejaVu Sans',Verdana,sans-serif"))
