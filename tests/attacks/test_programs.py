"""Programs that do not do what is asked, as the strongest student would write them.

Each answers an exercise of the course, and is examined as one that is handed in. None may keep
every point without a flag. Above each stand the lesson, the exercise and what it is. With
`pytest --every-program tests/attacks` all are examined; without it, as in CI, one in three. Honest
ones, which do the same by unusual means, keep every point and have no flag.
"""

import importlib.util
import marshal
from pathlib import Path

import pytest
from attacking import passed, programs

from loopgrade.authoring import build
from loopgrade.authoring.lesson import Lesson, grade_id, read_lesson
from loopgrade.authoring.regions import solution_text
from loopgrade.examination.examiner import Examination, StudentCell, examine
from loopgrade.examination.test_cell import TrustedTest, seed_of

LESSONS = Path(__file__).parents[2] / "autograder" / "lessons"
INNER = """
def bend(loop, begin):
    loop.call_later = lambda delay, *args, **more: loop.call_at(begin + delay, *args, **more)
def forget(task):
    import asyncio
    asyncio.tasks._unregister_task(task)
"""
HEAD = importlib.util.MAGIC_NUMBER + bytes(12)
BYTECODE = HEAD + marshal.dumps(compile(INNER, "<cell 3>", "exec"))
TEXT = (Path(__file__).parent / "programs.txt").read_text(encoding="utf-8")
HONEST = programs((Path(__file__).parent / "honest.txt").read_text(encoding="utf-8"))
PROGRAMS = programs(TEXT.replace("BYTECODE", BYTECODE.hex()))


def handed_in(lesson: Lesson, exercise: str, answer: str) -> Examination:
    """Examine an answer, beside the references of the other exercises."""
    others, _, answer = answer.rpartition("#: in another cell above\n")
    tests = [test for each in lesson.exercises if each.name == exercise for test in each.tests]
    cells = [StudentCell(1_000, others)] if others else []
    for number, cell in enumerate(lesson.cells):
        if cell.kind == "code" and cell.role != "test":
            mine = cell.exercise == exercise
            text = answer if mine else solution_text(cell.source)
            cells.append(StudentCell(number, text, cell.exercise, not mine))
    return examine(
        cells,
        [TrustedTest(grade_id(test), exercise, build.test_source(test)) for test in tests],
        level="bubblewrap",
        seed=lambda test: seed_of(b"programs", lesson.name, test),
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Examine one program in three; with `--every-program` all of them, in two minutes."""
    if "honest" in metafunc.fixturenames:
        metafunc.parametrize("honest", list(HONEST))
    if "program" in metafunc.fixturenames:
        step = 1 if metafunc.config.getoption("--every-program") else 3
        metafunc.parametrize("program", list(PROGRAMS)[::step])


def test_none_keeps_every_point_without_a_flag(program: str) -> None:
    number, exercise, _ = program.split(" ", 2)
    (path,) = LESSONS.glob(f"{number}_*.py")
    found = handed_in(read_lesson(path), exercise, PROGRAMS[program])
    assert found.flags.get(exercise) or passed(found) != set(found.verdicts)


def test_an_honest_answer_keeps_them_all_however_unusual(honest: str) -> None:
    number, exercise, _ = honest.split(" ", 2)
    (path,) = LESSONS.glob(f"{number}_*.py")
    found = handed_in(read_lesson(path), exercise, HONEST[honest])
    assert passed(found) == set(found.verdicts)
    assert found.flags == {}


def test_there_are_enough_of_them() -> None:
    assert len(PROGRAMS) >= 30
    assert len({name.split()[1] for name in PROGRAMS}) >= 10
