"""Of the lesson's own cells a subject runs what an answer needs, and no demonstration."""

from textwrap import dedent

import pytest

from loopgrade.examination import sandbox
from loopgrade.examination.examiner import StudentCell, examine
from loopgrade.examination.needs import needed
from loopgrade.examination.test_cell import TrustedTest

LESSON = {
    1: "import asyncio\nfrom looplab import enable, observe\n\nenable()\n\nPAUSE = 1",
    2: dedent(
        """\
        async def nap(seconds=PAUSE):
            await asyncio.sleep(seconds)


        async def main():
            await nap()
            shelf.add("main")


        run = observe(main)
        run.timeline()"""
    ),
    3: "shelf = set()\nshelf.add('book')\nasyncio.run(main())\nprint(len(shelf))",
    4: "class Box:\n    inside = None\n\n\nBox.inside = 3\ncount = 0\n\n\n"
    "def counted():\n    global count\n    count += 1\n\n\ncounted()",
}

SET_UP = "import asyncio\nfrom looplab import enable, observe\n\nenable()\n"


def asked(*others: str, tests: tuple[str, ...] = ()) -> dict[int, str]:
    return needed(LESSON, others, tests)


def test_what_nobody_uses_does_not_run() -> None:
    assert asked("def answer():\n    return 1") == {1: SET_UP}


def test_a_definition_comes_with_what_it_uses_itself_and_on_its_own_lines() -> None:
    chosen = asked("async def answer():\n    await nap()")
    assert chosen[1] == LESSON[1]  # PAUSE too
    assert chosen[2] == "".join(LESSON[2].splitlines(True)[:2])
    assert 3 not in chosen


def test_a_test_may_need_it_and_what_it_binds_itself_it_does_not_need() -> None:
    assert "nap" in asked("", tests=("observe(nap)",))[2]
    assert 2 not in asked("", tests=("def main(): ...\nrun = observe(main)",))


@pytest.mark.parametrize(
    ("use", "lines"),
    [
        ("shelf", ["shelf = set()", "shelf.add('book')"]),
        ("Box()", ["class Box:", "    inside = None", "Box.inside = 3"]),
        ("count", ["count = 0", "def counted():", "    global count", "    count += 1"]),
    ],
)
def test_what_changes_a_thing_belongs_to_it(use: str, lines: list[str]) -> None:
    chosen = asked(f"def answer():\n    return {use}")
    assert [each for n in (3, 4) for each in chosen.get(n, "").splitlines() if each] == lines


@pytest.mark.parametrize(
    "reach",
    [
        "globals()['nap']",
        "eval('nap')",
        "vars()",
        "import __main__",
        "from __main__ import nap",
        "__import__('sys').modules[__name__].nap",
        "importlib.import_module('__main__')",
        "sys._getframe().f_globals",
        "(lambda: 0).__globals__['nap']",
        "from tools import *",
        "_",
        "def broken(:",
    ],
)
def test_whoever_may_reach_any_name_finds_them_all(reach: str) -> None:
    assert asked(reach) == LESSON


def test_a_cell_of_the_lesson_that_cannot_be_read_leaves_all_as_it_stands() -> None:
    odd = {**LESSON, 5: "%%script\nx ="}
    assert needed(odd, ["nap()"], []) == odd


def test_a_demonstration_is_not_waited_for_and_a_definition_is_there() -> None:
    cells = [
        StudentCell(
            0, "import time\nprint('the lesson')\n\ndef half(n):\n    return n / 2", ours=True
        ),
        StudentCell(1, "time.sleep(50)\nraise SystemExit", ours=True),
        StudentCell(2, "print('mine')"),
        StudentCell(3, "def answer(n):\n    return half(n) + 1", "answer"),
    ]
    test = TrustedTest("answer-1", "answer", "expect(observe(answer, 4)).returned(3.0)")
    found = examine(cells, [test], level=sandbox.strongest(), seed=str)
    assert found.verdicts["answer-1"].passed
    assert found.outputs[0] == ()
    assert [each.text for each in found.outputs[2]] == ["mine\n"]


def test_a_name_that_only_running_tells_is_looked_for_in_the_whole_lesson() -> None:
    cells = [
        StudentCell(
            0,
            "names = {}\nfor key in ('half',):\n    exec(f'def {key}(n): return n / 2')",
            ours=True,
        ),
        StudentCell(1, "def answer(n):\n    return half(n) + 1", "answer"),
    ]
    test = TrustedTest("answer-1", "answer", "expect(observe(answer, 4)).returned(3.0)")
    found = examine(cells, [test], level=sandbox.strongest(), seed=str)
    assert found.verdicts["answer-1"].passed
