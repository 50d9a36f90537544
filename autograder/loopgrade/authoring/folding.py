"""What happened is folded away until somebody unfolds it: who has not predicted yet, can.

A lesson's source has it as a paragraph that begins with `**What happened.**`, at the top of a
Markdown cell; the student's notebook has it in `<details>`, which every front end can fold.
"""

from __future__ import annotations

BEGINS = "**What happened.**"

_FENCES = ("```", "~~~")
_ENDS = ("#", "**Predict.**")
"""What begins the next part of a lesson, which stays in sight."""


def folded(source: str) -> str:
    r"""Return the text of a Markdown cell, with what happened folded away.

    Args:
        source: the cell's text; one that does not begin so is returned as it is.

    >>> print(folded("**What happened.** Both waited.\n\n## 2. Two tasks\n\nThen:"))
    <details><summary>What happened</summary>
    <BLANKLINE>
    Both waited.
    <BLANKLINE>
    </details>
    <BLANKLINE>
    ## 2. Two tasks
    <BLANKLINE>
    Then:
    """
    if not source.startswith(BEGINS):
        return source
    lines = source.removeprefix(BEGINS).lstrip(" ").split("\n")
    end = _end(lines)
    inner = "\n".join(lines[:end]).strip("\n")
    after = "\n".join(lines[end:])
    made = f"<details><summary>{BEGINS.strip('*.')}</summary>\n\n{inner}\n\n</details>"
    return f"{made}\n\n{after}" if after else made


def _end(lines: list[str]) -> int:
    """Return the number of the line that begins the next part, from 0."""
    in_code = False
    for number, line in enumerate(lines):
        in_code ^= line.startswith(_FENCES)
        if not in_code and line.startswith(_ENDS):
            return number
    return len(lines)
