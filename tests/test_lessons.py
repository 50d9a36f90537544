"""The real lessons: what students open is what was built, and all of it runs."""

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from loopgrade import course as course_module
from loopgrade.authoring.build import build
from loopgrade.authoring.length import length_of
from loopgrade.authoring.lesson import Lesson, read_lesson
from loopgrade.authoring.regions import solution_text, why_of
from loopgrade.bank.demo import Student, copy_course, hand_in
from loopgrade.bank.rehearse import pictures_of, printed_by, words_of
from loopgrade.bank.verify import Answer, read_answers
from loopgrade.classroom.batch import grade
from loopgrade.classroom.states import State
from loopgrade.examination import sandbox

ROOT = Path(__file__).parents[1]
DRAWS = re.compile(r"^%%timeline$|\.timeline\(|^compare\(", re.MULTILINE)
WRONG_STUDENTS = 2

LESSONS = sorted(path.stem for path in (ROOT / "autograder" / "lessons").glob("*.py"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course, built afresh."""
    root = tmp_path_factory.mktemp("fresh") / "the course ü"
    copy_course(ROOT, root)
    build(root)
    return root


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_notebook_is_the_one_that_a_fresh_build_makes(built: Path, lesson: str) -> None:
    """Run `looplab build` and commit notebooks/ where this fails."""
    fresh = (built / "notebooks" / f"{lesson}.ipynb").read_bytes()
    assert fresh == (ROOT / "notebooks" / f"{lesson}.ipynb").read_bytes()


def test_no_notebook_is_without_a_lesson() -> None:
    assert sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")) == LESSONS


def test_the_package_carries_the_same_course() -> None:
    if not course_module.PACKAGED.is_dir():
        pytest.skip("looplab is not installed from a wheel")
    for folder, pattern in [
        ("notebooks", "*.ipynb"),
        ("autograder/lessons", "*.py"),
        ("autograder/answers", "*/*/*/*.py"),
        ("autograder", "nbgrader_config.py"),
    ]:
        here, there = ROOT / folder, course_module.PACKAGED / folder
        files = {path.relative_to(here): path.read_bytes() for path in here.glob(pattern)}
        assert files
        assert files == {path.relative_to(there): path.read_bytes() for path in there.glob(pattern)}


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_no_longer_than_lesson_00_says(lesson: str) -> None:
    """`looplab build` prints it: at most 34 cells before the exercises, and so many minutes."""
    found = length_of(read_lesson(ROOT / "autograder" / "lessons" / f"{lesson}.py"))
    assert found.exercises
    assert found.cells < 35
    assert found.minutes <= (45 if lesson == LESSONS[0] else 100)


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_solution_says_why_and_only_who_has_the_answers_can_read_it(lesson: str) -> None:
    """One to three short sentences: why it is as it is, and which mistake it avoids."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", as_version=4)
    given = " ".join(str(cell) for cell in notebook.cells)
    for exercise in read_lesson(ROOT / "autograder" / "lessons" / f"{lesson}.py").exercises:
        why = why_of(exercise.answer.source)
        sentences = re.findall(r"[^.?!]+[.?!](?= |$)", why)
        assert 1 <= len(sentences) <= 3, exercise.name
        assert 80 < len(why) < 330, (exercise.name, len(why))
        assert why.endswith(".") and why[0] in "`" + why[0].upper()
        assert "# Why:" not in given
        assert all(each.strip() not in given for each in sentences)


@pytest.mark.parametrize("lesson", LESSONS)
def test_links_have_the_right_form(lesson: str) -> None:
    """A link leads to another lesson that is there, or to a page by https."""
    text = (ROOT / "autograder" / "lessons" / f"{lesson}.py").read_text(encoding="utf-8")
    prose = "\n".join(line for line in text.splitlines() if line.startswith("# "))
    links = re.findall(r"\]\(([^)\s]+)\)", prose)
    assert links
    for link in links:
        if link.endswith(".ipynb"):
            assert link.removesuffix(".ipynb") in LESSONS
        else:
            assert re.fullmatch(r"https://[a-z0-9.-]+\.[a-z]+/[\w/.~%-]*(#[\w.-]+)?", link), link


def test_drawings_have_a_title_and_words() -> None:
    """JupyterLab draws them, and gives both to who does not see."""
    drawings = []
    for lesson in LESSONS:
        notebook = nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", as_version=4)
        for cell in notebook.cells:
            drawings += re.findall(
                r"^```mermaid\n(.*?)^```$", cell.source, re.DOTALL | re.MULTILINE
            )
    assert len(drawings) >= 5
    for drawing in drawings:
        assert re.search(r"^ *accTitle: \w", drawing, re.MULTILINE), drawing
        assert re.search(r"^ *accDescr: \w.*\.$", drawing, re.MULTILINE), drawing


# As a student runs it


@pytest.fixture(scope="module", params=LESSONS)
def executed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The student notebook, run from top to bottom in a kernel."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{request.param}.ipynb", as_version=4)
    # A child sees this process's packages, whether they are installed or on a path.
    path = os.pathsep.join(each for each in sys.path if each)
    client = nbclient.NotebookClient(
        notebook,
        timeout=60,
        resources={"metadata": {"path": str(tmp_path_factory.mktemp("notebook"))}},
    )
    client.execute(env={**os.environ, "PYTHONPATH": path})
    notebook.metadata["lesson"] = request.param
    return notebook


def outputs(notebook: Any) -> list[tuple[Any, Any]]:
    return [
        (cell, output)
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]


def shows_a_picture(output: Any) -> bool:
    return "<svg" in output.get("data", {}).get("text/html", "")


def shows_a_verdict(cell: Any) -> bool:
    """Whether a demonstration, and no exercise, fails a check: that draws what happened."""
    return (
        "check(" in cell.source
        and "looplab import" not in cell.source
        and not cell.metadata.get("nbgrader", {}).get("grade")
    )


@pytest.mark.slow
def test_nothing_fails_but_what_is_meant_to(executed: Any) -> None:
    for cell, output in outputs(executed):
        if output.output_type == "error":
            assert "raises-exception" in cell.metadata.get("tags", []), output.evalue
    meant = [cell for cell in executed.cells if "raises-exception" in cell.metadata.get("tags", [])]
    for cell in meant:
        assert "error" in [each.output_type for each in cell.outputs], cell.source


@pytest.mark.slow
def test_nothing_is_warned_of_but_what_is_meant_to(executed: Any) -> None:
    """A cell with the tag `warns` shows a warning, and the lesson explains it."""
    noisy = [cell for cell, output in outputs(executed) if output.get("name") == "stderr"]
    meant = [cell for cell in executed.cells if "warns" in cell.metadata.get("tags", [])]
    assert [cell.source for cell in noisy] == [cell.source for cell in meant]


@pytest.mark.slow
def test_the_timelines_are_drawn_with_words_beside_them(executed: Any) -> None:
    drawn = [cell for cell, output in outputs(executed) if shows_a_picture(output)]
    asked = [
        cell
        for cell in executed.cells
        if cell.cell_type == "code" and (DRAWS.search(cell.source) or shows_a_verdict(cell))
    ]
    # An unanswered exercise draws nothing: there is nothing to see yet.
    assert drawn == asked
    assert asked
    for cell in asked:
        (picture,) = [each for each in cell.outputs if shows_a_picture(each)]
        assert len(picture.data["text/plain"].splitlines()) > 1


@pytest.mark.slow
def test_the_pictures_say_what_the_gallery_says(executed: Any) -> None:
    """Run `looplab rehearse LESSON --gallery docs` and look at the pictures where this fails."""
    lesson = executed.metadata["lesson"]
    words = (ROOT / "docs" / "gallery" / lesson / "words.txt").read_text(encoding="utf-8")
    assert words_of(list(pictures_of(executed))) == words


@pytest.mark.slow
def test_the_cells_print_what_is_written_down(executed: Any) -> None:
    """Run `looplab rehearse LESSON --gallery docs` and read the difference where this fails."""
    lesson = executed.metadata["lesson"]
    written = ROOT / "docs" / "gallery" / lesson / "printed.txt"
    assert printed_by(executed) == written.read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_unanswered_exercise_says_what_is_asked(executed: Any) -> None:
    for cell, output in outputs(executed):
        if cell.metadata.get("nbgrader", {}).get("grade") and output.output_type == "error":
            assert output.ename == "CheckFailed"
            assert re.fullmatch(r"· .* \(.* points?\): not started", "\n".join(output.traceback))


# As a class hands it in


def classes(lesson: Lesson, answers: list[Answer]) -> list[Student]:
    """Return students who hand in wrong answers, one for each exercise.

    nbgrader takes a second for each of them; `looplab verify` judges the whole bank.
    """
    wrong = {
        exercise.name: [a for a in answers if (a.exercise, a.kind) == (exercise.name, "wrong")]
        for exercise in lesson.exercises
    }
    return [
        Student(
            f"wrong{n:02}",
            {name: bank[n % len(bank)].source for name, bank in wrong.items()},
            right=False,
        )
        for n in range(WRONG_STUDENTS)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_the_students_path(built: Path, name: str) -> None:
    """Build, answer, hand in, grade: right answers earn all, none none, wrong ones less."""
    lesson = read_lesson(built / "autograder" / "lessons" / f"{name}.py")
    answers = read_answers(built, lesson)
    reference = {each.name: solution_text(each.answer.source) for each in lesson.exercises}
    wrong = classes(lesson, answers)
    release = built / "notebooks" / f"{name}.ipynb"
    submitted = built / "autograder" / "submitted"
    shutil.rmtree(submitted, ignore_errors=True)
    hand_in(release, submitted, name, Student("right", reference, right=True))
    hand_in(release, submitted, name, Student("untouched", {}, right=False))
    for student in wrong:
        hand_in(release, submitted, name, student)

    rows = {row.student: row for row in grade(built, name, level=sandbox.strongest())}

    assert rows.pop("untouched").state is State.NOT_ATTEMPTED
    assert {row.status for row in rows.values()} == {"graded"}
    assert rows["right"].points == rows["right"].of > 0
    for student in wrong:
        for score in rows[student.name].scores:
            assert score.points < score.of, (student.name, score.exercise)
            assert score.lost, (student.name, score.exercise)
