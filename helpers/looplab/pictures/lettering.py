"""Text in a picture: its font, how long it is, and as much of it as there is room for."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font, get_font_names
from matplotlib.textpath import text_to_path

INK = "#222222"

# For names that the font which comes with matplotlib cannot write, Chinese ones for example
OTHER_FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei")


@cache
def _glyphs(family: str) -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=[family]))).get_charmap())


def _font(text: str, size: float, bold: bool) -> tuple[str, FontProperties]:
    """Return `text` without what no font here can write, and a font for it."""
    families = ["DejaVu Sans"]
    missing = {char for char in text if ord(char) not in _glyphs("DejaVu Sans")}
    if missing:
        installed = set(get_font_names())
        families += [family for family in OTHER_FONTS if family in installed]
        missing = {c for c in missing if all(ord(c) not in _glyphs(f) for f in families)}
    text = "".join("□" if char in missing else char for char in text)
    return text, FontProperties(family=families, size=size, weight="bold" if bold else "normal")


@lru_cache(maxsize=10_000)
def length(text: str, size: float, bold: bool = False) -> float:
    """Return the length of `text` in inches."""
    text, font = _font(text, size, bold)
    return float(text_to_path.get_text_width_height_descent(text, font, False)[0]) / 72


def cut(text: str, room: float, size: float, bold: bool = False) -> str:
    """Return as much of `text` as `room` inches hold."""
    if length(text, size, bold) <= room:
        return text
    while text and length(text + "…", size, bold) > room:
        text = text[:-1]
    return text + "…"


def wrapped(text: str, room: float, size: float) -> list[str]:
    """Return bold `text` on one or two lines of `room` inches."""
    words, first = text.split(" "), ""
    while words and length(f"{first} {words[0]}", size, True) <= room:
        first = f"{first} {words.pop(0)}".strip()
    rest = [cut(" ".join(words), room, size, True)] if words else []
    return [first, *rest] if first else rest


def write(where: Axes | Figure, x: float, y: float, text: str, size: float, **kwargs: Any) -> None:
    """Write `text`: in an Axes in its units, in a Figure in inches from its lower left."""
    text, font = _font(text, size, kwargs.pop("bold", False))
    if isinstance(where, Figure):
        kwargs["transform"] = where.dpi_scale_trans
    kwargs = {"color": INK, "va": "center", **kwargs}
    # parse_math: a name that holds two dollar signs is not a formula.
    where.text(x, y, text, fontproperties=font, parse_math=False, **kwargs)
