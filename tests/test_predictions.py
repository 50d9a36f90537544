"""The lessons' predictions: each is a choice, one is right, and the lesson then shows it."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from loopgrade.authoring.lesson import Cell, Lesson, read_lesson
from loopgrade.authoring.predictions import MOST, WIDTH, is_prediction, sealed_source
from looplab import predict
from looplab.notebook.predicting import Prediction

ROOT = Path(__file__).parents[1]
LESSONS = sorted(path.stem for path in (ROOT / "autograder" / "lessons").glob("*.py"))
ASKS = "**Predict.**"

SHOWN: dict[str, list[str | None]] = {
    "00_start_here": [
        "waited 1 s in all: sleep(1)",
        "hello world at 2.0",
        "walking took 250 s",
    ],
    "01_coroutines": [
        "the function is one: True\nWaiting: 2",
        "...>\nWaiting: 2\n<Task pending",
        "it waits: two_of took 2 s",
        "Waiting: 1\nfirst:",
        "...>\nWaiting: 2\n<Task finished",
        "task main (Task-1)",
    ],
    "02_yield_and_send": [
        "plain: 5 5 5\nmain has a generator\ncountdown begins\ngenerator: 5 4 3",
        "next gives 0\n    letters was sent 'hello'\nsend gives 5",
        "Ann does step 1\nBob does step 1\nAnn does step 2",
        "checker cleans up\nmain goes on",
        "consumer got 3\nmain: that is enough",
        "producer: ran 5 times, waited for Queue.put",
    ],
    "03_yield_from": [
        "greet delegates to: ask",
        "checker cleans up\n  desk cleans up",
        "3 s: it returned",
        "send gives 2",
        None,
        "compute 3 + 4 ...\n1 + 2 = 3\n3 + 4 = 7",
        "task main (Task-1)",
    ],
    "04_async_await": [
        "main, after three awaits\nother",
        "other\nchild 1",
        "inner awaits\nsleep awaits\na future",
        "beat at 3 s\nbeat at 4 s\nbeat at 5 s",
        "before the yield\nother\nafter the yield",
        "now: new_sum took 1 s",
    ],
    "05_event_loop": [
        "Ann step 1\n    a plain function\n    Bob step 1\nturn 2",
        "soon\ntimer of 0 s\nworld\nhello",
        "Ann step 1\n    Bob step 1\n    Ann step 2",
        "left: ['world']\nworld",
        "while the cell awaited: True\nit ticked while asyncio.run ran: False",
    ],
    "06_tasks": [
        "hello at 2 s\nworld at 3 s",
        "hello at 2 s\nworld at 2 s",
        "begins at 0 s\nhello begins at 2 s",
        "learnt at 3 s",
        "Task\nhello",
        "the block has come to its end\nhello world",
    ],
    "07_callbacks_and_results": [
        "main goes on\nwaiter has hello",
        "result()    raises InvalidStateError",
        "Callback: done 2\nawait gives done 2\nmain goes on\n    Callback",
        "main catches: nothing to say",
        "called back in the loop's thread: False\n    filled in the loop's thread: True",
    ],
    "08_many_at_once": [
        "together took 4 s",
        "1 s: done 1\n2 s: done 2\n4 s: done 4",
        "2 s: still running: ['work 4']",
        "3 s: done: 2 pending: 1",
        "steam_basket: under way at once: 3, work: next to none\nknead_bowl: under way at once: 1",
        None,
    ],
    "09_gather_and_nesting": [
        "main took 5 s",
        "new tasks: 1 - world is one of them: False",
        "main caught: no hello\n2 s: world ends\nlost: ()",
        "3 s: CancelledError - world is done: False",
        "sleep(4) (cancelled); cancelled by page hello at 2 s",
        "with_as_completed returned [1, ValueError('no 2'), 4]\n2 s: lets_it_out raised",
    ],
    "10_lock": [
        "no_await      100\nawait_inside  1\nin_one_line   1\nlocked        100",
        "2  gives 105\n       2  gives 110\n       2  gives 115",
        "in 1 order, which is all",
        "three_customers took 19 s",
        "4  raises Deadlock",
        "an event, set at 1 s\n1 s: begin work 4\n1 s: begin work 2\n1 s: begin work 1",
        "0 s: is it enough? []\n1 s: is it enough? [1]\n2 s: is it enough? [1, 2]",
        "both(): ['hello', 'world']\nsay_after(1, 'hello'): hello\nboth(): RuntimeError",
    ],
    "11_cancellation_and_ctrl_c": [
        "the task has ended: False\n1 s: thrown into inner",
        "1 s: begins to clean up\n2 s: has cleaned up",
        "2.5 s: TimeoutError",
        "1 s: the caller has ended, cancelled: True\n2 s: saved",
        "2 s: groups - no error",
        "work has cleaned up\nmain cleans up\nout of asyncio.run",
        "not ended: ['main']",
        "1.5 s: the library's task ends",
    ],
    "12_threads": [
        None,
        None,
        None,
        None,
        None,
        None,
    ],
    "13_master_worker": [
        "master took 7 s",
        None,
        "1 s: worker-2 takes 4 - in the queue: 0\n5 s: all jobs are done",
        "error: Deadlock",
        "dealt out: [3, 3] - one queue: [5, 1]",
        "master ends\nworker puts things in order",
    ],
}
"""What the part of the lesson shows, in print or in the words of its pictures, that makes the right
choice of each prediction right. None where it is an error's text, real time, or what `printed.txt`
leaves out since it differs from machine to machine."""


def lesson_of(name: str) -> Lesson:
    return read_lesson(ROOT / "autograder" / "lessons" / f"{name}.py")


def predictions_of(lesson: Lesson) -> list[tuple[int, Prediction]]:
    return [
        (number, eval(cell.source, {"predict": predict}))
        for number, cell in enumerate(lesson.cells)
        if cell.kind == "code" and is_prediction(cell.source)
    ]


def heading_of(cells: tuple[Cell, ...]) -> str:
    prose = "\n".join(cell.source for cell in cells if cell.kind == "markdown")
    return re.findall(r"^#+ (.+)$", prose, re.MULTILINE)[-1]


def shown_under(lesson: str, heading: str) -> str:
    folder = ROOT / "docs" / "gallery" / lesson
    parts = []
    for file, begins in (("printed.txt", "== "), ("words.txt", r"\d\d ")):
        text = (folder / file).read_text(encoding="utf-8")
        parts += re.findall(
            rf"^{begins}{re.escape(heading)}\n((?:.+\n|\n(?!{begins}))*)", text, re.M
        )
    return "\n".join(parts)


@pytest.mark.parametrize("name", LESSONS)
def test_what_asks_to_predict_has_a_choice_and_a_program_that_shows_it(name: str) -> None:
    lesson = lesson_of(name)
    found = predictions_of(lesson)
    assert found
    asked = [number for number, cell in enumerate(lesson.cells) if ASKS in cell.source]
    assert [number for number, _ in found] == [number + 1 for number in asked]
    assert len({each.seal for _, each in found}) == len(found)
    for number, each in found:
        assert not each.said
        assert 2 <= len(each.choices) <= MOST
        assert len(set(each.choices.values())) == len(each.choices)
        assert each.right in each.choices
        shows = lesson.cells[number + 1]
        assert shows.kind == "code"
        assert shows.role != "test"
        assert not is_prediction(shows.source)


@pytest.mark.parametrize("name", LESSONS)
def test_the_right_choice_is_what_the_lesson_shows(name: str) -> None:
    lesson = lesson_of(name)
    found = predictions_of(lesson)
    assert len(SHOWN[name]) == len(found)
    for (number, each), shown in zip(found, SHOWN[name], strict=True):
        if shown is not None:
            part = shown_under(name, heading_of(lesson.cells[:number]))
            assert shown in part, (each.choices[each.right], part)


@pytest.mark.parametrize("name", LESSONS)
def test_no_choice_runs_out_of_a_narrow_cell(name: str) -> None:
    cells = [each for each in lesson_of(name).cells if is_prediction(each.source)]
    assert {
        line for each in cells for line in each.source.split("\n") if len(line) > WIDTH
    } == set()


def test_a_choice_in_several_lines_says_the_same() -> None:
    choices = {"A": "both at once, but 'b' ends — with a \"—\" — before a", "B": "word " * 30}
    given = "".join(f"    {name}={text!r},\n" for name, text in choices.items())
    built = sealed_source(f'predict(\n    "",\n{given}    right="B",\n)')
    assert eval(built, {"predict": predict}).choices == choices
    assert eval(built, {"predict": predict}).right == "B"


def test_no_letter_is_the_one_to_guess() -> None:
    rights = {name: [each.right for _, each in predictions_of(lesson_of(name))] for name in LESSONS}
    assert all(len(set(letters)) > 1 for letters in rights.values())
    count = Counter(letter for letters in rights.values() for letter in letters)
    assert max(count.values()) < count.total() * 0.4
    for letters in rights.values():
        assert not re.search(r"(.)\1\1", "".join(letters))


def test_the_right_choice_is_not_the_longest() -> None:
    longest = [
        len(each.choices[each.right]) == max(map(len, each.choices.values()))
        for name in LESSONS
        for _, each in predictions_of(lesson_of(name))
    ]
    assert sum(longest) < len(longest) * 0.4


def test_the_source_of_a_student_does_not_say_which_is_right() -> None:
    for name in LESSONS:
        for number, each in predictions_of(lesson := lesson_of(name)):
            call = ast.parse(lesson.cells[number].source, mode="eval").body
            assert isinstance(call, ast.Call)
            [right] = [part.value for part in call.keywords if part.arg == "right"]
            assert isinstance(right, ast.Constant)
            assert right.value == each.seal != each.right
