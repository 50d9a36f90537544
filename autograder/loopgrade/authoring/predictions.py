"""Predictions of a lesson: the source says which choice is right, a student's notebook does not.

    predict(
        "",
        A="2 s",
        B="3 s",
        right="A",
    )

The letter is replaced when the lesson is read, so that no later step knows another text.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap

from looplab.notebook.predicting import BEGINS, LETTERS, sealed

MOST = len(LETTERS)
"""Choices of a prediction; more are no choice but a search."""

WIDTH = 44
"""Characters in a line of a prediction: so many JupyterLab shows beside its list of files, in a
window of 800 pixels. A choice must not run out of its cell: somebody would not see all of it."""


class PredictionError(ValueError):
    """A prediction breaks a rule; the text says what to do."""


def is_prediction(source: str) -> bool:
    """Whether a code cell is a prediction.

    >>> is_prediction('predict("", A="2 s", B="3 s", right="A")')
    True
    """
    return source.startswith(BEGINS)


def sealed_source(source: str) -> str:
    """Return a prediction as students get it: with a digest in the place of the right letter.

    Args:
        source: the cell's text.

    Raises:
        PredictionError: it is not one call of `predict` as above; the text says what to do.

    >>> print(sealed_source('predict("", A="2 s", B="3 s", right="A")'))
    predict("", A="2 s", B="3 s", right="4476b2")
    """
    try:
        [statement] = ast.parse(source).body
    except (SyntaxError, ValueError):
        raise PredictionError("a prediction is one call of `predict`, and nothing else.") from None
    match statement:
        case ast.Expr(value=ast.Call(args=[ast.Constant(value="")], keywords=keywords)):
            said = {each.arg or "": each.value for each in keywords}
        case _:
            raise PredictionError('a prediction begins with `""`, where students write a letter.')
    right = said.pop("right", None)
    choices = {name: text for name, value in said.items() if (text := _text(value))}
    if len(choices) < len(said):
        raise PredictionError("each choice of a prediction is a text.")
    if list(choices) != list(LETTERS[: len(choices)]) or len(choices) < 2:
        raise PredictionError(f"a prediction has 2 to {MOST} choices, called A, B and so on.")
    letter = _text(right)
    if right is None or letter not in choices:
        raise PredictionError('a prediction says which choice is right, such as `right="A"`.')
    lines = source.split("\n")
    line = lines[right.lineno - 1].encode()  # ast counts in bytes
    before, after = line[: right.col_offset], line[right.end_col_offset :]
    lines[right.lineno - 1] = f'{before.decode()}"{sealed(letter, choices)}"{after.decode()}'
    for value in said.values():
        choice = lines[value.lineno - 1]
        if value.lineno == value.end_lineno and len(choice) > WIDTH:
            lines[value.lineno - 1] = _in_several_lines(choice, _text(value))
    return "\n".join(lines)


def _in_several_lines(line: str, text: str) -> str:
    """Return the line of a choice with its text in several strings, which Python joins.

    >>> print(_in_several_lines('    A="one after the other, since each waits in turn",',
    ...                         "one after the other, since each waits in turn"))
        A="one after the other, "
          "since each waits in turn",
    """
    before = line.removesuffix(f'"{text}",')
    room = WIDTH - len(before) - len('" ",')
    if before == line or room < 1:  # it is written in another way
        return line

    tied = re.sub(r"(\d) (s\b)", "\\1\u00a0\\2", text)  # no number without its unit

    def way(width: int) -> list[str]:
        found = textwrap.wrap(tied, width, break_long_words=False, break_on_hyphens=False)
        return [part.replace("\u00a0", " ") for part in found]

    ways = map(way, range(1, room + 1))
    count = len(way(room))
    parts = next(each for each in ways if len(each) == count)  # no word alone in the last line
    if " ".join(parts) != text:
        return line
    strings = [json.dumps(f"{part} ", ensure_ascii=False) for part in parts[:-1]]
    strings.append(json.dumps(parts[-1], ensure_ascii=False))
    return before + ("\n" + " " * len(before)).join(strings) + ","


def _text(value: ast.expr | None) -> str:
    """Return the text that stands there as such; empty where none does."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    return ""
