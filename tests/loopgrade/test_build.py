"""Lessons to notebooks, through nbgrader's own generate_assignment."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from loopgrade.authoring.build import build
from loopgrade.authoring.lesson import Exercise, Lesson, LessonError

CONFIG = Path(__file__).parents[2] / "autograder" / "nbgrader_config.py"

LESSON = """
# %% [markdown]
# # Twice 两次

# %%
from looplab import enable

enable()

# %% exercise="twice" role="answer"
import math


def twice(n):
    ### BEGIN SOLUTION
    halves = [n / 2, n / 2, n / 2]
    return math.fsum([*halves, n / 2])
    ### END SOLUTION


# %% exercise="twice" role="test" id="seven" points=1.0 name="doubles \\"seven\\" ×2 \\\\ é"
run = observe(twice, 7)
expect(run).returned(14)
### BEGIN HIDDEN TESTS
for n in (0, 1, -3):
    run = observe(twice, n)
    expect(run).returned(2 * n, hint="any number")
### END HIDDEN TESTS

# %% exercise="twice" role="test" id="text" points=0.5 name="refuses text" tags=["slow"]
run = observe(twice, "7")
expect(run).raised(TypeError)

# %% role="breaks"
1 / 0

# %% role="breaks"
1 / 0
"""


def new_course(folder: Path, **lessons: str) -> Path:
    (folder / "autograder" / "lessons").mkdir(parents=True)
    shutil.copy(CONFIG, folder / "autograder")
    for name, text in lessons.items():
        write(folder, name, text)
    return folder


def write(course: Path, name: str, text: str) -> str:
    """Write a lesson and return what its errors start with."""
    path = course / "autograder" / "lessons" / f"{name}.py"
    path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built course; its gradebook is what takes long."""
    folder = tmp_path_factory.mktemp("Kurs mit Größe")
    build(new_course(folder / "looplab", **{"01_twice": LESSON}))
    return folder / "looplab"


@pytest.fixture
def empty_course(course: Path) -> Path:
    """The same course, with its gradebook and without lessons and notebooks."""
    for path in (course / "autograder" / "lessons").iterdir():
        if path.name != "01_twice.py":
            path.unlink()
    return course


def cells(path: Path) -> dict[str, dict[str, Any]]:
    """Return the cells of a notebook by their ids."""
    return {cell["id"]: cell for cell in json.loads(path.read_bytes())["cells"]}


def text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


# What is built


def test_students_get_stubs_and_no_hidden_tests(course: Path) -> None:
    notebook = cells(course / "notebooks" / "01_twice.ipynb")

    assert text(notebook["twice"]) == (
        "import math\n\n\ndef twice(n):\n"
        "    # TODO: write your code here\n    raise NotImplementedError"
    )
    assert text(notebook["twice-text"]) == (
        'check("refuses text", points=0.5)\n'
        'run = observe(twice, "7")\nexpect(run).raised(TypeError)'
    )
    assert text(notebook["twice-seven"]).endswith("expect(run).returned(14)")


def test_a_test_begins_with_its_name_and_points(course: Path) -> None:
    first = text(cells(course / "notebooks" / "01_twice.ipynb")["twice-seven"]).split("\n")[0]

    call = ast.parse(first, mode="eval").body
    assert isinstance(call, ast.Call)
    assert ast.literal_eval(call.args[0]) == 'doubles "seven" ×2 \\ é'
    assert first.endswith(", points=1)")


def test_nbgrader_knows_answers_and_tests(course: Path) -> None:
    notebook = cells(course / "notebooks" / "01_twice.ipynb")
    known = {id: cell["metadata"].get("nbgrader") for id, cell in notebook.items()}

    assert {id for id, metadata in known.items() if metadata} == {
        "twice",
        "twice-seven",
        "twice-text",
    }
    answer, test = known["twice"], known["twice-text"]
    assert (answer["solution"], answer["grade"], answer["locked"]) == (True, False, False)
    assert (test["solution"], test["grade"], test["locked"]) == (False, True, True)
    assert (test["points"], test["grade_id"], test["schema_version"]) == (0.5, "twice-text", 3)


def test_run_all_goes_on_after_tests_and_after_what_breaks(course: Path) -> None:
    notebook = cells(course / "notebooks" / "01_twice.ipynb")
    tags = {id: cell["metadata"].get("tags") for id, cell in notebook.items()}

    assert tags["twice-seven"] == ["raises-exception"]
    assert tags["twice-text"] == ["slow", "raises-exception"]
    breaks = [id for id, cell in notebook.items() if text(cell) == "1 / 0"]
    assert [tags[id] for id in breaks] == [["raises-exception"]] * 2
    assert tags["twice"] is None


def test_tests_are_folded_and_nothing_else_is(course: Path) -> None:
    notebook = cells(course / "notebooks" / "01_twice.ipynb")
    folded = {id for id, cell in notebook.items() if cell["metadata"].get("jupyter")}
    assert folded == {"twice-seven", "twice-text"}


def test_cells_that_are_alike_have_ids_of_their_own(course: Path) -> None:
    notebook = json.loads((course / "notebooks" / "01_twice.ipynb").read_bytes())
    ids = [cell["id"] for cell in notebook["cells"]]

    assert len(set(ids)) == len(ids) == 7
    assert ids[-1] == f"{ids[-2]}-2"
    assert ids[0].startswith("markdown-")


def test_both_notebooks_are_valid(course: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what nbformat imports warns
        import nbformat
    for path in ("notebooks/01_twice.ipynb", "autograder/source/01_twice/01_twice.ipynb"):
        data = (course / path).read_bytes()
        nbformat.validate(json.loads(data))
        assert data.endswith(b"}\n")
        assert b'outputs": [],\n' in data
        assert data.decode("utf-8").count("两次") == 1  # as itself, not as \\u4e24


def test_the_source_keeps_solutions_and_hidden_tests(course: Path) -> None:
    source = cells(course / "autograder" / "source" / "01_twice" / "01_twice.ipynb")

    assert "### BEGIN SOLUTION\n    halves" in text(source["twice"])
    assert "### BEGIN HIDDEN TESTS\nfor n in (0, 1, -3):" in text(source["twice-seven"])


def test_the_release_is_what_students_get(course: Path) -> None:
    release = course / "autograder" / "release" / "01_twice" / "01_twice.ipynb"

    assert release.read_bytes() == (course / "notebooks" / "01_twice.ipynb").read_bytes()


def test_the_gradebook_knows_the_hidden_tests_and_the_points(course: Path) -> None:
    with gradebook(course) as book:
        tests = book.find_notebook("01_twice", "01_twice").grade_cells
        points = {test.name: test.max_score for test in tests}
        test = book.find_source_cell("twice-seven", "01_twice", "01_twice")

    assert points == {"twice-seven": 1.0, "twice-text": 0.5}
    assert "for n in (0, 1, -3):" in test.source


@contextmanager
def gradebook(course: Path) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader and SQLAlchemy have some of their own
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{course / 'autograder' / 'gradebook.db'}") as book:
            yield book


# Building again


def test_a_second_build_changes_nothing(
    course: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    notebook = course / "notebooks" / "01_twice.ipynb"
    source = course / "autograder" / "source" / "01_twice" / "01_twice.ipynb"
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in (notebook, source)]
    monkeypatch.chdir(course.parent)
    path_before = os.environ["PATH"]

    (built,) = build(Path(course.name), ["01_twice"])

    assert not built.changed
    assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in (notebook, source)] == before
    assert Path.cwd() == course.parent
    assert os.environ["PATH"] == path_before
    assert capfd.readouterr() == ("", "")


def test_an_edited_notebook_is_put_right(course: Path) -> None:
    notebook = course / "notebooks" / "01_twice.ipynb"
    before = notebook.read_bytes()
    notebook.write_bytes(before.replace(b"TODO", b"DONE"))

    (built,) = build(course, ["01_twice"])

    assert built.changed
    assert built.notebook == notebook
    assert notebook.read_bytes() == before


@pytest.mark.slow
def test_another_process_elsewhere_builds_the_same_bytes_and_says_nothing(
    course: Path, tmp_path: Path
) -> None:
    other = new_course(tmp_path / "other", **{"01_twice": LESSON})
    program = (
        "import pathlib, sys, loopgrade.authoring.build as b; b.build(pathlib.Path(sys.argv[1]))"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(str(Path(each).resolve()) for each in sys.path if each),
        "PYTHONHASHSEED": "5",
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
    }

    done = subprocess.run(
        [sys.executable, "-c", program, str(other)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    for path in ("notebooks/01_twice.ipynb", "autograder/source/01_twice/01_twice.ipynb"):
        assert (other / path).read_bytes() == (course / path).read_bytes()


# What is not built

EXERCISE = """
# %% exercise="gather" role="answer"
import asyncio
async def gather(jobs):
    ### BEGIN SOLUTION
    tasks = [asyncio.ensure_future(job()) for job in jobs]
    try:
        return [await task for task in tasks]

    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    ### END SOLUTION
# %% exercise="gather" role="test" id="all" points=1 name="all"
async def case_(n):
    return await gather([one_] * n)
async def one_():
    return 1
run = observe(case_, 3)
expect(run).returned([1, 1, 1])
### BEGIN HIDDEN TESTS
import random
for n in random.Random(SEED).sample(range(20), 5):
    run = observe(case_, n)
    expect(run).returned([1] * n)
### END HIDDEN TESTS
"""

LEAKS = {
    "the solution in markdown": (
        """
        # %% [markdown]
        # ```python
        # tasks = [ asyncio.ensure_future(job()) for job in jobs ]
        # try:
        #     # collect them
        #     return [await task for task in tasks]
        # finally:
        #     for task in tasks:
        # ```
        """,
        ":4: students would see this solution in the cell at line 28;",
    ),
    "a part of it in a quotation": (
        """
        # %% [markdown]
        # > for task in tasks:
        # >     task.cancel()
        # > await asyncio.wait(tasks)
        """,
        ":4: students would see this solution in the cell at line 28;",
    ),
    "the solution in a demonstration": (
        """
        # %%
        async def all_of(jobs):
            tasks = [asyncio.ensure_future(job()) for job in jobs]
            try:
                return [await task for task in tasks]
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
        """,
        ":4: students would see this solution in the cell at line 28;",
    ),
    "a hidden test in markdown": (
        """
        # %% [markdown]
        # for n in random.Random(SEED).sample(range(20), 5):
        #     run = observe(case_, n)
        #     expect(run).returned([1] * n)
        """,
        ":21: students would see this hidden test in the cell at line 28;",
    ),
    "a hidden test in another test": (
        """
        # %% exercise="gather" role="test" id="more" points=1 name="more"
        async def case_(n):
            return await gather([str] * n)
        import random
        for n in random.Random(SEED).sample(range(20), 5):
            run = observe(case_, n)
            expect(run).returned([1] * n)
        """,
        ":21: students would see this hidden test in the cell at line 28;",
    ),
    "a solution of one long line": (
        """
        # %% exercise="short" role="answer"
        async def short(jobs):
            ### BEGIN SOLUTION
            return await asyncio.gather(*(job() for job in jobs))
            ### END SOLUTION
        # %% exercise="short" role="test" id="one" points=1 name="one"
        run = observe(short, [])
        expect(run).returned([])
        # %%
        async def demo(jobs):
            return await asyncio.gather(*(job() for job in jobs))
        """,
        ":29: students would see this solution in the cell at line 36;",
    ),
}


@pytest.mark.parametrize(("more", "message"), LEAKS.values(), ids=LEAKS.keys())
def test_a_leak_is_refused(empty_course: Path, more: str, message: str) -> None:
    path = write(empty_course, "02_leak", EXERCISE.lstrip() + dedent(more).lstrip())

    with pytest.raises(LessonError) as caught:
        build(empty_course, ["02_leak"])

    assert str(caught.value).startswith(path + message)
    assert not (empty_course / "notebooks" / "02_leak.ipynb").exists()
    assert not (empty_course / "autograder" / "release" / "02_leak").exists()


def test_common_lines_are_no_leak(empty_course: Path) -> None:
    demonstration = """
        # %% [markdown]
        # `await asyncio.wait(tasks)` waits; `task.cancel()` asks.

        # %%
        for task in tasks:
            task.cancel()
        print("cancelled")
        await asyncio.wait(tasks)

        # %% exercise="turn" role="answer"
        async def turn():
            ### BEGIN SOLUTION
            await asyncio.sleep(0)
            ### END SOLUTION

        # %% exercise="turn" role="test" id="now" points=1 name="takes no time"
        run = observe(turn)
        expect(run).took(0)
        ### BEGIN HIDDEN TESTS
        run = observe(turn)
        expect(run).took(0)
        expect(run).nothing_left(hint="there is nothing to leave running")
        ### END HIDDEN TESTS

        # %%
        await asyncio.sleep(0)
        """
    write(empty_course, "03_common", EXERCISE.lstrip() + dedent(demonstration).lstrip())

    (built,) = build(empty_course, ["03_common"])

    assert built.notebook.exists()


def test_a_marker_that_nbgrader_left_is_refused(tmp_path: Path, empty_course: Path) -> None:
    copy = tmp_path / "course"
    shutil.copytree(empty_course, copy)
    with (copy / "autograder" / "nbgrader_config.py").open("a") as config:
        config.write('c.ClearHiddenTests.begin_test_delimeter = "BEGIN SECRET"\n')

    with pytest.raises(LessonError, match="students would see `BEGIN HIDDEN TESTS`"):
        build(copy)


PLAIN = """
# %% exercise="one" role="answer"
def one():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION
# %% exercise="one" role="test" id="is" points=1 name="is one"
run = observe(one)
expect(run).returned(1)
"""

REFUSED = {
    "what the lesson's rules refuse": (
        PLAIN.replace("END SOLUTION", "END"),
        ":3: SOLUTION begins here and never ends; add its END.",
    ),
    "what the linter refuses": (
        PLAIN.replace("expect(run).returned(1)", "assert one() == 1"),
        ":8: `one` is the student's: use it inside a function that observe is given, or give it"
        " to observe.",
    ),
    "a name that only the solution binds": (
        PLAIN.replace("return 1\n", "return 1\n    other = 2\n").replace(
            "observe(one)", "observe(other)"
        ),
        ":8: `other` is not defined",
    ),
    "an import of the stub, used without one": (
        PLAIN.replace("def one", "import math\ndef one").replace("(1)", "(math.pi)"),
        ":9: `math` is not defined",
    ),
    "what no cell of the lesson imports": (
        "# %%\nfrom looplab import expect, observe\n"
        + PLAIN.replace("observe(one)", "observe(one, *gens([1]))"),
        ":10: no cell that students run first imports 'gens'; add it to the lesson's",
    ),
    "a stub without a name": (
        """
        # %% exercise="one" role="answer"
        ### BEGIN SOLUTION
        def one():
            return 1
        ### END SOLUTION
        # %% exercise="one" role="test" id="is" points=1 name="is one"
        run = observe(one)
        expect(run).returned(1)
        """,
        ":2: the stub of exercise 'one' binds no name",
    ),
    "a stub that is not Python": (
        PLAIN.replace("return 1\n    ### END SOLUTION", "return (\n    ### END SOLUTION\n    1)"),
        ":2: with a stub for the solution, this cell is not Python",
    ),
}


@pytest.mark.parametrize(("lesson", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_lesson_is_refused(tmp_path: Path, lesson: str, message: str) -> None:
    course = new_course(tmp_path, **{"01_plain": PLAIN})
    path = write(course, "02_wrong", lesson)

    with pytest.raises(LessonError) as caught:
        build(course)

    assert str(caught.value).startswith(path + message)
    assert "\n" not in str(caught.value)
    # All are checked before the first is built.
    assert not (course / "notebooks").exists()
    assert not (course / "autograder" / "source").exists()


def test_a_stub_that_passes_is_refused(tmp_path: Path) -> None:
    course = new_course(tmp_path, **{"01_plain": PLAIN, "02_more": PLAIN})
    asked = []

    def stub_passes(lesson: Lesson, exercise: Exercise) -> str | None:
        asked.append((lesson.name, exercise.name))
        return "the stub passes 'is one'; ask for more." if lesson.name == "02_more" else None

    with pytest.raises(LessonError, match=r"02_more\.py:2: the stub passes 'is one'; ask for more"):
        build(course, stub_passes=stub_passes)

    assert asked == [("01_plain", "one"), ("02_more", "one")]
    assert not (course / "notebooks").exists()


def test_a_stub_that_fails_is_built(empty_course: Path) -> None:
    write(empty_course, "04_plain", PLAIN)

    (built,) = build(empty_course, ["04_plain"], stub_passes=lambda lesson, exercise: None)

    assert built.changed
    assert built.lesson.exercises[0].name == "one"


def test_an_unknown_lesson_is_refused(tmp_path: Path) -> None:
    course = new_course(tmp_path, **{"01_plain": PLAIN, "02_more": PLAIN})

    with pytest.raises(LessonError, match=r"03_no\.py:1: .* there are: 01_plain, 02_more\."):
        build(course, ["03_no"])


def test_a_lesson_needs_a_number(tmp_path: Path) -> None:
    course = new_course(tmp_path, plain=PLAIN)

    with pytest.raises(LessonError, match=r"plain\.py:1: name the file NN_slug\.py"):
        build(course)


def test_a_folder_that_is_no_course_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LessonError, match=r"nbgrader_config\.py:1: there is no such file"):
        build(tmp_path)


def test_a_folder_that_nbgrader_cannot_work_in_is_refused(tmp_path: Path) -> None:
    course = new_course(tmp_path / "course [old]", **{"01_plain": PLAIN})

    with pytest.raises(LessonError, match="nbgrader cannot work in a folder with"):
        build(course)


def test_what_nbgrader_refuses_is_told_in_one_sentence_with_its_log(
    tmp_path: Path, empty_course: Path
) -> None:
    copy = tmp_path / "course"
    shutil.copytree(empty_course, copy)
    with (copy / "autograder" / "nbgrader_config.py").open("a") as config:
        config.write('c.IncludeHeaderFooter.header = "missing.ipynb"\n')

    with pytest.raises(LessonError) as caught:
        build(copy)

    assert "01_twice.py:1: nbgrader cannot make the student notebook (FileNotFoundError" in str(
        caught.value
    )
    assert "\n" not in str(caught.value)
    assert "Traceback" in "".join(caught.value.__notes__)


def test_test_ids_are_frozen_once_there_are_submissions(tmp_path: Path, empty_course: Path) -> None:
    copy = tmp_path / "course"
    shutil.copytree(empty_course, copy)
    with gradebook(copy) as book:
        book.add_student("ada")
        book.add_submission("01_twice", "ada")
    build(copy)
    write(copy, "01_twice", LESSON.replace('id="text"', 'id="words"'))

    with pytest.raises(LessonError, match=r"01_twice\.py:1: .*renamed, and the gradebook has"):
        build(copy)


# The course's own configuration


def test_the_course_is_where_its_configuration_is(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from traitlets.config import PyFileConfigLoader

    monkeypatch.chdir(tmp_path)
    config = PyFileConfigLoader(CONFIG.name, path=str(course / "autograder")).load_config()

    assert config.CourseDirectory.root == str(course / "autograder")
    assert config.CourseDirectory.course_id == "looplab"
