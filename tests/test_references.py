"""The references keep every point with other secrets too, and with inputs from the corners.

Few of both, always the same: `looplab verify --references --secrets 200` tries many.
"""

from pathlib import Path

import pytest

from loopgrade.authoring.lesson import read_lesson
from loopgrade.bank.draws import Draw
from loopgrade.bank.verify import examine_answer, read_answers
from loopgrade.examination import sandbox

ROOT = Path(__file__).parents[1]
DRAWS = [Draw(1), Draw(0, corner=True)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", sorted((ROOT / "autograder" / "lessons").glob("*.py")), ids=lambda path: path.stem
)
def test_a_reference_keeps_every_point_whatever_is_drawn(path: Path) -> None:
    lesson = read_lesson(path)
    references = [each for each in read_answers(ROOT, lesson) if each.name == "reference"]
    assert len(references) == len(lesson.exercises)
    for reference in references:
        for each in examine_answer(lesson, reference, sandbox.strongest(), DRAWS):
            assert not each.problem, (reference.exercise, each.draw.name)
            assert each.points == each.of > 0
