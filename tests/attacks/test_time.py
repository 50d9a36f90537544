"""An exercise takes the examiner a bounded time, whatever comes, and says why it stopped."""

import time

import pytest
from attacking import CHANNEL, RUN, Attack, passed

from loopgrade.examination import examiner, notation, subject
from loopgrade.examination.notation import MAX_SOURCE
from loopgrade.examination.test_cell import TrustedTest

ANSWER, OTHERS, READING = 3.0, 1.5, 15.0
"""Seconds for the answer and for the other cells, and what reading a text and a reply may take."""

MANY = TrustedTest(
    "twice-many",
    "twice",
    """check("many", points=1)
for number_ in range(3_000):
    run = observe(twice, number_)
    expect(run).returned(2 * number_)
    assert run.lives
""",
)

EACH_TIME = f"""{CHANNEL}{RUN}
def life(n, spans):
    return {{"id": n, "kind": "task", "name": "a", "function": "f", "created_by": None,
        "cancelled_by": None, "outcome": "pending", "error": None, "returned": "",
        "spans": spans}}
def span(n):
    return {{"state": "waiting", "start": n, "stop": n + 1, "first": n, "last": n + 1,
        "reason": "x", "line": 1, "woken_by": 0, "held_by": 0, "inside": ""}}
end = subject.Channel.end
def lie(self, reply):
    for told in ("run", "details"):
        for name in CHANGES.keys() & reply.get(told, {{}}).keys(): reply[told][name] = CHANGES[name]
    end(self, reply)
subject.Channel.end = lie
def twice(n): return 2 * n
"""

ANSWERS = {
    "many lives each time": (
        f"{EACH_TIME}CHANGES = dict(lives=[life(n, []) for n in range(40_000)])"
    ),
    "many spans each time": (
        f"{EACH_TIME}CHANGES = dict(lives=[life(0, [span(n) for n in range(50_000)])])"
    ),
    "many who wait for each other each time": (
        f"{EACH_TIME}CHANGES = dict(deadlock=[{{'task': f'a{{n}}', 'reason': 'x', 'line': 1,"
        " 'held_by': f'a{n - 1}'} for n in range(90_000)])"
    ),
    "a deep value each time": """
def twice(n):
    deep = n
    for _ in range(38): deep = [deep, n]
    return [deep] * 900""",
    "a deeper one than can be read": """
def twice(n):
    deep = []
    for _ in range(300_000): deep = [deep]
    return deep""",
    "a byte now and then": f"""{CHANNEL}
def twice(n):
    for _ in range(10**6):
        threading.Event().wait(0.05)
        channel._replies.write(b" ")
        channel._replies.flush()""",
    "a little time each time": """
import threading
def twice(n):
    threading.Event().wait(0.2)
    return 2 * n""",
    "a text to read each time": """
def twice(n):
    compile("x = " + "a.b." * 12_000 + f"c{n}", "<cell 1>", "exec")
    return 2 * n""",
    "a notice each time": f"""{CHANNEL}
def twice(n):
    for _ in range(20_000): say('{{"id": "ID", "notice": "runs: x.y"}}')
    return 2 * n""",
    "it ends each time": """
import os
def twice(n): os._exit(n) if n % 3 else 2 * n""",
}


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch, attack: Attack) -> None:
    """`attack` has set some of these before."""
    monkeypatch.setattr(subject, "WALL_SECONDS", 2.0)
    monkeypatch.setattr(examiner, "EXERCISE_SECONDS", ANSWER)
    monkeypatch.setattr(examiner, "OTHER_SECONDS", OTHERS)
    monkeypatch.setattr(notation, "MAX_SOURCES", 2 * MAX_SOURCE)


def examined(attack: Attack, answer: str, others: list[str]) -> str:
    """Return how the test that asks much of an answer failed; it took no longer than promised."""
    start = time.process_time(), time.monotonic()
    found = attack(twice=answer, others=others, only="twice", more=[MANY])
    assert time.process_time() - start[0] < ANSWER + OTHERS + READING
    assert time.monotonic() - start[1] < 3 * (ANSWER + OTHERS + READING)  # others work here too
    assert "twice-many" not in passed(found)
    return " ".join(found.verdicts["twice-many"].message.split())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try one in three; with `--every-program` all."""
    step = 1 if metafunc.config.getoption("--every-program") else 3
    for name, programs in (("answer", ANSWERS), ("cell", OTHER_CELLS)):
        if name in metafunc.fixturenames:
            chosen = dict(list(programs.items())[::step])
            metafunc.parametrize(name, chosen.values(), ids=chosen)


def test_no_answer_takes_the_examiner_longer(attack: Attack, answer: str) -> None:
    assert examined(attack, answer, [])


OTHER_CELLS = {
    "long texts in which values stand": "f'" + "{a}" * 33_000 + "'",
    "long texts of attributes": ("x" + ".a" * 90 + "\n") * 500,
    "long texts that are no Python": "%time x\n" * 400 + "x = 1\n" * 9_000,
    "deep texts": "(" * 45_000 + ")" * 45_000,
    "deep texts of signs": "-" * 90_000 + "1",
    "cells that wait": "import threading\nthreading.Event().wait()",
    "cells that end all": "import os\nos._exit(0)",
}


def test_no_other_cells_take_the_examiner_longer(attack: Attack, cell: str) -> None:
    assert len(cell) < MAX_SOURCE
    assert examined(attack, "def twice(n): return n", [cell] * 40)
