"""What the examiner reads in a text: what bends a verdict is flagged, and no honest answer is."""

from pathlib import Path

import pytest

from loopgrade.authoring.lesson import read_lesson
from loopgrade.authoring.regions import solution_text
from loopgrade.examination.notation import MAX_SOURCE, Notation
from loopgrade.examination.smells import smells

AUTOGRADER = Path(__file__).parents[2] / "autograder"

SMELL = {
    "a private name": "loop._ready.clear()",
    "of a task": "task._log_traceback = False",
    "of a module": "import asyncio\nasyncio._unregister_task(task)",
    "imported": "from asyncio.tasks import _unregister_task",
    "by its name": "getattr(task, '_exception')",
    "by attrgetter": "from operator import attrgetter\nattrgetter('_own.world')(loop)",
    "a name put together": "getattr(task, '_exc' + kind)",
    "a name put together, and kept": "name = '_log_' + 'traceback'\nsetattr(task, name, False)",
    "a name of an f-string": "getattr(loop, f'_{what}')",
    "a name that a class of its own has as well": (
        "class A:\n    def __init__(self): self._channel = 1\nloop._own.world._channel"
    ),
    "a closure": "f.__closure__[0].cell_contents = []",
    "callers": "frame.f_back.f_locals",
    "all classes": "object.__subclasses__()",
    "builtins": "__builtins__['len'] = None",
    "a loop's method": "loop.call_later = lambda *a: None",
    "of the running loop": "asyncio.get_running_loop().call_later = print",
    "of a loop by another name": "here = asyncio.get_running_loop()\nhere.time = lambda: 0",
    "of self.loop": "self.loop.call_at = print",
    "by setattr": "setattr(loop, 'call_later', print)",
    "by object": "object.__setattr__(loop, 'time', print)",
    "by vars": "vars(loop)['born'] = 3",
    "by __dict__": "loop.__dict__.update(time=print)",
    "of its class": "type(loop).call_later = print",
    "of asyncio": "import asyncio\nasyncio.sleep = None",
    "of a class of asyncio's": "import asyncio\nasyncio.Task.cancel = None",
    "by a mock, in a function": (
        "from unittest.mock import patch\ndef f():\n    with patch('asyncio.sleep'): g()"
    ),
    "by a mock": "from unittest.mock import patch\npatch('asyncio.sleep', print).start()",
    "code": "f.__code__ = g.__code__",
    "a lie about its class": "class Lazy:\n    __class__ = Task",
    "the same by a property": "class Lazy:\n    @property\n    def __class__(self): return Task",
    "a text that is equal to all": "class S(str):\n    def __ne__(self, other): return False",
    "looplab's inside": "import looplab.recorder.notes",
    "the same, imported": "from looplab.subject import noticing",
    "a room": "from looplab import virtual",
    "ctypes": "from ctypes import pythonapi",
    "by __import__": "__import__('ctypes')",
    "modules": "import sys\nsys.modules['looplab.virtual.loop']",
    "a text that is run": "exec(text)",
    "what a text does": "exec('loop._ready.clear()')",
    "too long": "#" * (MAX_SOURCE + 1),
    "too deep": "x" + ".a" * 50_000,
}


@pytest.mark.parametrize("code", SMELL.values(), ids=SMELL)
def test_it_smells(code: str) -> None:
    assert smells(code)


HONEST = {
    "private names of its own": (
        "class Box:\n    _none = object()\n    def __init__(self):\n"
        "        self._tasks, self._lock = [], 1\n"
        "    def __eq__(self, other): return self._tasks == other._tasks and Box._none is not None"
    ),
    "a named tuple": "point._replace(x=1)._asdict()",
    "a process that ends": "import os\nos._exit(0)",
    "bare threads, which are seen as others are": "import _thread",
    "public ways in": "getattr(asyncio, 'TaskGroup', None)\nhasattr(task, 'uncancel')",
    "a loop over names": "for name in ('done', 'cancelled'):\n    print(getattr(task, name)())",
    "what code is": "code = getattr(thing, '__code__', None)\ncode.co_flags & 128",
    "generators and frames": "g.gi_frame.f_lineno, c.cr_await, e.__traceback__.tb_lineno",
    "a text evaluated": "eval('1 + 1')",
    "its own attributes": "self.loop = asyncio.get_running_loop()\nself.task = None",
    "a task's name": "task.set_name('x')\ntask.add_done_callback(print)",
    "a new name": "import asyncio\nasyncio.mine = 1",
    "enable": "from looplab import enable, jobs, observe\nimport looplab.legacy\nlooplab.enable()",
    "a lambda": "loop.call_later(1, lambda: None)",
    "a class that compares": "class Job:\n    def __lt__(self, other): return self.n < other.n",
    "a decorator": "@functools.wraps(f)\ndef g(): return f.__name__, g.__wrapped__",
    "a mock, in a block": "from unittest.mock import patch\nwith patch('asyncio.sleep'): f()",
    "an underscore": "for _ in range(3): _x = 1\nmodule.__name__, __file__, __doc__",
}


@pytest.mark.parametrize("code", HONEST.values(), ids=HONEST)
def test_it_does_not_smell(code: str) -> None:
    assert smells(code) == []


def test_no_answer_of_the_bank_smells() -> None:
    """Right or wrong, they are honest."""
    read = Notation()
    answers = sorted((AUTOGRADER / "answers").rglob("*.py"))
    found = {
        str(path): told
        for path in answers
        if (told := smells(read.plain(path.read_text(encoding="utf-8")).source))
    }
    assert len(answers) > 900
    assert found == {}


def test_no_reference_smells() -> None:
    for path in sorted((AUTOGRADER / "lessons").glob("*.py")):
        for exercise in read_lesson(path).exercises:
            assert smells(solution_text(exercise.answer.source)) == [], (path.name, exercise.name)


def test_only_words_of_ours_are_told() -> None:
    """A name may be a message to the teacher."""
    told = smells("loop._full_points_please\ngetattr(loop, '_all_is' + '_well')\nloop._ready")
    assert not any("please" in each or "well" in each for each in told)
    assert any("_ready" in each for each in told)


def test_what_is_told_of_one_cell_is_bounded() -> None:
    assert len(smells("loop._ready\n" * 1_000)) == 10
