"""Links between lessons, where a course has only some of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

_LINK = re.compile(r"\[([^\]]*)\]\((\w+)\.ipynb(?:#[^)]*)?\)")
_BEFORE = re.compile(rf"\*\*Before:\*\* {_LINK.pattern}(?P<dot> ·(?: |\n# ))?")
_NEXT = re.compile(rf"(?P<dot> ·(?: |\n# ))?\*\*Next:\*\* {_LINK.pattern}")


def titles(texts: Iterable[str]) -> dict[str, str]:
    """Return what links call each lesson.

    Args:
        texts: of all lessons.

    >>> titles(["see [01 · Coroutines](01_coroutines.ipynb)"])
    {'01_coroutines': '01 · Coroutines'}
    """
    return {name: title for text in texts for title, name in _LINK.findall(text)}


def mended_links(text: str, lesson: str, chosen: Sequence[str], names: Mapping[str, str]) -> str:
    """Return a lesson whose links lead to lessons that the course has.

    *Before* and *Next* lead to the nearest that there is. A line of a table that is about
    a lesson that there is not goes; any other link to one becomes plain text.

    Args:
        text: the lesson's source.
        lesson: its name.
        chosen: the names of all lessons that the course has, in order.
        names: what links call each lesson.

    >>> mended_links("# **Next:** [2](b.ipynb)\\n", "a", ["a", "c"], {"c": "3"})
    '# **Next:** [3](c.ipynb)\\n'
    >>> mended_links("# as in [2](b.ipynb)\\n", "a", ["a"], {})
    '# as in 2\\n'
    """
    here = list(chosen).index(lesson)
    before = chosen[here - 1] if here else None
    after = chosen[here + 1] if here + 1 < len(chosen) else None

    def way(name: str) -> str:
        return f"[{names.get(name, name)}]({name}.ipynb)"

    def plain(found: re.Match[str]) -> str:
        return found[0] if found[2] in chosen else found[1]

    text = _BEFORE.sub(
        lambda found: f"**Before:** {way(before)}{found['dot'] or ''}" if before else "", text
    )
    text = _NEXT.sub(
        lambda found: f"{found['dot'] or ''}**Next:** {way(after)}" if after else "", text
    )
    lines = []
    for line in text.splitlines(keepends=True):
        told = _LINK.search(line)
        if line.startswith("# |") and told and told[2] not in chosen:
            continue
        lines.append("#\n" if line == "# \n" else _LINK.sub(plain, line))
    return "".join(lines)
