"""Nothing is graded where the course's own reference loses a point, or its stub has one."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from small import LESSON, SOURCE, write_course

from loopgrade.classroom.batch import GradingError, grade, require_lesson_sound
from loopgrade.cli import main
from loopgrade.examination import asking, canary, examiner, sandbox
from loopgrade.examination import test_cell as cell
from loopgrade.examination.canary import Unsound
from loopgrade.examination.test_cell import TrustedTest, Verdict
from loopgrade.steps import soundness
from loopgrade.steps.secret import SECRET_FILE

LEVEL = sandbox.strongest()
slow = pytest.mark.slow

ODD = """
# %% exercise="twice" role="test" id="odd" points=1 name="doubles what is drawn"
run = observe(twice, 8)
expect(run).returned(16)
### BEGIN HIDDEN TESTS
import random
drawn_ = random.Random(SEED).randrange(2)
expect(run).returned(16 + drawn_)
### END HIDDEN TESTS
"""
"""A test that fails a right answer under every other secret."""


def change_source(course: Path, old: str, new: str) -> None:
    path = course / "autograder" / "source" / LESSON / f"{LESSON}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for each in notebook.cells:
        each.source = each.source.replace(old, new)
    nbformat.write(notebook, path)


def change_test(course: Path, grade_id: str, source: str) -> None:
    with sqlite3.connect(course / "autograder" / "gradebook.db") as gradebook:
        changed = gradebook.execute(
            "UPDATE source_cell SET source = ? WHERE name = ?", (source, grade_id)
        )
        assert changed.rowcount == 1
    gradebook.close()


def with_secret(course: Path, secret: str) -> None:
    (course / "autograder" / SECRET_FILE).write_text(secret)


def test_a_sound_course_is_examined_once(
    small_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_lesson_sound(small_course, LESSON, LEVEL)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it is examined again")

    monkeypatch.setattr(soundness, "fault", never)
    start = time.monotonic()
    require_lesson_sound(small_course, LESSON, LEVEL)
    assert time.monotonic() - start < 2
    changes: list[Callable[[], None]] = [
        lambda: with_secret(small_course, "another"),
        lambda: change_test(small_course, "twice-seven", "observe(twice, 7)"),
        lambda: change_source(small_course, "2 * n", "n + n"),
        lambda: monkeypatch.setattr(soundness, "_conditions", lambda: "another Python"),
    ]
    for change in changes:
        change()
        with pytest.raises(AssertionError, match="examined again"):
            require_lesson_sound(small_course, LESSON, LEVEL)
        with monkeypatch.context() as well:
            well.setattr(soundness, "fault", lambda *_, **__: "")
            require_lesson_sound(small_course, LESSON, LEVEL)


def test_a_reference_that_loses_stops_all_grading(
    small_course: Path, hand_in: Callable[..., Path]
) -> None:
    hand_in("ada")
    change_source(small_course, "2 * n", "3 * n")
    told = r"the reference .* 'twice' loses 'twice-seven' .*gave 21"
    with pytest.raises(GradingError, match=told):
        grade(small_course, LESSON, level=LEVEL)
    assert not (small_course / "autograder" / "autograded").exists()


@slow
def test_plain_nbgrader_stops_as_well(small_course: Path, hand_in: Callable[..., Path]) -> None:
    hand_in("ada")
    change_source(small_course, "2 * n", "3 * n")
    told = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", LESSON, f"--Examine.isolation={LEVEL}"],
        cwd=small_course / "autograder",
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode != 0
    assert "the reference solution of 'twice' loses 'twice-seven'" in told.stderr
    assert not list((small_course / "autograder").glob("autograded/*/*/*.ipynb"))


def test_a_stub_that_passes_stops_all_grading(small_course: Path) -> None:
    change_test(small_course, "twice-seven", "check('it is there', points=1)\nobserve(twice, 7)")
    with pytest.raises(Unsound, match="the stub of 'twice' passes 'twice-seven'"):
        require_lesson_sound(small_course, LESSON, LEVEL)


def test_a_test_that_is_neither_is_told(small_course: Path) -> None:
    """generate_assignment refuses it; here it came another way, and nobody gets 0 in silence."""
    change_test(small_course, "twice-seven", "run = observe(twice, 7)\nassert twice(7) == 14")
    with pytest.raises(Unsound, match=r"'twice' loses 'twice-seven'.*not callable"):
        require_lesson_sound(small_course, LESSON, LEVEL)


def test_a_flagged_reference_is_told(small_course: Path) -> None:
    change_source(small_course, "return 2 * n", "import sys; sys._getframe(); return 2 * n")
    with pytest.raises(Unsound, match="'twice' is flagged: the code looks into the frames"):
        require_lesson_sound(small_course, LESSON, LEVEL)


def test_without_its_source_a_course_is_not_graded(small_course: Path) -> None:
    (small_course / "autograder" / "source" / LESSON / f"{LESSON}.ipynb").unlink()
    with pytest.raises(Unsound, match="bring the course's folder source/ here"):
        require_lesson_sound(small_course, LESSON, LEVEL)


def test_build_refuses_a_secret_with_which_a_reference_loses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course = write_course(tmp_path)
    (course / "autograder" / "lessons" / f"{LESSON}.py").write_text(SOURCE + ODD)
    monkeypatch.chdir(course)
    told = []
    for secret in ("one", "two", "three", "four"):
        with_secret(course, secret)
        told.append((main(["build"]), "twice-odd" in capsys.readouterr().err))
    assert (0, False) in told
    assert (1, True) in told
    assert set(told) == {(0, False), (1, True)}


def test_a_small_exercise_is_sound_here() -> None:
    assert canary.fault_in_small(LEVEL) == ""


def test_a_small_exercise_shows_what_a_new_python_asks_of_a_test(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on Python 3.15, when an import asked a test's names for `__lazy_modules__`."""
    monkeypatch.setattr(asking, "is_pythons", lambda _: False)
    monkeypatch.setattr(examiner, "run_test", _asking_for_lazy_modules(cell.run_test))
    assert "the reference solution of 'both' loses 'both-overlap'" in canary.fault_in_small(LEVEL)


def _asking_for_lazy_modules(run_test: Callable[..., Verdict]) -> Callable[..., Verdict]:
    def run(test: TrustedTest, *args: Any, **how: Any) -> Verdict:
        asks = "if 'x' in __lazy_modules__: pass\nimport random\n"
        source = test.source.replace("import random\n", asks)
        return run_test(replace(test, source=source), *args, **how)

    return run
