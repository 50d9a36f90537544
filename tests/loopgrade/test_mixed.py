"""One exercise of ours beside plain ones, in somebody's nbgrader course, as teaching.md says."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small import LESSON, RIGHT

from loopgrade import cli
from loopgrade.examination import sandbox

LEVEL = sandbox.strongest()

CONFIG = f"""c = get_config()
c.CourseDirectory.course_id = "theirs"
from loopgrade.nbgrader_plugins import use_examiner
use_examiner(c)
c.Examine.isolation = "{LEVEL}"
"""

FIRST_CELL = """import asyncio
from looplab import SEED, check, enable, expect, jobs, observe
enable()
"""

SQUARES = """def squares(n):
    ### BEGIN SOLUTION
    return [i * i for i in range(1, n + 1)]
    ### END SOLUTION
"""

VISIBLE = "assert squares(3) == [1, 4, 9]"

HIDDEN = """assert squares(1) == [1]
### BEGIN HIDDEN TESTS
assert squares(4) == [1, 4, 9, 16], "sesame 16"
### END HIDDEN TESTS"""

PARTIAL = "right = sum(squares(n)[-1:] == [n * n] for n in (1, 2))\nright / 2"


def cell(source: str, grade_id: str, kind: str = "code", **told: Any) -> Any:
    made = new_code_cell(source) if kind == "code" else new_markdown_cell(source)
    made.metadata["nbgrader"] = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
        **told,
    }
    return made


def plain_test(source: str, grade_id: str, points: float = 1) -> Any:
    return cell(source, grade_id, grade=True, locked=True, points=points)


def nbgrader(course: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=course,
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        },
    )


def week3(built_course: Path) -> list[Any]:
    """The cells of a teacher's notebook: ours, plain ones, one of partial credit, two by hand."""
    source = built_course / "autograder" / "source" / LESSON / f"{LESSON}.ipynb"
    ours = nbformat.read(source, as_version=4).cells
    fetch_all = [
        each
        for each in ours
        if each.metadata.get("nbgrader", {}).get("grade_id", "").startswith("fetch_all")
    ]
    return [
        new_markdown_cell("# Week 3"),
        new_code_cell(FIRST_CELL),
        cell(SQUARES, "cell-00000000000000a1", solution=True),
        plain_test(VISIBLE, "correct_squares", 2),
        plain_test(HIDDEN, "cell-00000000000000b2"),
        *fetch_all,
        plain_test(PARTIAL, "squares_in_part"),
        cell("# why", "explain", "markdown", grade=True, solution=True, points=3),
        cell("Make a picture.", "picture", "markdown", task=True, locked=True, points=4),
    ]


def make_course(root: Path, cells: list[Any]) -> Path:
    (root / "source" / "week3").mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": spec})
    nbformat.write(notebook, root / "source" / "week3" / "problems.ipynb")
    return root


@pytest.fixture(scope="module")
def theirs(built_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_course(tmp_path_factory.mktemp("mixed") / "their course", week3(built_course))
    made = nbgrader(root, "generate_assignment", "week3")
    assert made.returncode == 0, made.stderr
    return root


ANSWERS = {
    "right": "def squares(n):\n    return [i * i for i in range(1, n + 1)]",
    "wrong": "def squares(n):\n    return [i * i for i in range(n)]",
    "by_heart": "def squares(n):\n    return [1, 4, 9][:n]",
    "breaks": "import os\nos._exit(0)",
    # Tells whoever reads its outputs all that it can find in its own process.
    "reads": (
        "import gc, sys\n"
        "def squares(n):\n"
        "    told, frame = [], sys._getframe()\n"
        "    while frame:\n"
        "        told += [str(v) for v in frame.f_code.co_consts]\n"
        "        told += [str(v) for v in frame.f_locals.values()]\n"
        "        frame = frame.f_back\n"
        "    told += [str(o) for o in gc.get_objects() if isinstance(o, (list, dict))]\n"
        "    print(told)\n"
        "    raise ValueError(' '.join(x[:200] for x in told if 'sesame' in x or 'random_' in x))"
    ),
}


def hand_in(course: Path, student: str, squares: str, **others: str) -> Path:
    notebook = nbformat.read(course / "release" / "week3" / "problems.ipynb", as_version=4)
    answers = {"cell-00000000000000a1": squares, "fetch_all": RIGHT["fetch_all"], **others}
    for each in notebook.cells:
        grade_id = each.metadata.get("nbgrader", {}).get("grade_id")
        each.source = answers.get(grade_id, each.source)
    path = course / "submitted" / student / "week3" / "problems.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def scores(course: Path, student: str) -> dict[str, float | None]:
    from loopgrade.classroom.results import read_results

    return dict(read_results(course / "autograded" / student / "week3" / "problems.ipynb").scores)


OURS = {"fetch_all-order": 1.0, "fetch_all-overlap": 2.0}
WORTH = {
    "right": {"correct_squares": 2.0, "cell-00000000000000b2": 1.0, "squares_in_part": 1.0},
    "wrong": {"correct_squares": 0.0, "cell-00000000000000b2": 0.0, "squares_in_part": 0.0},
    "by_heart": {"correct_squares": 2.0, "cell-00000000000000b2": 0.0, "squares_in_part": 1.0},
    "breaks": {"correct_squares": 0.0, "cell-00000000000000b2": 0.0, "squares_in_part": 0.0},
    "reads": {"correct_squares": 0.0, "cell-00000000000000b2": 0.0, "squares_in_part": 0.0},
}


@pytest.fixture(scope="module")
def graded(theirs: Path) -> Path:
    for student, answer in ANSWERS.items():
        hand_in(theirs, student, answer, explain="Because.")
    before = Path.cwd()
    os.chdir(theirs)
    try:
        assert cli.main(["grade", "week3", "--isolation", LEVEL]) == 0
    finally:
        os.chdir(before)
    return theirs


@pytest.mark.slow
@pytest.mark.parametrize("student", ANSWERS)
def test_each_test_goes_to_who_can_judge_it(graded: Path, student: str) -> None:
    # What a human has to read has no score yet; the task neither, and it is no cell with a grade.
    assert scores(graded, student) == {**OURS, **WORTH[student], "explain": None}


@pytest.mark.slow
def test_a_half_right_answer_gets_a_part(theirs: Path, graded: Path) -> None:
    hand_in(theirs, "half", "def squares(n):\n    return [1] if n == 1 else [n]")
    done = nbgrader(theirs, "autograde", "week3", "--student=half")
    assert done.returncode == 0, done.stderr
    assert scores(theirs, "half")["squares_in_part"] == 0.5


@pytest.mark.slow
def test_nbgrader_autograde_says_the_same(graded: Path) -> None:
    found = {student: scores(graded, student) for student in ANSWERS}
    done = nbgrader(graded, "autograde", "week3", "--force")
    assert done.returncode == 0, done.stderr
    assert {student: scores(graded, student) for student in ANSWERS} == found


@pytest.mark.slow
@pytest.mark.parametrize("student", ["right", "wrong"])
def test_validate_tells_students_the_same_truth(graded: Path, student: str) -> None:
    done = nbgrader(graded, "validate", f"submitted/{student}/week3/problems.ipynb")
    failed = {"right": "Success! Your notebook passes all the tests.", "wrong": "FAILED ON 3 CELL"}
    assert failed[student] in done.stdout, done.stdout + done.stderr


@pytest.mark.slow
def test_what_a_human_reads_waits_for_one(graded: Path) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{graded / 'gradebook.db'}") as gradebook:
        grades = {
            each.name: (each.needs_manual_grade, each.max_score)
            for each in gradebook.find_submission_notebook("problems", "week3", "right").grades
        }
    assert grades["explain"] == (True, 3.0)
    assert grades["picture"] == (True, 4.0)
    assert grades["correct_squares"] == (False, 2.0)
    told = nbformat.read(graded / "autograded/right/week3/problems.ipynb", as_version=4)
    by_id = {c.metadata.nbgrader.grade_id: c for c in told.cells if "nbgrader" in c.metadata}
    assert by_id["explain"].source == "Because."
    assert by_id["picture"].metadata.nbgrader.task


@pytest.mark.slow
def test_no_hidden_test_gets_out(graded: Path) -> None:
    notebook = (graded / "autograded/reads/week3/problems.ipynb").read_text(encoding="utf-8")
    cells = json.loads(notebook)["cells"]
    told = json.dumps([each.get("outputs") for each in cells])
    assert "ValueError" in told
    assert "sesame" not in told
    assert "random_" not in told  # of the examiner's own hidden test


@pytest.mark.slow
def test_the_page_and_the_record_say_what_the_promise_is(
    graded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(graded)
    assert cli.main(["feedback", "week3"]) == 0
    page = (graded / "feedback/by_heart/week3/problems.html").read_text(encoding="utf-8")
    assert page.count("run beside your code, as nbgrader does: a weaker promise") == 3
    assert "a hidden test failed" in page
    assert "sesame" not in page
    wrong = (graded / "feedback/wrong/week3/problems.html").read_text(encoding="utf-8")
    assert "<code>assert squares(3) == [1, 4, 9]</code>" in wrong
    capsys.readouterr()
    assert cli.main(["report", "week3", "--json", "report.json"]) == 0
    (lesson,) = json.loads((graded / "report.json").read_text())
    by_test = {
        (row["student"], row["exercise"]): row["beside"] for row in lesson["rows"] if row["points"]
    }
    assert by_test["right", "correct_squares"] == ["correct_squares"]
    assert by_test["right", "fetch_all"] == []
    assert cli.main(["report", "week3", "--html", "report.html"]) == 0
    assert "(run beside the student&#x27;s code: a weaker promise)" in Path(
        "report.html"
    ).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("test", "line"),
    [
        ("run = observe(squares, 2)\nexpect(run).returned([1, 4])\nassert squares(1) == [1]", 3),
        ("out = squares(2)\nexpect(observe(squares, 2)).returned(out)", 1),
    ],
)
def test_what_can_be_neither_is_refused_with_its_line(tmp_path: Path, test: str, line: int) -> None:
    cells = [
        new_code_cell(FIRST_CELL),
        cell(SQUARES, "squares", solution=True),
        plain_test(test, "squares-both"),
    ]
    made = nbgrader(make_course(tmp_path / "c", cells), "generate_assignment", "week3")
    assert made.returncode != 0
    assert (
        f"The test squares-both observes, so the examiner judges it and not nbgrader; line {line}:"
        in made.stderr
    )
    assert not (tmp_path / "c" / "release" / "week3").exists()


@pytest.mark.slow
def test_a_reference_that_fails_a_plain_test_stops_the_grading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = [
        cell(SQUARES, "squares", solution=True),
        plain_test("import no_such_package\nassert squares(1) == [1]", "squares-one"),
    ]
    course = make_course(tmp_path / "c", cells)
    assert nbgrader(course, "generate_assignment", "week3").returncode == 0
    hand_in(course, "ada", ANSWERS["right"])
    monkeypatch.chdir(course)
    assert cli.main(["grade", "week3", "--isolation", LEVEL]) == 1
    said = capsys.readouterr().err
    assert "the reference solution of 'squares' loses 'squares-one'" in said
    assert "standard library" in said


@pytest.mark.parametrize("folder", [".", "source/week3"])
def test_any_course_of_nbgraders_is_found(tmp_path: Path, folder: str) -> None:
    from loopgrade import course

    make_course(tmp_path / "c", [])
    assert course.graded(tmp_path / "c" / folder) == tmp_path / "c"
    with pytest.raises(course.NoCourse, match=r"nbgrader_config\.py"):
        course.graded(tmp_path)
