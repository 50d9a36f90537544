"""What the random inputs of the hidden tests grow out of: a secret, or the corners of a domain.

A hidden test says the domain of its inputs where it draws them, out of `random.Random(SEED)`:
`random_.randint(3, 20)`. Every course has another secret, and so other inputs. A right answer
must keep every point with all of them, those at the ends too, which come up rarely.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from loopgrade.examination.test_cell import seed_of

SECRET = "the answer bank"
"""Seeds the hidden tests here: a bank's verdicts are the same on every machine."""

AN_END = 0.75
"""How often a corner draws an end. Not always: a test may draw until something new comes."""


@dataclass(frozen=True)
class Draw:
    """One choice of all random inputs.

    Attributes:
        number: of the secret, or of the corner, from 0.
        corner: whether the inputs are mostly the first or the last that can be drawn.
    """

    number: int = 0
    corner: bool = False

    @property
    def name(self) -> str:
        """What a report calls it; empty for the first secret.

        >>> Draw().name, Draw(3).name, Draw(0, corner=True).name
        ('', 'secret 3', 'corner 0')
        """
        if self.corner:
            return f"corner {self.number}"
        return f"secret {self.number}" if self.number else ""

    def seed(self, lesson: str, grade_id: str) -> str:
        """Return the seed of a test."""
        key = f"{SECRET} {self.name}" if self.name else SECRET
        return seed_of(key.encode(), lesson, grade_id)


FIRST = Draw()


@dataclass(frozen=True)
class OfCourse(Draw):
    """The random inputs that a course's own secret draws.

    Attributes:
        secret: the course's.
    """

    secret: bytes = b""

    def seed(self, lesson: str, grade_id: str) -> str:
        """Return the seed of a test."""
        return seed_of(self.secret, lesson, grade_id)


class Corner(random.Random):
    """Draws mostly ends: of a range, of a sequence, of an interval.

    Args:
        seed: says which; also whether mostly the low ones, mostly the high ones, or both.

    >>> draws = [Corner("a seed").randint(3, 20) for _ in range(9)]
    >>> draws == [Corner("a seed").randint(3, 20) for _ in range(9)]
    True
    """

    def __init__(self, seed: str) -> None:
        self._dice = random.Random(f"{seed}/corner")
        self._low = self._dice.choice((0.05, 0.5, 0.95))
        super().__init__(seed)

    def random(self) -> float:
        """Return a number from 0 to 1, without 1."""
        if self._dice.random() >= AN_END:
            return super().random()
        return 0.0 if self._dice.random() < self._low else 1 - 2**-53

    # What randint, randrange, choice, sample and shuffle draw by, in every Python so far.
    def _randbelow(self, n: int) -> int:
        if self._dice.random() >= AN_END:
            return int(super().random() * n)
        return 0 if self._dice.random() < self._low else n - 1


@contextmanager
def drawing_corners(seeds: Iterable[str]) -> Iterator[None]:
    """While it lasts, `random.Random(seed)` with one of these seeds draws mostly ends.

    The text of a test cell stays as it is. Only its own generator is another one: what the
    examiner draws, it draws out of other seeds.
    """
    known, usual = frozenset(seeds), random.Random

    def drawing(seed: object = None) -> random.Random:
        if seed in known:
            return Corner(str(seed))
        return usual(seed)  # type: ignore[arg-type]  # as random.Random takes it

    random.Random = drawing  # type: ignore[assignment, misc]  # a function stands for the class
    try:
        yield
    finally:
        random.Random = usual  # type: ignore[misc]  # the class is back
