"""A check judges what stands in the notebook, or says why it cannot."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from looplab.diagnosis.answer import SharedText
from looplab.notebook.answers import Answers, is_test

TEST = """check("says hello", points=1)
import asyncio
async def beside_(delay):
    try:
        return await hello(delay)
    except ValueError as error_:
        print(error_)
run = max(beside_(1), 2)
"""
GOOD = "def hello(n):\n    return n\n"


class Cells:
    """A kernel's cells: they run, and are noted."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"check": check, "__name__": "__main__"}
        self.answers = Answers(self.names)

    def run(self, source: str, cell_id: str | None = None) -> None:
        self.answers.begin(source, cell_id)
        error: BaseException | None = None
        try:
            exec(compile(source, "<cell>", "exec"), self.names)
        except Exception as caught:
            error = caught
        self.answers.end(error)

    def says(self, test_id: str | None = None) -> str:
        return self.answers.objection(TEST, test_id)


def check(*_: object, **__: object) -> None:
    raise NotImplementedError


DID_NOT = "your cell did not run, so nothing was judged: "
LACKS = "your cell does not define `hello` but `helo`: keep the name that the exercise gives"


@pytest.mark.parametrize(
    ("cells", "with_ids", "without"),
    [
        ([], "run the cell with `hello` first", None),
        ([GOOD], "", None),
        ([GOOD, "def hello(n)\n    return n"], DID_NOT + "line 1, expected ':'", None),
        (["def hello(n)\n    return n"], DID_NOT + "line 1, expected ':'", None),
        ([GOOD, "df hello(n):\n    return n"], DID_NOT + "line 1, invalid syntax", ""),
        ([GOOD, "hello = 1 / 0"], DID_NOT + "line 1, ZeroDivisionError: division by zero", None),
        (
            [GOOD, "\nnone\n" + GOOD],
            DID_NOT + "line 2, NameError: name 'none' is not defined",
            None,
        ),
        ([GOOD, "if x():\n  pass\n" + GOOD, GOOD], "", None),
        ([GOOD, GOOD + "raise KeyError"], "", None),
        ([GOOD, "def helo(n):\n    return n"], LACKS, ""),
        (["def helo(n):\n    return n"], LACKS, "run the cell with `hello` first"),
        ([GOOD, "if True:\n    " + GOOD.replace("\n ", "\n     ")], "", None),
        ([GOOD, "from operator import neg as hello"], "", None),
        ([GOOD, "hello = abs", "hello = abs"], "", None),
        ([GOOD, "raise KeyError"], DID_NOT + "line 1, KeyError", ""),
    ],
)
def test_what_a_check_is_told_of_the_answer(
    cells: list[str], with_ids: str, without: str | None
) -> None:
    known, unknown = Cells(), Cells()
    for source in cells:
        known.run(source, "hello")
        unknown.run(source)
    assert known.says("hello-says") == with_ids
    assert unknown.says() == (with_ids if without is None else without)


def test_another_cell_that_fails_is_no_concern_of_it() -> None:
    cells = Cells()
    cells.run(GOOD, "hello")
    cells.run("hello(", "scratch")
    cells.run("hello(1, 2)", "scratch")
    cells.run("def hello_too(n)", "hello_too")
    assert cells.says("hello-says") == ""


def test_a_cell_that_was_interrupted_did_not_run() -> None:
    cells = Cells()
    cells.answers.begin(GOOD, None)
    assert cells.says() == DID_NOT + "it was stopped"


def test_the_text_of_the_answer_is_known() -> None:
    cells = Cells()
    cells.run("import math", "imports")
    cells.run(GOOD, "hello")
    assert cells.answers.answer(TEST, "hello-says") == GOOD
    assert cells.answers.answer(TEST, None) == GOOD
    assert cells.answers.answer("check(", None) == ""
    cells.run("from operator import neg\ndef helps(n):\n    return n", "helper")
    helped = "def hello(n):\n    return {}(math.floor(n))"
    cells.run(helped.format("neg"), "hello")
    assert cells.answers.answer(TEST, "hello-says") == helped.format("neg")
    cells.run(helped.format("helps"), "hello")
    assert isinstance(cells.answers.answer(TEST, "hello-says"), SharedText)
    cells.run("def helps(n):\n    return n\n" + helped.format("helps"), "hello")
    assert not isinstance(cells.answers.answer(TEST, "hello-says"), SharedText)


def test_the_text_is_the_one_that_ran() -> None:
    answers = Answers({}, str.lstrip)
    answers.begin("\n\n" + GOOD, "hello")
    answers.end(None)
    assert answers.answer(TEST, None) == GOOD


@pytest.mark.parametrize(
    ("text", "age", "objects"),
    [(GOOD, -60, False), ("def hello(n):\n", -60, True), ("def hello(n):\n", 60, False)],
)
def test_what_was_saved_later_and_not_run_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, age: int, objects: bool
) -> None:
    path = tmp_path / "00.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    cells = Cells()
    cells.run(GOOD, "hello")
    saved = [{"id": "hello", "source": text.splitlines(keepends=True)}, {"source": ""}]
    path.write_text(json.dumps({"cells": saved}), encoding="utf-8")
    began = cells.answers._by_id["hello"].began
    os.utime(path, (began - age, began - age))
    told = "you have changed the cell `hello` since it ran: run it again first"
    assert cells.says("hello-says") == (told if objects else "")
    for broken in ("{", "[]", '{"cells": [3]}'):
        path.write_text(broken, encoding="utf-8")
        os.utime(path, (began + 60, began + 60))
        assert cells.says("hello-says") == ""


@pytest.mark.parametrize(
    ("uses", "ran", "told"),
    [
        ("math.floor(n)", [], "your answer uses `math`: run the cell at the top first"),
        ("math.floor(n)", ["import math"], ""),
        ("twice(n)", [], "your answer uses `twice`: run the cell that defines it first"),
        ("dealy", [], ""),
    ],
)
def test_which_cell_has_not_run_is_told_where_the_answer_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uses: str, ran: list[str], told: str
) -> None:
    answer = f"def hello(n):\n    return {uses}\n"
    texts = {"setup": "import math", "helper": "def twice(n):\n    return 2 * n", "hello": answer}
    saved = [{"cell_type": "code", "id": i, "source": text} for i, text in texts.items()]
    path = tmp_path / "00.ipynb"
    path.write_text(json.dumps({"cells": saved}), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    cells = Cells()
    for source in ran:
        cells.run(source, "setup")
    cells.run(answer, "hello")
    assert cells.says("hello-says") == told


def test_the_cell_that_imports_what_a_test_judges_with_is_no_answer() -> None:
    cells = Cells()
    cells.run("import time\nfrom looplab import SEED, check, expect, observe", "first")
    cells.run(GOOD, "hello")
    test = "check('says', points=1)\nrun = observe(hello, SEED)\nexpect(run).returned('hello')"
    assert cells.answers.answer(test, None) == GOOD


def test_a_test_cell_is_known_by_its_first_line() -> None:
    assert is_test(TEST)
    assert not is_test(GOOD)
