"""Who has looked at what was flagged says so once, and is asked again only for other work."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from small import LESSON, RIGHT, submission

from loopgrade.authoring.build import build
from loopgrade.classroom.batch import grade
from loopgrade.classroom.rows import Row
from loopgrade.classroom.seen import SEEN_FILE
from loopgrade.classroom.states import State
from loopgrade.cli import main
from loopgrade.desk.looking import NothingToSee, all_right
from loopgrade.desk.report import report
from loopgrade.examination import sandbox

HandIn = Callable[..., Path]
LEVEL = sandbox.strongest()
FLAGGED = "import asyncio\nasyncio.sleep = None\n"


def graded(course: Path) -> dict[str, Row]:
    return {row.student: row for row in grade(course, LESSON, level=LEVEL, which="all")}


def waiting(course: Path, student: str) -> list[str]:
    with Gradebook(f"sqlite:///{course / 'autograder' / 'gradebook.db'}", "looplab") as gradebook:
        book = gradebook.find_submission_notebook(LESSON, LESSON, student)
        return [each.name for each in book.grades if each.needs_manual_grade]


def test_it_is_said_once_for_an_exercise_and_kept(hand_in: HandIn, small_course: Path) -> None:
    odd = {name: FLAGGED + text for name, text in RIGHT.items()}
    hand_in("eve", **odd)
    hand_in("ada", **RIGHT)
    with (small_course / "autograder" / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(f"c.Examine.isolation = {LEVEL!r}\n")
    before = graded(small_course)["eve"]
    assert before.state is State.FLAGGED
    assert len(waiting(small_course, "eve")) == 3
    told = {"by": "A. Doe", "when": date(2026, 11, 2)}
    assert all_right(small_course, LESSON, "eve", ["fetch_all"], **told) == ["fetch_all"]
    assert waiting(small_course, "eve") == ["twice-seven"]
    assert all_right(small_course, LESSON, "eve", **told) == ["fetch_all", "twice"]
    after = graded(small_course)["eve"]  # all is graded anew
    assert (after.state, after.points, after.flags) == (State.SEEN, before.points, before.flags)
    assert waiting(small_course, "eve") == []

    lesson = small_course / "autograder" / "lessons" / f"{LESSON}.py"
    text = lesson.read_text(encoding="utf-8")
    lesson.write_text(text.replace("observe(twice, 7)", "observe(twice,  7)"), encoding="utf-8")
    build(small_course)  # a test is mended
    assert graded(small_course)["eve"].state is State.SEEN
    (record,) = json.loads("".join(report(small_course, LESSON, "json", with_bank=False)))
    seen = {(row["student"], row["exercise"]): row["seen"] for row in record["rows"]}
    assert seen["eve", "twice"] == "seen by A. Doe on 2026-11-02"
    assert seen["ada", "twice"] == seen["eve", ""] == ""
    page = "".join(report(small_course, LESSON, "html", with_bank=False))
    assert "(seen by A. Doe on 2026-11-02)" in page

    path = submission(small_course, "eve")
    path.write_text(path.read_text("utf-8").replace("return n + n", "return 2 * n"), "utf-8")
    assert graded(small_course)["eve"].state is State.FLAGGED  # it is other work
    assert len(waiting(small_course, "eve")) == 3


def test_there_must_be_something_to_look_at(
    hand_in: HandIn,
    small_course: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hand_in("ada", **RIGHT)
    hand_in("eve", **{**RIGHT, "twice": FLAGGED + RIGHT["twice"]})
    graded(small_course)
    with (small_course / "autograder" / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(f"c.Examine.isolation = {LEVEL!r}\n")
    for student, exercises, why in (
        ("ada", None, "ada is graded, and nothing waits to be looked at"),
        ("nobody", None, "nobody is missing, and nothing waits"),
        ("eve", ["fetch_all"], "Nothing is flagged in fetch_all"),
    ):
        with pytest.raises(NothingToSee, match=why):
            all_right(small_course, LESSON, student, exercises, by="A. Doe")
    with pytest.raises(NothingToSee, match="Say who has looked"):
        all_right(small_course, LESSON, "eve", by=" ")
    assert not (small_course / "autograder" / SEEN_FILE).exists()
    monkeypatch.chdir(small_course)
    assert main(["seen", LESSON, "eve", "--by", "A. Doe"]) == 0
    assert capsys.readouterr().out == "eve: twice seen by A. Doe\n"
    assert waiting(small_course, "eve") == []
