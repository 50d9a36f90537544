"""A student is erased: nothing of them stays, and nothing of the others goes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from small import LESSON, RIGHT

from loopgrade.classroom.batch import grade
from loopgrade.classroom.lock import lesson_lock
from loopgrade.classroom.seen import SEEN_FILE
from loopgrade.classroom.states import WORK
from loopgrade.cli import main
from loopgrade.desk.erasing import EraseError, erase
from loopgrade.desk.feedback import feedback
from loopgrade.desk.looking import all_right
from loopgrade.examination import sandbox

HandIn = Callable[..., Path]
LEVEL = sandbox.strongest()
ODD = {name: "import asyncio\nasyncio.sleep = None\n" + text for name, text in RIGHT.items()}
EXTENDED = "c.Dates.extensions = {{{!r}: {{'zoë 7': '2030-01-02 08:00 UTC'}}}}\n"


@pytest.fixture
def a_class(hand_in: HandIn, small_course: Path) -> Path:
    """A course in which two are graded, flagged, seen and have got their feedback."""
    for student in ("zoë 7", "quill"):
        hand_in(student, **ODD)
    grade(small_course, LESSON, level=LEVEL)
    for student in ("zoë 7", "quill"):
        all_right(small_course, LESSON, student, by="A. Doe")
    feedback(small_course, LESSON)
    left = small_course / "autograder" / WORK / f"{LESSON}~1" / "zoë 7" / LESSON
    left.mkdir(parents=True)  # by a grader that was killed
    return small_course


def files_that_name(student: str, course: Path) -> list[str]:
    """Return which files, by name or by what stands in them, are of a student."""
    folder = course / "autograder"
    told = student.encode()
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if student in path.relative_to(folder).as_posix()
        or (path.is_file() and told in path.read_bytes())
    )


def test_nothing_of_them_stays(a_class: Path) -> None:
    others = files_that_name("quill", a_class)
    assert files_that_name("zoë 7", a_class)
    found = erase(a_class, "zoë 7")
    assert found.lessons == (LESSON,)
    assert files_that_name("zoë 7", a_class) == []  # not even in free pages of the gradebook
    index = f"feedback/{LESSON}.html"  # it listed both, and is written anew
    assert files_that_name("quill", a_class) == [each for each in others if each != index]
    with Gradebook(f"sqlite:///{a_class / 'autograder' / 'gradebook.db'}", "looplab") as gradebook:
        assert [each.id for each in gradebook.students] == ["quill"]
        assert gradebook.find_submission(LESSON, "quill").score > 0
    assert "quill" in (a_class / "autograder" / SEEN_FILE).read_text(encoding="utf-8")
    assert list(feedback(a_class, LESSON).pages) == ["quill"]


def test_it_is_said_first_and_done_when_asked(
    a_class: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = a_class / "autograder" / "nbgrader_config.py"
    config.write_text(config.read_text() + EXTENDED.format(LESSON))
    monkeypatch.chdir(a_class)
    before = files_that_name("zoë 7", a_class)
    assert main(["erase", "zoë 7"]) == 0
    told = capsys.readouterr().out
    assert "submitted/zoë 7" in told
    assert "Nothing is erased yet; `looplab erase zoë 7 --yes` does it." in told
    assert files_that_name("zoë 7", a_class) == before
    assert main(["erase", "zoë 7", "--yes"]) == 0
    told = capsys.readouterr().out
    assert "zoë 7 is erased." in told
    assert "remove it there" in told
    assert files_that_name("zoë 7", a_class) == ["nbgrader_config.py"]


def test_who_is_not_there_is_not_erased(a_class: Path) -> None:
    before = files_that_name("quill", a_class)
    for student in ("nobody", "..", "../submitted", "", "a/b"):
        with pytest.raises(EraseError):
            erase(a_class, student)
    assert files_that_name("quill", a_class) == before


def test_nobody_is_erased_while_they_are_graded(a_class: Path) -> None:
    with (
        lesson_lock(a_class / "autograder" / WORK, LESSON),
        pytest.raises(EraseError, match="is being graded"),
    ):
        erase(a_class, "quill")
    assert files_that_name("quill", a_class)
