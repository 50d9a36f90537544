"""A solution for who has tried or has the points; and an exercise that begins again."""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from at_work import Kernel
from small import LESSON, RIGHT

from loopgrade.cli import main
from looplab import reset, restore, solution
from looplab.notebook import desk
from looplab.notebook.desk import NoDesk
from looplab.notebook.keeping import BEFORE_RESET
from looplab.notebook.progress import FILE, note, tries
from looplab.notebook.resetting import Reset
from looplab.notebook.solutions import offer

SEQUENTIAL = "async def fetch_all(job, n):\n    return [await job(i) for i in range(n)]\n"
STUB = "def twice(n):\n    # TODO: write your code here\n    raise NotImplementedError"


@pytest.fixture
def kernel(small_course: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    config = small_course / "autograder" / "nbgrader_config.py"
    with config.open("a", encoding="utf-8") as file:
        file.write("c.Lessons.solutions = True\n")
    path = small_course / "notebooks" / f"{LESSON}.ipynb"
    allow(path, True)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    found = Kernel(path)
    found.run("first", "import asyncio\nfrom looplab import SEED, check, expect, jobs, observe")
    yield found
    desk.clear()


def allow(path: Path, told: object) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"]["looplab"] = {"solutions": told}
    path.write_text(json.dumps(notebook), encoding="utf-8")


def refusal(exercise: str = "fetch_all") -> str:
    assert offer(exercise) == ""
    with pytest.raises(NoDesk) as refused:
        solution(exercise)
    assert refused.value._render_traceback_() == [str(refused.value)]
    return str(refused.value)


def test_after_three_answers_it_is_shown_with_both_timelines(kernel: Kernel) -> None:
    kernel.run("fetch_all", SEQUENTIAL)
    kernel.judge("fetch_all-order", passed=True)
    kernel.judge("fetch_all-overlap", passed=False)
    for count, text in enumerate(("x = 1", "x = 1  # again", "x  =  1", "x = 2", "x = 3")):
        expected = [0, 1, 1, 1, 2][count]
        assert refusal().startswith(f"Not yet: a check has judged {expected} answers")
        note(kernel.path, "fetch_all-overlap", passed=False, answer=text)
    assert offer("fetch_all").startswith('`looplab.solution("fetch_all")` shows')
    shown = solution("fetch_all")
    assert "TaskGroup" in shown.text and "SOLUTION" not in shown.text
    assert shown.why == "all `job` begin before one is awaited; in turn they would take longer."
    assert shown.why not in shown.text and f"\n\n{shown.why}" in str(shown)
    assert "<p>all <code>job</code> begin" in shown._repr_html_()
    assert [name for name, _ in shown.others] == ["gather does it too"]
    assert shown.test == "the jobs overlap"
    assert [run.duration for run in shown.runs] == [7, 4]
    assert shown.runs[0].call == shown.runs[1].call
    assert "Another way: gather does it too" in shown._repr_html_()


def test_with_the_points_it_is_shown_at_once(kernel: Kernel) -> None:
    kernel.run("twice", RIGHT["twice"])
    refusal("twice")
    note(kernel.path, "twice-seven", passed=True)
    shown = solution("twice")
    assert str(shown).endswith("return 2 * n")  # the lesson does not say why
    assert "<p></p>" not in shown._repr_html_()
    assert [run.result for run in shown.runs] == [14, 14]
    note(kernel.path, "twice-seven", passed=False)
    refusal("twice")


def test_what_a_solution_defines_stays_out_of_the_notebook(kernel: Kernel) -> None:
    kernel.run("twice", "def twice(n):\n    return 42")
    note(kernel.path, "twice-seven", passed=True)
    before = dict(kernel.names)
    solution("twice")
    assert kernel.names == before


def test_an_answer_that_breaks_is_no_hindrance(kernel: Kernel) -> None:
    kernel.run("twice", "def twice(n):\n    raise SystemExit")
    note(kernel.path, "twice-seven", passed=True)
    shown = solution("twice")
    assert [run.result for run in shown.runs] == [None, 14]


@pytest.mark.parametrize("told", [False, None, "yes", 1])
def test_a_course_that_is_graded_shows_none(kernel: Kernel, told: object) -> None:
    note(kernel.path, "twice-seven", passed=True)
    allow(kernel.path, told)
    assert refusal("twice").startswith("This course shows no solutions in its notebooks")


def test_the_grader_asks_its_own_course_too(
    kernel: Kernel, small_course: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    note(kernel.path, "twice-seven", passed=True)
    monkeypatch.chdir(small_course)
    assert main(["solution", "01", "twice"]) == 0
    assert "return 2 * n" in capsys.readouterr().out
    assert main(["solution", "01", "thrice"]) == 1
    assert "there are fetch_all, twice" in capsys.readouterr().err
    config = small_course / "autograder" / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8").replace("c.Lessons.solutions = True", "")
    config.write_text(text, encoding="utf-8")
    assert main(["solution", "01", "twice"]) == 1
    assert "shows students no solutions" in capsys.readouterr().err
    with pytest.raises(NoDesk, match=r"The solution cannot be had\. This course shows students no"):
        solution("twice")


def test_without_the_grader_there_is_none(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    note(kernel.path, "twice-seven", passed=True)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NoDesk, match=r"The grader is not installed here\."):
        solution("twice")
    assert "there are: fetch_all, twice" in refusal("thrice")


def test_a_damaged_file_counts_no_tries(kernel: Kernel) -> None:
    for told in ("3", '"abc"', "[1, 2, 3]", '{"a": "b"}'):
        text = f'{{"{LESSON}": {{"twice": {told}}}}}'
        kernel.path.with_name(FILE).write_text(text, encoding="utf-8")
        assert tries(kernel.path, "twice") == 0


# An exercise begins again


def test_a_stub_comes_back_and_the_answer_is_kept(kernel: Kernel) -> None:
    kernel.run("twice", RIGHT["twice"])
    again = reset("twice")
    assert again is not None
    assert (again.stub, again.replaced) == (STUB, False)
    assert STUB in str(again) and "NotImplementedError" in again._repr_html_()
    kernel.save(twice=again.stub)
    restored = restore(kernel.path.parent, kernel.path.with_name(BEFORE_RESET))
    assert restored.written == [f"{LESSON}/twice"]
    cells = json.loads(kernel.path.read_text(encoding="utf-8"))["cells"]
    assert ["".join(cell["source"]) for cell in cells if cell["id"] == "twice"] == [RIGHT["twice"]]


def test_answers_of_several_exercises_are_kept(kernel: Kernel) -> None:
    for name in ("twice", "fetch_all"):
        kernel.run(name, RIGHT[name])
        reset(name)
    kernel.run("twice", "def twice(n):\n    return 3")
    reset("twice")
    told = json.loads(kernel.path.with_name(BEFORE_RESET).read_text(encoding="utf-8"))
    assert told["lessons"] == {
        LESSON: {"twice": "def twice(n):\n    return 3", "fetch_all": RIGHT["fetch_all"]}
    }


def test_the_cell_itself_gets_the_stub(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[str, bool]] = []
    shown: list[Reset] = []

    class Shell:
        def set_next_input(self, text: str, replace: bool) -> None:
            given.append((text, replace))

    monkeypatch.setattr("looplab.notebook.resetting._shell", Shell)
    monkeypatch.setattr("IPython.display.display", shown.append)
    for call in (
        "from looplab import reset\nreset()",
        "import looplab\n\nlooplab.reset()",
        "import looplab; looplab.reset()",
    ):
        kernel.answers.begin(call, "twice")
        assert reset() is None
        assert shown[-1].answer == ""  # the saved cell has the stub
        kernel.answers.begin(f"{call}\n{RIGHT['twice']}", "twice")
        assert reset() is None
        assert shown[-1].answer.strip() == RIGHT["twice"].strip()
    assert given == [(STUB, True)] * 6
    again = shown[-1]
    assert again.replaced and STUB not in str(again)
    assert "<details><summary>What stood there" in again._repr_html_()


def test_the_stub_alone_is_not_kept(kernel: Kernel) -> None:
    assert str(reset("twice")).startswith("twice begins again.")
    assert not kernel.path.with_name(BEFORE_RESET).exists()
    with pytest.raises(NoDesk, match="no exercise 'thrice'"):
        reset("thrice")
