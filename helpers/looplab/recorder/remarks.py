"""What is said of a step besides whose it is: what was sent into a generator, what a store gave.

A recording has few words of each: pictures show them, and nothing is judged by them. So a value
is told in some letters, and no code of the program's runs for that.
"""

from __future__ import annotations

from typing import Any

MOST = 400
"""So many steps have a remark, the first ones; a picture has room for fewer."""

_LETTERS, _ITEMS, _BITS = 20, 4, 64
_name_of: Any = vars(type)["__name__"].__get__  # a class of the program's may compute its name


def remark(text: str) -> None:
    """Say something of the step that runs; a recording puts its own in the place of this.

    Args:
        text: some words.
    """


def brief(value: Any, depth: int = 2) -> str:
    """Return a value in some letters: as Python writes it, or what kind of thing it is.

    Args:
        value: anything; what is not of a plain type is told by the name of its type.
        depth: how far to look into tuples and lists.

    >>> brief(("Ann", 3)), brief(list(range(99))), brief("word " * 9)
    ("('Ann', 3)", '<list>', "'word word word word …'")
    """
    kind = type(value)
    if value is None or kind in (bool, float) or (kind is int and value.bit_length() <= _BITS):
        return repr(value)
    if kind is str:
        return repr(value if len(value) <= _LETTERS else f"{value[:_LETTERS]}…")
    if kind is bytes and len(value) <= _LETTERS:
        return repr(value)
    if kind in (tuple, list) and len(value) <= _ITEMS and depth:
        told = ", ".join(brief(item, depth - 1) for item in value)
        if kind is list:
            return f"[{told}]"
        return f"({told},)" if len(value) == 1 else f"({told})"
    return f"<{_name_of(kind)[:_LETTERS]}>"
