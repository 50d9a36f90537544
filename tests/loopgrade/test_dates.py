"""Dates stand in the course's settings: late is who is later than their own date; and the check."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from small import LESSON, RIGHT, SOURCE
from traitlets.config import Config

from loopgrade.authoring.regions import solution_text
from loopgrade.authoring.settings import read_settings
from loopgrade.classroom.batch import GradingError, grade
from loopgrade.classroom.converter import grading
from loopgrade.classroom.dates import BadDate, goes_out, terms_of
from loopgrade.classroom.nbgrader_export import GradesWithStates
from loopgrade.cli import main
from loopgrade.desk.checking import check_course
from loopgrade.desk.exports import ForCanvas
from loopgrade.examination import sandbox

HandIn = Callable[..., Path]
LEVEL = sandbox.strongest()


def settings(course: Path, text: str) -> None:
    with (course / "autograder" / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")


def test_a_date_has_a_time_and_a_zone() -> None:
    config = Config()
    config.Dates.due = {"a": "2026-10-12 23:59 Europe/Berlin", "b": "2026-10-12 23:59 +0200"}
    assert terms_of(config, "a").due == terms_of(config, "b").due == datetime(2026, 10, 12, 21, 59)
    assert terms_of(config, "c").due is None
    assert terms_of(Config(), "a").is_released(datetime(1990, 1, 1))


@pytest.mark.parametrize(
    ("kind", "told", "says"),
    [
        (
            "due",
            {"a": "2026-10-12 23:59"},
            r"c.Dates.due\['a'\] is .*a date, a time and a zone",
        ),
        ("due", {"a": "soon UTC"}, "write a date, a time and a zone"),
        ("due", {"a": 7}, "write a date, a time and a zone"),
        ("release", "tomorrow", r"c.Dates.release is no \{LESSON: ...\}"),
        ("extensions", {"a": "2026-10-12 23:59 UTC"}, r"is no \{STUDENT: DATE\}"),
        ("extensions", {"a": {"ada": "x"}}, r"c.Dates.extensions\['a'\]\['ada'\]"),
    ],
)
def test_what_is_no_date_gets_a_sentence(kind: str, told: object, says: str) -> None:
    config = Config()
    config.Dates[kind] = told
    with pytest.raises(BadDate, match=says):
        terms_of(config, "a")


def test_an_extension_counts_without_new_grading(hand_in: HandIn, small_course: Path) -> None:
    for student in ("ada", "bob"):
        when = hand_in(student, **RIGHT).parent / "timestamp.txt"
        when.write_text("2026-10-13 10:00:00 UTC")
    settings(small_course, "c.LateSubmissionPlugin.penalty_method = 'zero'")
    settings(small_course, f"c.Dates.due = {{{LESSON!r}: '2026-10-12 23:59 UTC'}}")

    def finals() -> dict[str, tuple[str, float]]:
        rows = grade(small_course, LESSON, level=LEVEL)
        return {row.student: (row.status, row.final) for row in rows}

    assert finals() == {"ada": ("graded", 0), "bob": ("graded", 0)}
    late = {LESSON: {"ada": "2026-10-19 23:59 Europe/Berlin"}}
    settings(small_course, f"c.Dates.extensions = {late!r}")
    assert finals() == {"ada": ("kept", 4), "bob": ("kept", 0)}
    settings(small_course, f"c.Dates.extensions = {{{LESSON!r}: {{}}}}")
    assert finals() == {"ada": ("kept", 0), "bob": ("kept", 0)}
    settings(small_course, f"c.Dates.due = {{{LESSON!r}: 'some day'}}")
    with pytest.raises(GradingError, match="write a date, a time and a zone"):
        grade(small_course, LESSON, level=LEVEL)


def test_grades_of_a_lesson_that_is_not_released_stay_here() -> None:
    config = Config()
    now = datetime.now(UTC)
    config.Dates.release = {
        "early": f"{now - timedelta(days=1):%Y-%m-%d %H:%M} UTC",
        "later": f"{now + timedelta(days=1):%Y-%m-%d %H:%M} UTC",
        "wrong": "some day",
    }
    assert goes_out(config, "early", set())
    assert goes_out(config, "unsaid", set())
    assert not goes_out(config, "later", set())
    assert goes_out(config, "later", {"later"})
    assert not goes_out(config, "early", {"later"})
    with pytest.raises(BadDate, match="write a date"):
        goes_out(config, "wrong", set())


@pytest.mark.parametrize("plugin", [ForCanvas, GradesWithStates])
@pytest.mark.parametrize(("when", "there"), [("2020-01-01", True), ("2999-01-01", False)])
def test_exports_heed_it(
    plugin: type[Any], when: str, there: bool, small_course: Path, tmp_path: Path
) -> None:
    read = read_settings(small_course / "autograder")
    read.config.Dates.release = {LESSON: f"{when} 08:00 UTC"}
    grader = grading(read.root, read.config)
    folder, exporter = grader.coursedir, plugin(parent=grader)
    exporter.to = str(tmp_path / "out.csv")
    with Gradebook(folder.db_url, folder.course_id) as gradebook:
        gradebook.add_student("ada")
        exporter.export(gradebook)
    assert (LESSON in (tmp_path / "out.csv").read_text("utf-8")) is there


# The check


def test_a_course_that_can_be_given_out_has_no_problem(
    small_course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(small_course)
    assert main(["course", "check"]) == 0
    assert capsys.readouterr().out == f"problems: 0 (isolation: {LEVEL})\n"


def test_each_problem_of_a_course_is_one_sentence(small_course: Path) -> None:
    now = datetime(2026, 10, 1)
    settings(
        small_course,
        f"c.Dates.release = {{{LESSON!r}: '2026-10-20 08:00 UTC', '99_none': 'x'}}\n"
        f"c.Dates.due = {{{LESSON!r}: '2026-10-12 23:59 UTC'}}\n"
        f"c.Dates.extensions = {{{LESSON!r}: {{'ada': '2026-10-11 23:59 UTC'}}}}",
    )
    answers = small_course / "autograder" / "answers" / LESSON / "twice" / "wrong"
    (answers / "right_in_fact.py").write_text("# loses: doubles seven\n" + RIGHT["twice"])
    found = list(check_course(small_course, LEVEL, now=now))
    assert found == [
        "c.Dates.release names 99_none, and there is no such lesson.",
        f"{LESSON} is due before it is released; see c.Dates.",
        f"{LESSON} is due for ada no later than for all; see c.Dates.extensions.",
        f"{LESSON}: twice wrong right_in_fact: a wrong answer must lose 'doubles seven' and "
        "loses nothing.",
    ]
    notebook = small_course / "notebooks" / f"{LESSON}.ipynb"
    told = json.loads(notebook.read_text(encoding="utf-8"))
    told["cells"][0]["source"] = solution_text(SOURCE.partition('answer"\n')[2])
    notebook.write_text(json.dumps(told), "utf-8")
    found = list(check_course(small_course, LEVEL, now=datetime(2040, 1, 1), with_bank=False))
    assert f"{LESSON} is due in 2026; see c.Dates." in found
    assert any("students would see this solution" in each for each in found)
    notebook.unlink()
    found = list(check_course(small_course, LEVEL, now=now, with_bank=False))
    assert f"{LESSON} is not built; run `looplab build`." in found


def test_the_courses_own_secret_is_tried(
    small_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret with which a right answer loses a point makes a course that cannot be given out."""
    tried: list[bytes] = []

    def verify(*_: object, own: bytes, **__: object) -> list[object]:
        tried.append(own)
        return []

    monkeypatch.setattr("loopgrade.desk.checking.verify", verify)
    (small_course / "autograder" / ".looplab_secret").write_text("ab" * 32)
    assert list(check_course(small_course, LEVEL)) == []
    assert tried == [b"ab" * 32] or tried == [bytes.fromhex("ab" * 32)]
