"""What the examiner reads in a text: what bends a verdict is flagged, and no honest answer is."""

import time
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
    "the loop by another name": "def f(it): it.call_later = print\nf(loop)",
    "asyncio by another name": "import asyncio as aio\naio.sleep = None",
    "a name for a class of asyncio's": "import asyncio\nB = asyncio.BaseEventLoop\nB.time = None",
    "handed on": "import functools\nfunctools.partial(setattr, it)('call_later', print)",
    "with a star": "setattr(*[it, 'call_later', print])",
    "names that dir gives": "for n in dir(it):\n    if n.endswith('wn'): getattr(it, n)",
    "names of another cell": "getattr(it, NAME)",
    "names of another cell, kept": "name = NAME\ngetattr(it, name)",
    "names that anybody gives": "def get(it, n): return getattr(it, n)",
    "names out of a text": "names = 'a,b'.split(',')\ngetattr(it, names[0])",
    "a private name by a loop": "for n in ('_exception',): getattr(task, n)",
    "a private name by a parameter": "def f(n): return getattr(task, n)\nf('_exception')",
    "a class pattern": "match loop:\n    case object(_own=x): pass",
    "a format": "'{0._own.world}'.format(loop)",
    "a closure by a format": "'{0.__closure__}'.format(f)",
    "closures, shown": "import inspect\ninspect.getclosurevars(blocking)",
    "a frame, shown": "from inspect import getargvalues\ngetargvalues(frame)",
    "members": "import inspect\ndict(inspect.getmembers(task))",
    "a way to members": "import inspect\nlist(map(inspect.getmembers, [task]))",
    "a class made at run time": "type('Lazy', (), {'__class__': Task})",
    "the dict of a loop, as a parameter": "def f(it): vars(it)['time'] = print\nf(loop)",
    "the dict of asyncio": "import asyncio\nnames = vars(asyncio.tasks)",
    "a path": "import pydoc\npydoc.locate('asyncio.tasks._unregister_task')",
    "other modules": "from sys import modules\nmodules['asyncio'] = None",
    "how modules are found": "import sys as s\ns.meta_path.insert(0, Mine())",
    "a target": "for loop.call_later in [print]: pass",
    "letters that look alike": "task._\uff4cog_traceback = False",
    "the state that it would be copied with": "it.__reduce_ex__(2)[2]['x'] = 1",
    "what a method is of": "step.__self__.extend([1])",
    "the callback of a reference": "ref.__callback__.__defaults__",
    "a pickler that is shown all": "class P(Pickler):\n    def persistent_id(self, it): print(it)",
    "a path in a text": "Formatter().get_field('0.tasks._unregister_task', [it], {})",
    "a path that is put together": "Formatter().get_field('0.' + name, [it], {})",
    "an entry point": "EntryPoint('x', 'asyncio.tasks:_unregister_task', 'y').load()",
    "names that are copied": "update_wrapper(task, mine, ('_log_traceback',), ())",
    "a loop that is wrapped": "import asyncio\nupdate_wrapper(asyncio.get_running_loop(), mine)",
    "a mock of many": "mock.patch.multiple(it, _log_traceback=False)",
    "a mock of whatever": "mock.patch.multiple(it, **names)",
    "a loop as arguments": "parser.parse_args(['--time', '1'], namespace=loop)",
    "equal to all": "class A:\n    def __eq__(self, other): return True",
    "equal to what is true": "class A:\n    def __eq__(self, other): return bool(other)",
    "equal by a lambda": "class A:\n    __eq__ = lambda self, other: True",
    "unequal to none": "class A:\n    def __ne__(self, other): return bool(0)",
    "a star": "from asyncio import *\n_unregister_task(task)",
    "a star in another cell": "_set_running_loop(None)",
    "a star of sys": "from sys import *\nmodules['asyncio'] = None",
    "sys by a name": "from sys import settrace as watch\nwatch(print)",
    "attrgetter by another name": (
        "from operator import attrgetter as of\nof('_unregister_task')(asyncio.tasks)"
    ),
    "setattr by another name": "from builtins import setattr as put\nput(it, 'call_later', print)",
    "getattr out of builtins": "import builtins\nget = builtins.getattr\nget(task, '_exception')",
    "vars by another name": "import asyncio\nnames = vars\nnames(asyncio.tasks)",
    "vars by one of two": "import asyncio\nnames = len\nnames = vars\nnames(asyncio.tasks)",
    "vars by a default": "import asyncio\ndef f(names=vars): names(asyncio.tasks)",
    "locals by another name": (
        "from inspect import getcoroutinelocals as look\nlook(task.get_coro())"
    ),
    "more names than can be followed": "\n".join(f"a{n}" for n in range(14_000, 31_000))
    + "\nget = vars" * 2_000,
    "a class of its own with such a name": (
        "import asyncio\nclass A: _unregister_task = 1\nhome = asyncio.tasks\n"
        "home._unregister_task(t)"
    ),
    "such a name of tasks": (
        "import asyncio\nclass A: _log_traceback = 1\n"
        "ts = [asyncio.ensure_future(job()) for job in jobs]\n"
        "for t in ts: t._log_traceback = False"
    ),
    "such a name of what is given": (
        "class A: _log_traceback = 1\ndef f(t): t._log_traceback = False\nlist(map(f, ts))"
    ),
    "tasks of a class that keeps no error": (
        "import asyncio\nclass Quiet(asyncio.Task): _log_traceback = False"
    ),
    "how others find time": "import os\nos.getpid = lambda: 1",
    "how timers are sorted": "from heapq import heappush\nimport heapq\nheapq.heappush = print",
    "how tests patch": "from unittest import mock\nmock.patch.object = print",
    "a class of looplab's, out of a list": (
        "from looplab import Run\nbox = [Run]\nbox[0].to_json = print"
    ),
    "a class of asyncio's, out of a list": (
        "import asyncio\nnext(iter([asyncio.TimerHandle])).__init__ = print"
    ),
    "a class, out of a dict": (
        "import asyncio\nkinds = {'t': asyncio.TimerHandle}\nkinds.get('t').when = print"
    ),
    "where a function is from": (
        "import inspect, looplab\ninspect.getmodule(looplab.observe).Recorder"
    ),
    "how json is written": "import json\njson.JSONEncoder.iterencode = print",
    "a state by setattr": "def say(it): setattr(it, 'cancelled', lambda: True)\nf(say)",
    "a telling name in a text": "ways = {'off': '_log_traceback'}",
    "ctypes as another module has it": (
        "from multiprocessing import sharedctypes as s\ns.ctypes.cast(id(t), s.ctypes.py_object)"
    ),
    "ctypes out of another module": "from multiprocessing.sharedctypes import ctypes",
    "another interpreter": "import _xxsubinterpreters as other",
    "a task that says it is done": "def f(it): it.done = lambda: True\nf(task)",
    "one that says it was cancelled": (
        "def yes(): return True\nasync def f():\n    me = asyncio.current_task()\n"
        "    me.cancelled = yes"
    ),
    "a class of asyncio's by a parameter": (
        "import asyncio\ndef bend(kind, how): kind.__init__ = how\nbend(asyncio.TimerHandle, print)"
    ),
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
    "the shown locals of its own": (
        "import inspect\ndef g(): yield\nh = g()\ninspect.getgeneratorlocals(h)"
    ),
    "a function with a name": "def show(it, n): return getattr(it, n)\nshow(x, 'real')",
    "a function that is called later": (
        "def fill(f, n): getattr(f, n)(1)\nloop.call_soon(fill, future, 'set_result')"
    ),
    "a name out of a list": "todo = []\ntodo.append(('x', 1))\nn, v = todo.pop()\ngetattr(it, n)",
    "keywords as attributes": "class N:\n    def __init__(self, **k): self.__dict__.update(k)",
    "a proxy": "class P:\n    def __getattr__(self, n): return getattr(self.o, n)",
    "what a loop may be told": "loop.slow_callback_duration = 1\nthreading.excepthook = print",
    "what is imported": "import sys\n'numpy' in sys.modules",
    "how its own is copied": (
        "class A(B):\n    def __reduce__(self): return super().__reduce__()\n"
        "    def __getstate__(self): return self.__dict__ | {'x': 1}\n"
        "    def f(self, x=1): return self.f.__name__\ndef g(x=1): pass\nprint(g.__defaults__)"
    ),
    "comparing": (
        "class A:\n    def __eq__(self, other): return NotImplemented\n"
        "    def __ne__(self, other): return not self == other\n    def __len__(self): return 3"
    ),
    "arguments": "args = parser.parse_args([], namespace=Options())\nwraps(f)(g)",
    "paths and files": "open('notes._old.txt')\n'1.5', 'a.b', 'see loop._ready: it is private'",
    "a star, and public names": (
        "from asyncio import *\nfrom sys import *\nfrom inspect import *\n"
        "run(sleep(0))\nprint(version_info, iscoroutine(3), current_task)"
    ),
    "a linked list": (
        "class Node:\n    def __init__(self, n): self._state, self._callback = n, None\n"
        "def walk(node):\n    while node: node = node._callback\nwalk(Node(3))"
    ),
    "a helper that another cell calls": (
        "class Shelf:\n    def __init__(self): self._waiters, self._value = [], 0\n"
        "def show(shelf): print(shelf._waiters, shelf._value)"
    ),
    "entries of a heap": (
        "import heapq\nclass Entry:\n    def __init__(self): self._callback = print\n"
        "heap = [Entry()]\nentry = heapq.heappop(heap)\nentry._callback()"
    ),
    "a loop of its own": (
        "class Task:\n    def __init__(self): self._state = 'pending'\n"
        "class Loop:\n    def create_task(self): return Task()\n"
        "loop = Loop()\nt = loop.create_task()\nprint(t._state)"
    ),
    "a loop that counts": (
        "import asyncio\nclass Loop(asyncio.SelectorEventLoop):\n    turns = 0\n"
        "    def _run_once(self):\n        self.turns += 1\n        super()._run_once()"
    ),
    "regular expressions": (
        "import re\ndef find(p, t): return re.compile(p).search(t)\n"
        "made = re.compile\nmade('a' + x)\nfrom re import compile\ncompile(x)"
    ),
    "where its own function is from": (
        "import inspect\ndef traced(f): print(inspect.getmodule(f).__name__)\n"
        "@traced\ndef g(): pass"
    ),
    "a mock of a task": ("from unittest.mock import Mock\ntask = Mock()\ntask.done = lambda: True"),
    "states of its own": (
        "class Job:\n    done = cancelled = False\njobs = [Job()]\n"
        "for job in jobs: job.done, job.cancelled = True, job.n > 1\n"
        "def stop(): pass\nstop.done = lambda: True"
    ),
    "ways to ask": (
        "import operator as op\nfrom operator import attrgetter as by\n"
        "sorted(a, key=by('name')), sorted(a, key=op.attrgetter('n.real')), [*map(vars, a)]"
    ),
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


LONG = {
    "names for names": "".join(f"a{n} = a{n + 1}\n" * 8 for n in range(25)) + "getattr(x, a0)",
    "many texts": "n = got[0]\n" + "".join(f"getattr(x, n)\n't{i}'\n" for i in range(4_000)),
    "many names": "".join(f"n = 't{i}'\n" for i in range(5_000)) + "getattr(x, n)\n" * 2_000,
    "many calls": "def f(o, n): return getattr(o, n)\n" + "f(x, 't')\n" * 4_000,
    "many arguments": "f(" + "x, " * 30_000 + ")",
    "many attributes": ("x" + ".a" * 90 + "\n") * 400,
    "many fields": "'" + "{0.a}" * 18_000 + "'",
    "many values in a text": "f'" + "{a}" * 33_000 + "'",
}


@pytest.mark.parametrize("code", LONG.values(), ids=LONG)
def test_no_text_takes_long_to_read(code: str) -> None:
    assert len(code) <= MAX_SOURCE
    start = time.process_time()
    smells(code)
    assert time.process_time() - start < 10
