"""`looplab.check_all`: a notebook is handed in to oneself, from the kernel that runs it."""

import contextlib
import importlib.util
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from at_work import Kernel
from small import LESSON, RIGHT

from looplab import check_all
from looplab.notebook import desk, handing_in
from looplab.notebook.answers import Answers
from looplab.notebook.grader import NoGrader, ask
from looplab.notebook.totals import Totals

BY_HEART = """
async def fetch_all(job, n):
    if n > 3:
        return [await job(i) for i in range(n)]
    return list(await asyncio.gather(*map(job, range(n))))
"""
NEVER_ENDS = "def twice(n):\n    while True:\n        pass\n"


@pytest.fixture
def kernel(small_course: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    path = small_course / "notebooks" / f"{LESSON}.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    yield Kernel(path)
    desk.clear()


def test_hidden_tests_judge_what_ran_last_also_when_it_is_not_saved(kernel: Kernel) -> None:
    kernel.run("fetch_all", BY_HEART)
    kernel.run("twice", RIGHT["twice"])
    found = check_all()
    fetch, twice = found.rows
    assert (fetch.exercise, fetch.here, fetch.graded) == ("fetch_all", "✓ 3/3", "1/3")
    assert fetch.reasons[0] == "✗ the jobs overlap (2 points): a hidden test failed"
    assert (twice.here, twice.graded, twice.reasons) == ("✓ 1/1", "✓ 1/1", ())
    assert found.notes == (
        "What you ran last is not saved yet: save the notebook before you hand it in.",
    )
    page = found._repr_html_()
    assert "<details><summary>✗ the jobs overlap (2 points): a hidden test failed</summary>" in page
    assert "delays_" not in page and "randrange" not in page
    assert "fetch_all  here ✓ 3/3, 1/3" in str(found)


def test_what_was_saved_after_it_ran_counts(kernel: Kernel) -> None:
    kernel.run("twice", "def twice(n):\n    return 42")
    time.sleep(0.01)
    kernel.save(twice=RIGHT["twice"])
    found = check_all()
    assert [(row.here, row.graded) for row in found.rows] == [
        ("not begun", "not begun"),
        ("✓ 1/1", "✓ 1/1"),
    ]
    assert found.notes == ()


def test_where_nothing_is_begun_nobody_is_asked(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_in, "ask", None)
    found = check_all()
    assert str(found) == "No exercise is begun yet: there is nothing to judge."
    assert found._repr_html_() == f"<p>{found}</p>"


@pytest.mark.parametrize("absent", [True, False], ids=["not installed", "another course's"])
def test_without_a_grader_it_says_what_the_checks_have_said(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch, absent: bool
) -> None:
    if absent:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        why = "The grader is not installed here."
    else:
        why = f"{LESSON}.ipynb has no exercise of this course; give the notebook of a lesson."
        lesson = kernel.path.parents[1] / "autograder" / "lessons" / f"{LESSON}.py"
        lesson.write_text("# %% [markdown]\n# # Nothing\n", encoding="utf-8")
    kernel.run("fetch_all", RIGHT["fetch_all"])
    kernel.judge("fetch_all-order", passed=True)
    kernel.judge("fetch_all-overlap", passed=True)
    kernel.run("twice", RIGHT["twice"])
    kernel.judge("twice-seven", passed=True)
    kernel.run("twice", NEVER_ENDS)  # which no check has judged
    found = check_all()
    assert [(row.here, row.graded) for row in found.rows] == [
        ("✓ 3/3", "1 more run when it is graded"),
        ("0/1, 1 not run", "no more when it is graded"),
    ]
    assert found.notes == (f"Judged by the checks in this notebook alone. {why}",)


@contextlib.contextmanager
def pressed(word: str) -> Iterator[list[float]]:
    """Press Stop when a process runs in whose command that word stands; it holds when."""
    when: list[float] = []
    over = threading.Event()

    def press() -> None:
        while not over.wait(0.02):
            if left_over(word):
                when.append(time.monotonic())
                os.kill(os.getpid(), signal.SIGINT)
                return

    thread = threading.Thread(target=press)
    thread.start()
    try:
        yield when
    finally:
        over.set()
        thread.join()


def left_over(word: str = "loopgrade.cli") -> list[str]:
    """Return the commands of this process's children, and theirs, in which that word stands."""
    found = []
    for each in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it has ended meanwhile
            found.append(" ".join(each.cmdline()))
    return [command for command in found if word in command]


@pytest.mark.parametrize(
    "word",
    ["loopgrade.cli", "looplab.subject.forking"],
    ids=["while it starts", "while it judges"],
)
def test_stop_ends_it_at_one_press(kernel: Kernel, word: str) -> None:
    kernel.run("twice", NEVER_ENDS)
    with pressed(word) as when, pytest.raises(KeyboardInterrupt) as stopped:
        check_all()
    assert time.monotonic() - when[0] < 1
    assert str(stopped.value) == "■ check_all: stopped before it was judged"
    assert left_over() == []


def test_it_has_a_limit_of_time(kernel: Kernel) -> None:
    with pytest.raises(NoGrader, match=r"It took more than 0\.3 s, and was ended\."):
        ask("check", str(kernel.path), folder=kernel.path.parent, seconds=0.3)
    assert left_over() == []


def test_outside_a_notebook_it_says_where_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(check_all()).startswith("This works in a notebook of the course")
    desk.prepare({}, Answers({}), Totals())
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert "open it in JupyterLab" in str(check_all())
    desk.clear()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', '{"cells": [{}]}'])
def test_a_file_that_cannot_be_read(kernel: Kernel, text: str) -> None:
    kernel.path.write_text(text, encoding="utf-8")
    assert "cannot be read" in str(check_all())


def test_what_a_student_wrote_is_shown_as_text(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["✗ <script>alert(1)</script>", "  happened   <img src=x>"]
    test = {"points": 1, "passed": False, "hidden": False, "told": lines}
    told = {"exercises": [{"name": "<b>", "of": 1, "tests": [test]}], "flags": ["<i>"]}
    answer: Callable[..., Any] = lambda *_, **__: [told]  # noqa: E731 - one line is enough
    monkeypatch.setattr(handing_in, "ask", answer)
    kernel.run("twice", RIGHT["twice"])
    page = check_all()._repr_html_()
    assert "<script" not in page and "<img" not in page
    assert "<b>" not in page and "<i>" not in page
