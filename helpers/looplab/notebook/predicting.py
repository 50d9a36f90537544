"""A prediction: a choice before a program runs, and what it was after it has run.

    predict(
        "B",
        A="2 s",
        B="3 s",
        right="4d90c1",
    )

It is a cell of its own. Who predicts writes a letter between the quotes and runs it; below the next
cell that runs stands what they said and what it was, and nothing is counted. The cell does not tell
which choice is right to who reads it: the build puts a digest there (`sealed`).
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Mapping
from dataclasses import dataclass

LETTERS = "ABCD"

BEGINS = "predict("
"""How a cell with a prediction begins."""


@dataclass(frozen=True)
class Prediction:
    """What somebody expects of a program; a notebook shows it as one sentence.

    Attributes:
        said: the letter that they wrote; empty where they wrote none.
        choices: what they could choose from, by letter.
        right: the letter of what happens; empty where the cell does not say it.
        seal: what the cell has in its place.
    """

    said: str
    choices: Mapping[str, str]
    right: str
    seal: str

    def __str__(self) -> str:
        *others, last = self.choices
        letters = f"{', '.join(others)} or {last}"
        if not self.said:
            return (
                f"Not predicted yet: write {letters} between the quotes, and run this cell again."
            )
        if self.said not in self.choices:
            return f"“{self.said}” is none of the choices: write {letters} between the quotes."
        return f"You say {self._choice(self.said)} Now run the next cell."

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(str(self))}</p>"

    def compared(self) -> str:
        """Return what was said and what it was, for below the cell that has shown it."""
        said = self._choice(self.said)
        if not self.right:  # somebody has rewritten the choices
            return f"You said {said} Was it so?"
        if self.said == self.right:
            return f"You said {said} So it was."
        return f"You said {said} It was {self._choice(self.right)} Below it says why."

    def _choice(self, letter: str) -> str:
        return f"{letter}: {self.choices[letter]}."


def predict(said: str, /, *, right: str, **choices: str) -> Prediction:
    """Predict what the next cell does; it is told there whether it was so.

    Args:
        said: the letter of one of the choices; empty for none.
        right: what `sealed` gives for the right one.
        choices: what may happen, by letter.

    Returns:
        The prediction, which a notebook shows.

    >>> predict("b", A="2 s", B="3 s", right=sealed("A", {"A": "2 s", "B": "3 s"}))
    You say B: 3 s. Now run the next cell.
    """
    global _said
    found = [letter for letter in choices if sealed(letter, choices) == right]
    _said = Prediction(said.strip().upper(), choices, "".join(found), right)
    return _said


def sealed(letter: str, choices: Mapping[str, str]) -> str:
    """Return what stands for the right choice in a cell: nobody reads the letter out of it.

    Args:
        letter: of the right choice.
        choices: all of them, by letter.
    """
    told = "\n".join([letter, *choices.values()])
    return hashlib.sha256(told.encode()).hexdigest()[:6]


_said: Prediction | None = None
"""What the running cell, or the one before it, predicts."""

_waiting: Prediction | None = None
"""What is compared when the running cell has run."""


def before_cell() -> None:
    """Note that a cell begins which may show whether a prediction was right."""
    global _said, _waiting
    _said, _waiting = None, _said


def after_cell(*, ran: bool) -> Prediction | None:
    """Return the prediction that the cell has shown to be right or wrong; None where there is none.

    Args:
        ran: whether the cell did what it should; if not, the prediction waits for the next one.
    """
    global _said, _waiting
    if _said is not None:  # the cell was itself a prediction
        _waiting = None
    elif not ran:
        _said, _waiting = _waiting, None
    compared, _waiting = _waiting, None
    return compared if compared is not None and compared.said in compared.choices else None
