"""Solutions and hidden tests: the parts of a cell between markers, which students do not get."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass


class RegionError(ValueError):
    """A solution or hidden-test marker of a cell is misspelt or has no partner.

    Attributes:
        line: the line of the cell, from 1.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


# Solutions and hidden tests


@dataclass(frozen=True)
class Region:
    """A part of a cell that students do not get.

    Attributes:
        kind: `SOLUTION` or `HIDDEN TESTS`.
        first, last: the lines of its two markers in the cell, from 1.
    """

    kind: str
    first: int
    last: int


_KINDS = ("SOLUTION", "HIDDEN TESTS")
EDGES = {f"### {edge} {kind}": (edge, kind) for edge in ("BEGIN", "END") for kind in _KINDS}
# nbgrader looks for these anywhere in a line, also in markdown and in strings.
_OF_NBGRADER = (*(text.removeprefix("### ") for text in EDGES), "MARK SCHEME", "AUTOTEST")
_ALMOST = re.compile(r"#+\s*(begin|end)[\s_-]*(solution|hidden|tests?\b)", re.IGNORECASE)


def regions(source: str) -> tuple[Region, ...]:
    """Return the solution and hidden-test regions of a cell, in order.

    Raises:
        RegionError: a marker is misspelt, or has no partner.

    >>> regions("### BEGIN SOLUTION\\nx = 1\\n### END SOLUTION")
    (Region(kind='SOLUTION', first=1, last=3),)
    """
    found: list[Region] = []
    opened: tuple[str, int] | None = None
    for number, line in enumerate(source.split("\n"), start=1):
        marker = EDGES.get(line.strip())
        if marker is None:
            if _looks_like_a_marker(line):
                known = ", ".join(f"`{text}`" for text in EDGES)
                message = f"`{line.strip()}` looks like a marker; write one of {known}, or reword."
                raise RegionError(number, message)
            continue
        edge, kind = marker
        if edge == "BEGIN":
            if opened:
                raise RegionError(number, f"{kind} begins inside {opened[0]}; end that first.")
            opened = (kind, number)
        else:
            if opened is None or opened[0] != kind:
                raise RegionError(number, f"{kind} ends here and has not begun; add its BEGIN.")
            found.append(Region(kind, opened[1], number))
            opened = None
    if opened:
        raise RegionError(opened[1], f"{opened[0]} begins here and never ends; add its END.")
    return tuple(found)


def _looks_like_a_marker(line: str) -> bool:
    if any(text in line for text in _OF_NBGRADER) or _ALMOST.search(line):
        return True
    if not line.strip().startswith("#"):
        return False
    # The first letter counts, so that "second solution" is not taken for "end solution".
    letters = _letters(line)
    return letters[:1] in ("B", "E") and bool(
        difflib.get_close_matches(letters, map(_letters, EDGES), n=1, cutoff=0.85)
    )


def _letters(line: str) -> str:
    return re.sub(r"[^A-Z]", "", line.upper())


def without_solution(source: str, stub: str) -> str:
    """Return an answer cell as students get it: `stub` stands for each solution.

    Args:
        source: the cell's text.
        stub: the lines to put in, which are indented as the marker is.

    >>> print(without_solution("def f():\\n  ### BEGIN SOLUTION\\n  return 1\\n  "
    ...     "### END SOLUTION", "raise NotImplementedError"))
    def f():
      raise NotImplementedError
    """
    lines: list[str] = []
    done = 0
    given = source.split("\n")
    for region in regions(source):
        lines += given[done : region.first - 1]
        marker = given[region.first - 1]
        indent = marker[: len(marker) - len(marker.lstrip())]
        lines += [indent + line for line in stub.split("\n")]
        done = region.last
    return "\n".join(lines + given[done:])


def solution_text(source: str) -> str:
    """Return an answer cell as the reference solution: whole, without the markers and the why.

    >>> solution_text("### BEGIN SOLUTION\\n# Why: it is one.\\nx = 1\\n### END SOLUTION")
    'x = 1'
    """
    lines, why = source.split("\n"), _lines_of_why(source)
    kept = (line for number, line in enumerate(lines) if number not in why)
    return "\n".join(line for line in kept if line.strip() not in EDGES)


def why_of(source: str) -> str:
    """Return why the solution of an answer cell is as it is; empty where it does not say.

    It is the comment at the beginning of the first solution, which begins with `Why:`.

    >>> why_of("### BEGIN SOLUTION\\n# Why: it is one,\\n# and not two.\\nx = 1\\n### END SOLUTION")
    'it is one, and not two.'
    """
    lines = source.split("\n")
    told = " ".join(lines[number].strip().removeprefix("# ") for number in _lines_of_why(source))
    return told.removeprefix(_WHY.removeprefix("# ")).strip()


_WHY = "# Why:"


def _lines_of_why(source: str) -> range:
    lines = source.split("\n")
    first = (
        next((number for number, line in enumerate(lines) if line.strip() in EDGES), len(lines)) + 1
    )
    if first >= len(lines) or not lines[first].strip().startswith(_WHY):
        return range(0)
    last = first
    while lines[last].strip().startswith("#") and lines[last].strip() not in EDGES:
        last += 1
    return range(first, last)
