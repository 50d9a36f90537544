"""What smells of tampering is flagged for a human, and changes no verdict; honest code is not."""

import pytest
from attacking import Attack, passed
from small import ANSWERS, RIGHT

from loopgrade.examination import subject
from loopgrade.examination.subject import MAX_NOTICES
from loopgrade.examination.test_cell import TrustedTest

NOTHING_LEFT = TrustedTest(
    "fetch_all-left",
    "fetch_all",
    """check("nothing is left", points=1)
run = observe(fetch_all, jobs([2, 1, 4]), 1)
expect(run).nothing_left()
""",
)

LEAKS = """
import asyncio
async def fetch_all(job, n):
    asyncio.create_task(asyncio.sleep(99))
    return [await job(i) for i in range(n)]
"""

HIDING = {
    "all_tasks": ("import asyncio\nasyncio.all_tasks = lambda *_: set()", "asyncio.all_tasks"),
    "the recorder's word": (
        "import looplab.observer.observing as o\no.left_on = lambda *_: ()",
        "looplab.observer.observing.left_on",
    ),
    "a Run of its own": (
        """
import dataclasses, looplab.subject.requests as subject
perform = subject.perform
subject.perform = lambda *a, **k: dataclasses.replace(perform(*a, **k), leftovers=())
""",
        "looplab.subject.requests.perform",
    ),
}


@pytest.mark.parametrize(("patch", "replaced"), HIDING.values(), ids=HIDING)
def test_evidence_that_is_hidden_is_flagged(attack: Attack, patch: str, replaced: str) -> None:
    """Leftovers are known to the subject alone: to hide them may earn a point, and a flag."""
    honest = attack(LEAKS, only="fetch", more=[NOTHING_LEFT])
    assert "fetch_all-left" not in passed(honest)
    assert not honest.flags
    found = attack(patch + LEAKS, more=[NOTHING_LEFT])
    assert f"replaces {replaced}" in found.flags["fetch_all"]
    assert any("(line " in told for told in found.flags["fetch_all"])


IN_THE_LAST_PROGRAM = """
import asyncio, signal

async def fetch_all(job, n):
    if n == 7:
        {act}
    return [await job(i) for i in range(n)]
"""


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("asyncio.Queue.get = None", "replaces asyncio.queues.Queue.get"),
        (
            "signal.setitimer(signal.ITIMER_REAL, 0.3)",
            "keeps its process from being looked at",
        ),
    ],
)
def test_what_the_last_program_leaves_is_looked_at_too(attack: Attack, act: str, told: str) -> None:
    answer = IN_THE_LAST_PROGRAM.format(act=act)
    waits = TrustedTest(
        "fetch_all-last",
        "fetch_all",
        """check("seven", points=1)
import time
expect(observe(fetch_all, jobs([1] * 7), 7)).took(7)
time.sleep(0.6)
""",
    )
    found = attack(answer, only="fetch", more=[waits])
    assert "fetch_all-last" in passed(found)
    assert any(told in each for each in found.flags["fetch_all"]), found.flags


SMELLS = {
    "frames": ("import sys\nsys._getframe()", "looks into the frames of its callers"),
    "tracebacks": (
        "try: 1 / 0\nexcept Exception as e: e.__traceback__.tb_frame.f_back",
        "looks into closures, frames",
    ),
    "objects": (
        "import gc\ngc.get_objects()",
        "asks the garbage collector for objects that are not its own",
    ),
    "a trace": ("import sys\nsys.settrace(None)", "sets a trace function"),
    "ctypes": ("import ctypes", "uses ctypes"),
    "other code": (
        "import asyncio\nasyncio.to_thread.__code__ = (lambda: 0).__code__",
        "sets the code, defaults",
    ),
    "writing": ("try: open('/subject/x', 'w')\nexcept OSError: pass", "writes outside"),
    "proc": ("import pathlib\npathlib.Path('/proc/1/status').read_text()", "reads /proc"),
    "signals": ("import os\ntry: os.kill(1, 0)\nexcept OSError: pass", "sends a signal to another"),
    "a file's name": (
        "import looplab\ncompile('1', looplab.__file__, 'exec')",
        "names its code after a file of Python's or looplab's",
    ),
    "frames, by eval": ("import sys\neval('sys._getframe()')", "looks into the frames"),
    "frames, by inspect": (
        "import inspect\ninspect.currentframe().f_back",
        "looks into the frames",
    ),
    "frames, by a stack": ("import inspect\ninspect.stack()", "looks into the frames"),
    "frames, by logging": ("import logging\nlogging.currentframe()", "looks into the frames"),
    "frames, by a walk": (
        "import traceback\n[frame for frame, _ in traceback.walk_stack(None)]",
        "looks into the frames",
    ),
    "frames of an error, by a walk": (
        "import traceback\ntry: 1 / 0\n"
        "except Exception as e: next(traceback.walk_tb(e.__traceback__))[0].f_back",
        "looks into closures, frames",
    ),
    "frames, by what calls anything": (
        "import functools, sys\nclass D(int): f = functools.cached_property(sys._getframe)\nD(2).f",
        "looks into the frames",
    ),
    "frames, by a thread": (
        "import sys\nfrom concurrent.futures import ThreadPoolExecutor as Pool\n"
        "with Pool() as pool: pool.submit(sys._current_frames).result()",
        "looks into the frames",
    ),
    "objects, by a thread": (
        "import gc\nfrom concurrent.futures import ThreadPoolExecutor as Pool\n"
        "with Pool() as pool: pool.submit(gc.get_objects).result()",
        "asks the garbage collector",
    ),
    "frames, by a module of its own": (
        "import sys\nopen('/tmp/mine.py', 'w').write('import sys; sys._getframe()')\n"
        "sys.path.insert(0, '/tmp')\nimport mine",
        "looks into the frames",
    ),
    "frames, once too deep to tell": (
        "import sys\ndef down():\n    try: down()\n    except RecursionError: sys._getframe()\n"
        "try: down()\nexcept RecursionError: pass",
        "looks into the frames",
    ),
    "a trace, by bdb": ("import bdb\nbdb.Bdb().runcall(int)", "sets a trace function"),
    "other defaults": (
        "import looplab.observer.schedules as e\ne.Schedule.__init__.__defaults__ = ((1,), None)",
        "sets the code, defaults",
    ),
    "other code, by a mock": (
        "import asyncio\nfrom unittest.mock import patch\ndef mine(): pass\n"
        "patch.object(asyncio.to_thread, '__code__', mine.__code__).start()",
        "sets the code, defaults",
    ),
    "another class": (
        "import asyncio\nclass Mine(asyncio.SelectorEventLoop): pass\n"
        "loop = asyncio.new_event_loop()\nloop.__class__ = type(loop)",
        "sets the code, defaults",
    ),
    "a file of Python's": (
        "import os\ncompile('1', os.__file__, 'exec')",
        "names its code after a file of Python's",
    ),
    "a file of Python's, later": (
        "import os, types\ndef f(): pass\nf.__code__.replace(co_filename=os.__file__)",
        "names its code after a file of Python's",
    ),
    "removing": (
        "import os\ntry: os.remove('/subject/looplab/runs/run.py')\nexcept OSError: pass",
        "writes outside",
    ),
    "beside its folder": ("try: open('/tmp2', 'w')\nexcept OSError: pass", "writes outside"),
    "a list of processes": ("import os\nos.listdir('/proc')", "reads /proc"),
    "patched asyncio": ("import asyncio\nasyncio.sleep = None", "replaces asyncio.sleep"),
    "patched builtins": ("import builtins\nbuiltins.sum = max", "replaces builtins.sum"),
    "patched limits": (
        "import looplab.virtual.loop as c\nc.MAX_TURNS = 10**9",
        "replaces looplab.virtual.loop",
    ),
}


@pytest.mark.parametrize(("code", "words"), SMELLS.values(), ids=SMELLS)
def test_what_smells_is_flagged_and_costs_nothing(attack: Attack, code: str, words: str) -> None:
    found = attack(twice=f"{code}\n{RIGHT['twice']}", only="twice")
    assert passed(found) == {"twice-seven"}
    assert any(words in told for told in found.flags["twice"])


def test_a_notice_of_a_thread_comes_with_the_next_request(attack: Attack) -> None:
    later = """
import sys, threading
timer = threading.Timer(0.05, sys._getframe)
timer.function = lambda: sys._getframe()
timer.start()
"""
    wait = "\ndef twice(n):\n    timer.join()\n    return n + n"
    found = attack(twice=later + wait, only="twice")
    assert passed(found) == {"twice-seven"}
    assert "looks into the frames of its callers" in found.flags["twice"]


def test_who_speaks_out_of_turn_is_flagged(attack: Attack) -> None:
    forged = (
        "import os\nfor n in range(3, 20):\n    try: os.write(n, b'{}\\n')\n    except OSError: 0"
    )
    found = attack(twice=f"{forged}\n{RIGHT['twice']}", only="twice")
    assert found.flags == {"twice": ("speaks out of turn",)}


def test_the_answer_that_another_one_needs_is_read_too(attack: Attack) -> None:
    helper = """
import asyncio
async def helped(job, n):
    asyncio.get_running_loop()._scheduled.clear()
    return await asyncio.gather(*map(job, range(n)))
"""
    asks = "async def fetch_all(job, n):\n    return await helped(job, n)"
    found = attack(asks, helper + RIGHT["twice"])
    assert passed(found) == {"fetch_all-order", "fetch_all-overlap", "twice-seven"}
    assert any("_scheduled" in told for told in found.flags["fetch_all"])


BRIEFLY = {
    "a function of a module": (
        "import asyncio\nhere = [asyncio][0]\nsleep = here.sleep\n"
        "def twice(n):\n    here.sleep = None\n    here.sleep = sleep\n    return n + n",
        "replaces asyncio.sleep",
    ),
    "a method of a loop": (
        "import asyncio\nasync def twice(n):\n    here = [asyncio.get_running_loop()][0]\n"
        "    here.call_later = print\n    del here.call_later\n    return n + n",
        "puts something in the place of a loop's method",
    ),
    "a text in a file": (
        "import pathlib, sys\npathlib.Path('/tmp/mine.py').write_text('import gc as g\\n"
        "def f(o): return o.__closure__')\nsys.path.append('/tmp')\nimport mine\n"
        "def twice(n): return n + n",
        "looks into closures, frames or what else it was not given (line 2) of a text",
    ),
    "a module named as Python's": (
        "import pathlib, sys\npathlib.Path('/tmp/colorsys.py').write_text('')\n"
        "sys.path.insert(0, '/tmp')\nimport colorsys\ndef twice(n): return n + n",
        "runs a module of its own",
    ),
    "a pickle": (
        "import pickle\npickle.loads(b'casyncio.tasks\\n_unregister_task\\n.')\n"
        "def twice(n): return n + n",
        "out of a pickle",
    ),
}


@pytest.mark.parametrize(("code", "words"), BRIEFLY.values(), ids=BRIEFLY)
def test_what_is_put_back_or_stands_in_no_cell_is_flagged(
    attack: Attack, code: str, words: str
) -> None:
    found = attack(twice=code, only="twice")
    assert passed(found) == {"twice-seven"}
    assert any(words in told for told in found.flags["twice"])


def test_a_flood_of_texts_is_bounded(attack: Attack) -> None:
    texts = "for n in range(3):\n    exec(f'_x{n} = 0' + ' ' * 80_000)\n"
    found = attack(twice=texts + RIGHT["twice"], only="twice")
    assert passed(found) == {"twice-seven"}
    assert any("more texts" in told for told in found.flags["twice"])


HONEST = {
    "the bank": ANSWERS["fetch_all/wrong/sequential.py"],
    "a traceback printed": "import traceback\ntry: 1 / 0\nexcept Exception: traceback.print_exc()",
    "logging": "import logging\nlogging.warning('so')",
    "a named tuple and a dataclass": (
        "import collections, dataclasses\nP = collections.namedtuple('P', 'x')\n"
        "@dataclasses.dataclass\nclass Q: x: int = 1"
    ),
    "inspect": (
        "import inspect\ndef g(): yield\ninspect.getgeneratorlocals(g())\ng().gi_frame.f_lineno"
    ),
    "a file of its own": "open('/tmp/mine', 'w').write('x')",
    "a pool": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor() as pool: pool.submit(int).result()"
    ),
    "a child": "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import ctypes'])",
    "a fork": "import os\nif not os.fork(): os._exit(0)\nos.wait()",
    "old spellings": "import looplab\nlooplab.enable(legacy=True)",
    "an observation": "import looplab\nlooplab.observe(sorted, [2, 1]).timeline()",
    "a recording": (
        "import looplab\nasync def main(): pass\nimport asyncio\n"
        "with looplab.recording(): asyncio.run(main())"
    ),
    "a breakpoint": "breakpoint()",
    "a profile": "import cProfile, pstats\npr = cProfile.Profile()\npr.enable()\npr.disable()\n"
    "cProfile.run('1 + 1')",
    "a shared value": "import multiprocessing\nmultiprocessing.Value('i', 3).value",
    "the frame of its own error": (
        "try: 1 / 0\n"
        "except Exception as e: print(e.__traceback__.tb_frame, e.__traceback__.tb_lineno)"
    ),
    "the memory of the machine": "open('/proc/meminfo').read()",
    "a new name": "import asyncio\nasyncio.mine = 1",
    "a class of its own": "class A: pass\nclass B: pass\na = A()\na.__class__ = B",
    "an old coroutine": "import types\n@types.coroutine\ndef f(): yield",
    "a doctest": "import doctest\ndef f():\n    '>>> f()'\ndoctest.testmod()",
    "a unit test": (
        "import unittest\nclass T(unittest.TestCase):\n"
        "    def test(self):\n        with self.assertRaises(OSError): open('/nowhere')\n"
        "unittest.main(argv=['x'], exit=False)"
    ),
    "types": (
        "import enum, typing\nenum.Enum('E', 'a b')\ntyping.NamedTuple('N', [('x', int)])\n"
        "typing.TypedDict('D', {'x': int})\ntyping.TypeVar('T')\ntyping.NewType('I', int)"
    ),
    "a stack in the log": "import logging\nlogging.warning('so', stack_info=True)",
    "a stack printed": (
        "import traceback\ntraceback.print_stack()\ntry: 1 / 0\n"
        "except Exception as e: traceback.TracebackException.from_exception(e, capture_locals=True)"
    ),
    "a mock": (
        "import asyncio\nfrom unittest.mock import AsyncMock, patch\n"
        "with patch('asyncio.sleep', AsyncMock()): asyncio.run(asyncio.sleep(1))"
    ),
    "debug": (
        "import asyncio\nasync def main(): asyncio.current_task().print_stack()\n"
        "asyncio.run(main(), debug=True)"
    ),
}


@pytest.mark.parametrize("code", HONEST.values(), ids=HONEST)
def test_honest_code_is_not_flagged(attack: Attack, code: str) -> None:
    assert not attack(others=[code]).flags


STOPPED = {
    "yields": "for _ in ones(): pass",
    "starts": "while True: next(ones())",
    "throws": """
    each = ones()
    next(each)
    while True: each.throw(ValueError)""",
    "calls": "while True: len('')",
}


@pytest.mark.parametrize("loop", STOPPED.values(), ids=STOPPED)
def test_who_is_stopped_for_its_time_is_not_flagged(
    attack: Attack, loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python takes away a trace that raises, and told it as if the program had."""
    monkeypatch.setattr(subject, "WALL_SECONDS", 20.0)
    # A fast machine starts so many generators in 2 s that their record is too long to be read.
    monkeypatch.setattr(subject, "PROCESSOR_SECONDS", 0.25)
    ones = "def ones():\n    while True:\n        try: yield 1\n        except ValueError: pass\n"
    found = attack(twice=f"{ones}\ndef twice(n):\n    {loop}", only="twice")
    told = found.verdicts["twice-seven"]
    assert "of processor time" in told.message
    assert not found.flags


def test_who_recurses_too_deep_is_not_flagged(attack: Attack) -> None:
    """A trace that raises RecursionError is taken away too."""
    deep = """
def endless(): yield from endless()
def down(n):
    try:
        return down(n - 1) if n else list(endless())
    except RecursionError:
        return 14
def twice(n):
    return {down(each) for each in range(40)}.pop()
"""
    found = attack(twice=deep, only="twice")
    assert passed(found) == {"twice-seven"}
    assert not found.flags


INTERRUPTS = {
    "raised": "raise KeyboardInterrupt",
    "by a signal": "__import__('signal').raise_signal(2)",
}


@pytest.mark.parametrize("interrupt", INTERRUPTS.values(), ids=INTERRUPTS)
def test_who_interrupts_itself_is_told_so_and_not_flagged(attack: Attack, interrupt: str) -> None:
    """It was said to break what watches it."""
    found = attack(twice=f"def twice(n):\n    {interrupt}", only="twice")
    assert "it raised KeyboardInterrupt at line 2" in found.verdicts["twice-seven"].message
    assert not found.flags


def test_a_mock_is_watched_like_any_other_object(attack: Attack) -> None:
    """The watch asked it for attributes, and it made them up without end."""
    mock = """
from unittest.mock import create_autospec
def twice(n):
    return create_autospec(int.bit_length, return_value=2 * n)(n)
"""
    assert passed(attack(twice=mock, only="twice")) == {"twice-seven"}


def test_a_flood_of_notices_is_bounded(attack: Attack) -> None:
    patches = "import asyncio\nfor name in dir(asyncio):\n    setattr(asyncio, name, None)"
    found = attack(twice=f"{patches}\n{RIGHT['twice']}", only="twice")
    assert 2 <= len(found.flags["twice"]) <= MAX_NOTICES + 3  # and the examiner's own


HIDDEN = {
    "what it blocks": (
        "import dataclasses, time, looplab.subject.requests as s\nperform = s.perform\n"
        "s.perform = lambda *a, **k: dataclasses.replace(perform(*a, **k), blocked=())\n"
        "async def fetch_all(job, n):\n    time.sleep(1)\n    return [await job(0)]",
        "hides that it held up the loop",
    ),
    "a call": (
        "import asyncio\nasync def fetch_all(job, n):\n"
        "    left = job(0)\n    left.send(None)\n    fetch_all.left = left",
        "leaves a call of a service under way, and no task",
    ),
}


@pytest.mark.parametrize(("code", "words"), HIDDEN.values(), ids=HIDDEN)
def test_what_the_examiner_knows_better_is_flagged(attack: Attack, code: str, words: str) -> None:
    found = attack(code, only="fetch")
    assert any(words in told for told in found.flags["fetch_all"])
