"""What a test says, taken apart again: what was expected, what happened, the line, the hint."""

from __future__ import annotations

import re

_INDENT = 13
"""Before a line that goes on: see `looplab.observer.expecting.CheckFailed`."""

_QUOTED = re.compile(r"  (line \d+) │ ?(.*)")


def parts(said: str) -> list[tuple[str, str]]:
    """Return the parts of a test's message, each with its label, without its first line.

    Args:
        said: the message, over several lines.

    >>> parts("✗ turns (1 point)\\n  expected   4\\n  happened   it gave\\n             7")
    [('expected', '4'), ('happened', 'it gave 7')]
    >>> parts("✗ turns (1 point)\\n  line 4 │     return 7")
    [('line 4', '    return 7')]
    """
    found: list[tuple[str, str]] = []
    for line in said.splitlines()[1:]:
        if quoted := _QUOTED.fullmatch(line):
            found.append((quoted[1], quoted[2]))
        elif line.startswith(" " * _INDENT) and found:
            label, text = found[-1]
            found[-1] = (label, f"{text} {line.strip()}")
        elif line.startswith("  ") and line.strip():
            found.append((line[:_INDENT].strip(), line[_INDENT:].strip()))
    return found
