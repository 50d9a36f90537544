"""Verdicts are made outside the student's process, and no answer but a right one earns a point."""

import errno
import itertools
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psutil
import pytest

from loopgrade.examination import sandbox, subject
from loopgrade.examination.awake import AwakeClock
from loopgrade.examination.examiner import Examination, StudentCell, examine
from loopgrade.examination.forking import ForkServer
from loopgrade.examination.subject import Subject
from loopgrade.examination.test_cell import TrustedTest, Verdict, seed_of

SETUP = "import asyncio\nfrom looplab import check, enable, expect, gens, jobs, observe\nenable()"

RIGHT = """
async def fetch_all(job, n):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(i)) for i in range(n)]
    return [task.result() for task in tasks]
"""

OVERLAP = TrustedTest(
    "fetch_all-overlap",
    "fetch_all",
    """check("the jobs overlap", points=1)
run = observe(fetch_all, jobs([2, 1, 4], results=["a", "b", "c"]), 3)
expect(run).returned(["a", "b", "c"]).took(4, hint="start them all first").nothing_left()
### BEGIN HIDDEN TESTS
import random
random_ = random.Random(SEED)
for size in (0, 1, 5):
    delays_ = [random_.randrange(1, 9) for _ in range(size)]
    run = observe(fetch_all, jobs(delays_), size)
    expect(run).took(max(delays_, default=0), hint="start them all first")
### END HIDDEN TESTS
""",
)

SCENARIO = TrustedTest(
    "twice-scenario",
    "twice",
    """check("it doubles", points=2)
import asyncio
NUMBERS_ = (1, 2, 3)

def doubled_(n):
    return [twice(n), n]

async def all_of_them_(more):
    await asyncio.sleep(1)
    return [doubled_(n) for n in NUMBERS_ + more]

run = observe(all_of_them_, (4,))
expect(run).returned([[2, 1], [4, 2], [6, 3], [8, 4]]).took(1)
""",
)

SERVICES = TrustedTest(
    "fetch_all-services",
    "fetch_all",
    """check("it reads a source, and waits for clean-ups", points=1)
run = observe(fetch_all, jobs([9, 9], clean_ups=[3, 2]), 2, cancel_at=1.5)
expect(run).cancelled().jobs_ended(whole=True).took(4.5).nothing_left()

async def read_(items):
    return [item async for item in items]

run = observe(read_, arrivals("ab", pause=2))
expect(run).returned(["a", "b"]).took(6)
""",
)

SWALLOWS = """
async def fetch_all(job, n):
    try:
        await asyncio.gather(job(0), job(1))
    except BaseException:
        return "never mind"
"""

RIGHT_TWICE = "def twice(n):\n    return n + n"


def look(
    fetch_all: str = RIGHT,
    twice: str = RIGHT_TWICE,
    *,
    others: Sequence[str] = (),
    level: sandbox.Level | None = None,
) -> Examination:
    cells = [
        StudentCell(0, SETUP),
        *(StudentCell(n, text) for n, text in enumerate(others, 10)),
        StudentCell(1, fetch_all, "fetch_all"),
        StudentCell(2, twice, "twice"),
    ]
    return examine(
        cells,
        [OVERLAP, SCENARIO],
        level=level or sandbox.strongest(),
        seed=lambda test: seed_of(b"a test", "lesson", test),
    )


def overlap(found: Examination) -> Verdict:
    return found.verdicts["fetch_all-overlap"]


def twice(found: Examination) -> Verdict:
    return found.verdicts["twice-scenario"]


@pytest.mark.parametrize(
    ("answer", "other", "told"),
    [
        ("def twize(n): return n", "print(no_name)", "no cell defines `twice`: keep the name"),
        ("def twice(n): return add(n)", "twice(7)\nprint(no_name)", "'add' is not defined"),
        ("def twice(n): return add(n, n)", "print(no_name)\ndef add(a, b): ...", "'no_name'"),
        ("def twice(n): return add(n, n)", "def add(a, b) ...", "expected ':'"),
        ("def twice(n) return n", "print(no_name)", "the cell with your answer stopped: Syntax"),
    ],
)
def test_a_name_is_missing_since_the_cell_that_binds_it_stopped_and_no_other_one(
    answer: str, other: str, told: str
) -> None:
    said = twice(look(twice=answer, others=[other])).message
    assert told in " ".join(said.split())
    assert ("no_name" in told) == ("no_name" in said)


def test_what_jobs_sources_and_cancellations_do_crosses_to_the_subject() -> None:
    how: Any = {"level": sandbox.strongest(), "seed": lambda _: "a seed"}
    cells = [StudentCell(0, SETUP), StudentCell(1, RIGHT, "fetch_all")]
    assert examine(cells, [SERVICES], **how).verdicts["fetch_all-services"].message == ""
    cells[1] = StudentCell(1, SWALLOWS, "fetch_all")
    told = examine(cells, [SERVICES], **how).verdicts["fetch_all-services"].message
    assert "fetch_all(jobs, 2), cancelled at 1.5 s, lets CancelledError out" in told
    assert "it returned 'never mind'" in told


@pytest.mark.parametrize("level", sandbox.LEVELS)
def test_right_answers_pass_at_every_level(level: sandbox.Level) -> None:
    if level == "bubblewrap" and not sandbox.diagnose().works:
        pytest.skip(sandbox.diagnose().problem)
    found = look(level=level)
    assert [v.message for v in found.verdicts.values()] == ["", ""]
    assert all(verdict.passed for verdict in found.verdicts.values())


@pytest.mark.parametrize(
    ("answer", "happened"),
    [
        ("async def fetch_all(job, n):\n    return [await job(i) for i in range(n)]", "took 7 s"),
        ("async def fetch_all(job, n):\n    return ['a', 'b', 'c']", "took 0 s"),
        ("async def fetch_all(job, n):\n    return job", "it gave <function"),
        ("async def fetch_all(job, n):\n    raise NotImplementedError", "NotImplementedError"),
        ("async def fetch_all(job, n):\n    await asyncio.Event().wait()", "can ever run again"),
        ("async def fetch_all(job, n):\n    while True: await asyncio.sleep(0)", "no time passed"),
        ("async def fetch_all(job, n):\n    while True: pass", "processor time"),
        ("def fetch_all(job, n): return undefined_name", "'undefined_name' is not defined"),
        ("def fetch_all(job, n: return", "the cell with your answer stopped: SyntaxError"),
        ("fetch_al = None", "no cell defines `fetch_all`"),
        ("import os; os._exit(1)", "your code ended its own process"),
        ("async def fetch_all(job, n):\n    import os; os._exit(0)", "ended its own process"),
        ("async def fetch_all(job, n):\n    raise SystemExit", "SystemExit"),
        (
            "async def fetch_all(job, n):\n    return [bytearray(2**33)]",
            "MemoryError (it may use 1 GiB of memory: keep less)",
        ),
        ("import a_package_of_mine", "(it is graded with the standard library and looplab alone)"),
        ("async def fetch_all(job, n):\n    input()", "leave out input()"),
        ("async def fetch_all(job, n):\n    open('mine')", "none of your files is there"),
        ("import socket\nsocket.gethostbyname('no.invalid')", "there is no network"),
        ("async def fetch_all(job, n):\n    return [0] * 10**6", "its result cannot be read: The"),
        ("import os; os._exit(1)", "let it return instead"),
    ],
    ids=lambda text: text[:60].replace("\n", " "),
)
def test_wrong_answers_lose_for_a_reason_and_cost_no_other(answer: str, happened: str) -> None:
    found = look(answer)
    assert not overlap(found).passed
    assert happened in " ".join(overlap(found).message.split())
    assert overlap(found).message.startswith("✗ the jobs overlap (1 point)\n")
    assert twice(found).passed


POLLS = """
async def fetch_all(job, n):
    for _ in range(10**9):
        await asyncio.sleep(0.01)
"""


def test_a_program_that_polls_is_stopped_with_the_reason_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Most of its time passes between a question to the examiner and the answer."""
    monkeypatch.setattr("loopgrade.examination.subject.PROCESSOR_SECONDS", 0.1)
    tests = [replace(OVERLAP, grade_id=f"overlap-{n}") for n in range(8)]
    cells = [StudentCell(0, SETUP), StudentCell(1, POLLS, "fetch_all")]
    found = examine(cells, tests, level=sandbox.strongest(), seed=lambda test: "any")
    for verdict in found.verdicts.values():
        assert "it used more than 0.1 s of processor time" in verdict.message
    assert not found.flags


ALWAYS = """
class Always:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __bool__(self): return True
    def __len__(self): return 3
    def __iter__(self): return iter(())
class Number(float):
    __eq__ = Always.__eq__
    __hash__ = Always.__hash__
"""

TRANSFORMER = """
try:
    get_ipython
except NameError:
    pass
else:
    get_ipython().input_transformers_post.append(lambda lines: ["pass\\n"])
    get_ipython().ast_transformers.append(None)
import builtins, sys
builtins.compile = builtins.exec = lambda *a, **k: None
"""


@pytest.mark.parametrize(
    "answer",
    [
        TRANSFORMER,
        ALWAYS + "async def fetch_all(job, n): return Always()",
        ALWAYS + "async def fetch_all(job, n): return [Always() for _ in range(n)]",
        ALWAYS + "fetch_all = Always()",
        ALWAYS
        + """
import looplab.observer.expecting, looplab.observer.observing, looplab
looplab.observer.expecting.same = lambda a, b: True
looplab.expect = looplab.observe = lambda *a, **k: Always()
async def fetch_all(job, n): return 1
""",
        """
import asyncio, looplab.observer.observing as o, looplab.subject.requests as s
real = o.perform
def perform(*a, **k):
    run = real(*a, **k)
    import dataclasses
    return dataclasses.replace(run, duration=4.0, calls=())
o.perform = s.perform = perform
async def fetch_all(job, n): return [await job(i) for i in range(n)]
""",
        """
import os
for fd in range(3, 30):
    try:
        os.write(fd, b'{"id": "x", "run": {}}\\n')
    except OSError:
        pass
async def fetch_all(job, n): return [await job(i) for i in range(n)]
""",
        """
import looplab.subject.channel as s
lie = {"now": 4.0, "done": [[0, ["value", "a"]]], "answer": ["end", None]}
s.Channel.ask = lambda self, message: lie
async def fetch_all(job, n): return ["a", "b", "c"]
""",
    ],
    ids=["transformer", "equal", "equal items", "equal name", "checks", "run", "pipe", "clock"],
)
def test_no_trick_earns_a_point(answer: str) -> None:
    found = look(answer)
    assert not overlap(found).passed
    assert twice(found).passed


STEALS = """
import os
seen = []
for root in ("/", os.getcwd(), os.path.expanduser("~")):
    for folder, folders, files in os.walk(root):
        if folder.startswith(("/proc", "/sys", "/usr/lib")):
            folders.clear()
            continue
        seen += [os.path.join(folder, f) for f in files]
SECRETS = [f for f in seen if f.endswith((".ipynb", "gradebook.db")) or "/loopgrade/" in f
           or "/lessons/" in f or "/answers/" in f or f.endswith(".looplab_secret")]
def twice(n):
    return SECRETS
"""


def test_the_source_and_the_gradebook_are_out_of_sight() -> None:
    if not sandbox.diagnose().works:
        pytest.skip(sandbox.diagnose().problem)
    verdict = twice(look(twice=STEALS, level="bubblewrap"))
    assert verdict.run is not None
    assert verdict.run.result == [[[], 1], [[], 2], [[], 3], [[], 4]]


NETWORK = """
import socket
def twice(n):
    try:
        socket.create_connection(("127.0.0.1", 22), timeout=1)
    except OSError as error:
        return type(error).__name__
    return "connected"
"""


def test_there_is_no_network_and_no_installed_package() -> None:
    if not sandbox.diagnose().works:
        pytest.skip(sandbox.diagnose().problem)
    found = look(twice="import nbgrader" + NETWORK, level="bubblewrap")
    assert "ModuleNotFoundError" in twice(found).message
    found = look(twice=NETWORK, level="bubblewrap")
    assert "'ConnectionRefusedError'" in twice(found).message


def test_an_answer_may_use_the_answer_to_another_exercise() -> None:
    used = RIGHT_TWICE + "\nhelper = fetch_all"
    assert "NameError" in look(twice=used).outputs[2][0].name
    found = look(
        fetch_all=RIGHT + "\ndef double(n): return 2 * n", twice="def twice(n): return double(n)"
    )
    assert twice(found).passed


def test_a_cell_that_kills_its_process_is_left_out() -> None:
    found = look(others=["import os\nos.kill(os.getpid(), 9)", "print('still here')"])
    assert overlap(found).passed
    assert twice(found).passed
    assert found.outputs[10][0].text.startswith("your code ended its own process")
    assert found.outputs[11][0].text == "still here\n"


@pytest.mark.parametrize("number", [1, 2])
def test_a_machine_that_fails_judges_nobody(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    fork, starts = ForkServer.fork, itertools.count(1)

    def fails(server: ForkServer) -> tuple[int, int]:
        if next(starts) == number:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return fork(server)

    monkeypatch.setattr(ForkServer, "fork", fails)
    with pytest.raises(sandbox.SandboxError, match=r"does not start: .*Resource temp.*doctor"):
        look()


@pytest.mark.parametrize("what", ["the sandbox", "the subject"])
@pytest.mark.parametrize("doing", ["cell", "observe"])
def test_who_is_ended_by_the_machine_gets_another_chance(
    doing: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, ended = getattr(Subject, doing), []

    def is_ended(self: Subject, *args: object) -> object:
        if not ended:
            ended.append(self)
            assert self._server.process is not None
            process = psutil.Process(self._server.process.pid)
            if what == "the subject":
                process = process.children(recursive=True)[-1]
            process.kill()
            process.wait()
        return usual(self, *args)

    monkeypatch.setattr(Subject, doing, is_ended)
    found = look()
    assert [verdict.message for verdict in found.verdicts.values()] == ["", ""]
    assert not any(output.kind == "error" for told in found.outputs.values() for output in told)


def test_a_grader_that_is_stopped_for_a_while_does_not_count_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subject, "WALL_SECONDS", 4.0)
    script = "sleep 0.5; kill -STOP $1; sleep 5; kill -CONT $1"
    with subprocess.Popen(["sh", "-c", script, "sh", str(os.getpid())]):
        found = look(others=["import select\nselect.select([], [], [], 2)"])
    assert [verdict.message for verdict in found.verdicts.values()] == ["", ""]
    assert not any(output.kind == "error" for told in found.outputs.values() for output in told)


def test_a_grader_in_the_background_judges_alike() -> None:
    """There a shell has Ctrl+C ignored, and what is started inherits that."""
    presses = "import os, signal\ndef twice(n):\n    os.kill(os.getpid(), signal.SIGINT)"
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        verdict = twice(look(twice=presses))
    finally:
        signal.signal(signal.SIGINT, before)
    assert "KeyboardInterrupt" in verdict.message


def test_its_clock_counts_no_time_in_which_it_was_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times, work = iter([100.0, 100.25, 160.25, 161.0]), iter([7.0, 7.25, 7.5, 8.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    monkeypatch.setattr(time, "process_time", lambda: next(work))
    clock = AwakeClock()
    assert [clock.now() for _ in range(3)] == [0.25, 1.25, 2.0]


def test_its_clock_counts_the_examiners_own_work_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    times, work = iter([100.0, 140.0, 180.0]), iter([7.0, 37.0, 37.5])
    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    monkeypatch.setattr(time, "process_time", lambda: next(work))
    clock = AwakeClock()
    assert [clock.now() for _ in range(2)] == [30.0, 31.0]


def test_cells_run_as_in_a_notebook() -> None:
    cells = [
        "%matplotlib inline\nx = 1",
        "x += await asyncio.sleep(3600, 2)\nx",
        "asyncio.run(asyncio.sleep(3600, 'ran'))",
        "!ls",
        "1 / 0",
        "print('out'); import sys; print('err', file=sys.stderr)",
        "observe(asyncio.sleep, 3).timeline()",
        "display([1])",
        "x;",
    ]
    outputs = look(others=cells).outputs
    told = [[(each.kind, each.name, each.text) for each in outputs[n]] for n in range(10, 19)]
    assert told[:6] == [
        [],
        [("result", "", "3")],
        [("result", "", "'ran'")],
        [("stream", "stderr", "(!ls does not run when a notebook is graded)\n")],
        [("error", "ZeroDivisionError", "division by zero")],
        [("stream", "stdout", "out\n"), ("stream", "stderr", "err\n")],
    ]
    assert "sleep took 3 s" in told[6][0][2]
    assert outputs[16][0].run is not None
    assert outputs[16][0].run.duration == 3
    assert told[7:] == [[("display", "", "[1]")], []]


def test_the_timeline_magic_hands_its_run_over() -> None:
    cells = [
        "%%timeline\nasync def both():\n    await asyncio.gather("
        "*(asyncio.sleep(n) for n in (2, 1)))\nasyncio.run(both())\n'a value'",
        "%%timeline\nx = 1\nawait asyncio.sleep(3600)\n1 / 0",
        "x",
    ]
    outputs = look(others=cells).outputs
    value, drawn = outputs[10]
    assert (value.kind, value.text) == ("result", "'a value'")
    assert drawn.run is not None
    assert [life.function for life in drawn.run.lives] == ["this cell", "both", "sleep", "sleep"]
    assert (drawn.run.clock, drawn.run.duration) == ("virtual", 2)
    drawn, error = outputs[11]
    assert (error.name, error.traceback[1].strip()) == ("ZeroDivisionError", "1 / 0")
    assert drawn.run is not None
    assert drawn.run.duration == 3600
    assert [each.text for each in outputs[12]] == ["1"]


def test_a_comparison_is_told_in_words() -> None:
    cell = "from looplab import compare\ncompare(*(observe(asyncio.sleep, n) for n in (2, 1)))"
    [told] = look(others=[cell]).outputs[10]
    assert (told.kind, told.run) == ("result", None)
    assert told.text.startswith("sleep took 2 s\n")
    assert "\n\nsleep took 1 s\n" in told.text


def test_the_same_submission_gets_the_same_verdicts() -> None:
    answer = "async def fetch_all(job, n):\n    return list({await job(i) for i in range(n)})"
    first = look(answer)
    assert look(answer) == first
    assert not overlap(first).passed


def test_a_hidden_test_that_fails_is_known_as_hidden() -> None:
    by_heart = """
async def fetch_all(job, n):
    results = await asyncio.gather(*map(job, range(min(n, 3))))
    for i in range(3, n):
        results.append(await job(i))
    return results
"""
    verdict = overlap(look(by_heart))
    assert not verdict.passed
    assert verdict.hidden
    assert verdict.hint == "start them all first"


def test_details_are_asked_for_where_a_test_fails_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []
    request = Subject._request

    def counted(self: Subject, patience: float | None = None, **message: Any) -> None:
        asked.append(message.get("op"))
        request(self, patience, **message)

    monkeypatch.setattr(Subject, "_request", counted)
    assert overlap(look()).passed
    assert "observe" in asked and "details" not in asked
    # The subject is gone by now, and what it did is there.
    run = overlap(look(SWALLOWS)).run
    assert run is not None and len(run.tasks) == 3
    assert asked.count("details") == 1


def test_a_subject_keeps_the_details_of_one_test() -> None:
    test = replace(
        OVERLAP,
        source="""check("who ran", points=1)
first = observe(fetch_all, jobs([2, 1]), 2)
second = observe(fetch_all, jobs([3, 1, 1]), 3)
assert (len(first.tasks), len(second.tasks)) == (3, 4)
""",
    )
    cells = [StudentCell(0, SETUP), StudentCell(1, RIGHT, "fetch_all")]
    found = examine(
        cells,
        [test, replace(test, grade_id="fetch_all-again")],
        level=sandbox.strongest(),
        seed=str,
        keep=True,
    )
    assert all(verdict.passed for verdict in found.verdicts.values())
    kept = found.verdicts["fetch_all-again"].observed
    assert [len(run.tasks) for run in kept] == [3, 4]


def test_what_is_local_to_a_scenario_stays_with_the_examiner() -> None:
    """A test's own `answer_` is not sent for a scenario that has a local one."""
    test = TrustedTest(
        "f-local",
        "f",
        """check("local", points=1)
answer_ = [ValueError("the expected one")]
def ask_():
    answer_ = f()
    return [answer_, sorted(globals())]
run = observe(ask_)
expect(run).that(run.result[0] == 3, expected="3", happened=str(run.result))
expect(run).that("answer_" not in run.result[1], expected="no", happened=str(run.result[1]))
""",
    )
    cells = [StudentCell(0, "def f(): return 3", "f")]
    found = examine(cells, [test], level=sandbox.strongest(), seed=str)
    assert found.verdicts["f-local"].message == ""


def test_the_seed_differs_from_test_to_test_and_from_course_to_course() -> None:
    seeds = {seed_of(secret, "l", test) for secret in (b"a", b"b") for test in ("x", "y")}
    assert len(seeds) == 4


RUNS_IT = {
    "asyncio.run": "shown = asyncio.run(fetch_all(later, 3))",
    "await": "shown = await fetch_all(later, 3)",
    "both": "asyncio.run(fetch_all(later, 2))\nshown = await fetch_all(later, 3)",
    "neither": "",
}


@pytest.mark.parametrize("tries", RUNS_IT.values(), ids=RUNS_IT)
def test_however_a_student_tries_it_out_the_verdict_is_the_same(tries: str) -> None:
    job = "async def later(i):\n    await asyncio.sleep(i)\n    return i"
    right = look(f"{RIGHT}\n{job}\n{tries}", others=[tries.replace("shown", "again")])
    assert all(verdict.passed for verdict in right.verdicts.values())
    sequential = "async def fetch_all(job, n):\n    return [await job(i) for i in range(n)]"
    wrong = look(f"{sequential}\n{job}\n{tries}").verdicts["fetch_all-overlap"]
    assert not wrong.passed
    assert "it took 7 s" in wrong.message


def test_an_examiner_that_fails_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong on this side, what was started ends, and nobody loses a point for it."""
    started = []
    start = sandbox.start

    def noted(level: sandbox.Level, control: int) -> subprocess.Popen[bytes]:
        started.append(start(level, control))
        return started[-1]

    def fail(*_: object) -> str:
        raise OSError("no more random numbers")

    monkeypatch.setattr(sandbox, "start", noted)
    monkeypatch.setattr("loopgrade.examination.subject.secrets.token_hex", fail)
    with pytest.raises(sandbox.SandboxError, match="cannot go on: no more random numbers"):
        look()
    assert started
    assert all(process.returncode is not None for process in started)
