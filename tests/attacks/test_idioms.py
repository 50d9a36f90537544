"""What students leave in their notebooks, and mean no harm by: nearly nothing of it is flagged."""

import pytest
from attacking import Attack, programs

from loopgrade.examination.smells import smells

IDIOMS = programs(r"""
#: print
print('so far so good', flush=True)
#: help
help(print)
#: a breakpoint
breakpoint()
#: an error in a thread that nobody catches
import threading
thread = threading.Thread(target=int, args=['no number'])
thread.start()
thread.join()
#: a traceback through asyncio's own lines
import asyncio, traceback
def tell(context):
    error = context['exception']
    print(''.join(traceback.format_exception(error)))
async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: tell(context))
    loop.call_soon(int, 'no number')
    await asyncio.sleep(1)
asyncio.run(main())
#: cProfile
import cProfile
cProfile.run('sum(range(99))')
#: a profiler
import cProfile
with cProfile.Profile() as profile: sum(range(99))
#: timeit
import timeit
timeit.timeit('sum(range(9))', number=9)
#: timeit of a function
import timeit
timeit.timeit(lambda: sum(range(9)), number=9)
#: dis
import dis
async def f(): return 1
dis.dis(f)
#: getsource
import asyncio, inspect
print(len(inspect.getsource(asyncio.sleep)))
#: the source of one's own
import inspect
def mine(): pass
print(inspect.signature(mine))
#: print_exc
import traceback
try: 1 / 0
except Exception: traceback.print_exc()
#: format_exc
import traceback
try: 1 / 0
except Exception: s = traceback.format_exc()
#: exc_info
import sys
try: 1 / 0
except Exception: print(sys.exc_info()[2].tb_lineno)
#: where an error was
try: 1 / 0
except Exception as e:
    tb = e.__traceback__
    while tb.tb_next: tb = tb.tb_next
    print(tb.tb_frame.f_lineno)
#: logging
import logging
logging.basicConfig(level='DEBUG')
logging.info('%s', 1)
#: a logger
import logging
log = logging.getLogger(__name__)
log.exception('no', exc_info=False)
#: warnings
import warnings
warnings.filterwarnings('ignore')
warnings.warn('x')
#: warnings as errors
import warnings
with warnings.catch_warnings(): warnings.simplefilter('error')
#: getsizeof
import sys
print(sys.getsizeof([]), sys.getrefcount([]))
#: recursion
import sys
sys.setrecursionlimit(5000)
#: gc
import gc
gc.collect(); gc.get_count(); gc.disable(); gc.enable()
#: a weak reference
import weakref
class A: pass
a = A()
r = weakref.ref(a)
print(r() is a)
#: a finalizer
import weakref
class A: pass
b = A()
weakref.finalize(b, print, 'gone')
#: contextvars
import contextvars
user = contextvars.ContextVar('user', default='')
token = user.set('me')
user.reset(token)
contextvars.copy_context().run(user.get)
#: a shared value
import multiprocessing
print(multiprocessing.Value('i', 3).value)
#: the memory of the machine
print(open('/proc/meminfo').readline())
#: the processors
import os
print(os.cpu_count(), os.getpid())
#: getattr
import asyncio
print(getattr(asyncio, 'TaskGroup', None), hasattr(asyncio, 'timeout'))
#: a method by its name
for what in ('upper', 'lower'): print(getattr('a', what)())
#: a method by a table
ways = {'+': 'add'}
import operator
print(getattr(operator, ways['+'])(1, 2))
#: a proxy
class P:
    def __init__(self, o): self.o = o
    def __getattr__(self, n): return getattr(self.o, n)
#: the fields of a dataclass
import dataclasses
@dataclasses.dataclass
class D:
    x: int = 1
for f in dataclasses.fields(D): print(f.name, getattr(D(), f.name))
#: keywords into attributes
class N:
    def __init__(self, **k): self.__dict__.update(k)
print(vars(N(a=1)))
#: a cache
import functools
@functools.lru_cache
def f(n): return n
f(1); f.cache_info()
#: partial and reduce
import functools
functools.reduce(functools.partial(max, 0), [1, 2])
#: a decorator
import functools, time
def timed(f):
    @functools.wraps(f)
    def g(*a, **k):
        t = time.perf_counter()
        try: return f(*a, **k)
        finally: print(f.__name__, time.perf_counter() - t)
    return g
#: single dispatch
import functools
@functools.singledispatch
def show(x): print(x)
show(1)
#: typing
import typing
T = typing.TypeVar('T')
def f(x: 'T') -> 'T': return x
typing.get_type_hints(f)
#: a protocol
import typing
class C(typing.Protocol):
    def close(self) -> None: ...
#: a dataclass
import dataclasses
@dataclasses.dataclass(frozen=True, order=True)
class D: x: int = 1
#: a named tuple
import collections
P = collections.namedtuple('P', 'x y')
print(P(1, 2)._replace(x=3)._asdict())
#: enum
import enum
class E(enum.Enum): a = enum.auto()
print([e.name for e in E])
#: an abstract class
import abc
class A(abc.ABC):
    @abc.abstractmethod
    def f(self): ...
#: a context manager
import contextlib
@contextlib.contextmanager
def c(): yield 1
with c(): pass
#: a metaclass
class M(type):
    def __new__(m, *a): return super().__new__(m, *a)
class A(metaclass=M): pass
#: a class made at run time
A = type('A', (), {'x': 1})
print(A.x, A.__mro__, A().__class__.__name__)
#: ls
import subprocess, sys
subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True)
#: threads
import threading
t = threading.Thread(target=print)
t.start(); t.join()
print(threading.enumerate())
#: an excepthook
import threading
threading.excepthook = print
threading.stack_size(2**18)
#: a lock and an event
import threading
l, e = threading.Lock(), threading.Event()
with l: e.set()
e.wait()
#: a pool
from concurrent.futures import ThreadPoolExecutor as P
with P() as p: print(list(p.map(int, '12')))
#: a timer
import threading
t = threading.Timer(9, print)
t.start(); t.cancel()
#: json
import json
print(json.dumps({'_id': 1, 'name': 'x'}), json.loads('{}'))
#: pickle
import pickle
print(pickle.loads(pickle.dumps({'a': 1})))
#: copy
import copy
class A: pass
copy.deepcopy([A()])
#: regular expressions
import re
print(re.sub(r'_(\w+)', r'\1', '_name'))
#: ast
import ast
print(ast.dump(ast.parse('x = 1')), ast.literal_eval('[1]'))
#: eval
print(eval('1 + 1'), [eval('3 * 2') for _ in range(3)])
#: a file
import pathlib
pathlib.Path('mine.txt').write_text('x')
print(open('mine.txt').read())
#: random
import random
random.seed(1)
print(random.choice('ab'), random.random())
#: datetime
import datetime
print(datetime.datetime.now().isoformat())
#: iterators
import itertools
print(list(itertools.islice(itertools.count(), 3)))
#: a generator looked at
import inspect
def g():
    x = 1
    yield x
h = g()
next(h)
print(inspect.getgeneratorlocals(h), h.gi_frame.f_lineno)
#: a coroutine looked at
import inspect
async def c(): pass
d = c()
print(inspect.getcoroutinestate(d), d.cr_frame)
d.close()
#: what a class has
import inspect
class A:
    def f(self): pass
print(inspect.getmembers(A, inspect.isfunction))
#: dir
import asyncio
print([n for n in dir(asyncio) if not n.startswith('_')])
#: vars
class A: pass
a = A()
a.x = 1
print(vars(a), a.__dict__, A.__name__)
#: is it imported
import sys
print('numpy' in sys.modules, sys.version_info, sys.path[0])
#: stdout
import contextlib, io
with contextlib.redirect_stdout(io.StringIO()) as out: print(1)
#: a loop's settings
import asyncio
async def main():
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = 0.05
    loop.set_exception_handler(lambda loop, context: print(context))
asyncio.run(main())
#: tasks
import asyncio
async def main():
    task = asyncio.create_task(asyncio.sleep(0), name='t')
    print(asyncio.all_tasks(), task.get_coro(), task.get_stack())
    await task
    print(task.done(), task.exception())
asyncio.run(main())
#: a signal
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
#: a mock
from unittest.mock import AsyncMock, patch
import asyncio
with patch('asyncio.sleep', AsyncMock()): asyncio.run(asyncio.sleep(1))
#: a format
print('{0.real} {name}'.format(1, name='x'), f'{1:>3}', '%s' % 1)
#: slots
class S:
    __slots__ = ('x',)
    def __repr__(self): return str([getattr(self, n) for n in self.__slots__])
""")

SEEN = programs(r"""
#: everything that a task has
import asyncio, inspect
async def main():
    print(inspect.getmembers(asyncio.current_task()))
asyncio.run(main())
#: a text that is put together
for n in range(3): exec(f'x{n} = {n}')
#: a patched clock
import time
time.sleep = lambda s: print('no sleep', s)
#: a trace
import sys
sys.settrace(lambda *a: None)
sys.settrace(None)
#: a loop's timers
import asyncio
print(len(asyncio.new_event_loop()._scheduled))
#: callers
import sys
print(sys._getframe().f_back)
#: every object
import gc
print(len(gc.get_objects()))
""")
"""Honest too, and a teacher would want to look."""


def test_idioms_are_not_flagged(attack: Attack) -> None:
    assert len(IDIOMS) + len(SEEN) >= 60
    assert attack(others=list(IDIOMS.values()), only="twice").flags == {}


@pytest.mark.parametrize("code", IDIOMS.values(), ids=IDIOMS)
def test_no_idiom_smells(code: str) -> None:
    assert smells(code) == []


@pytest.mark.parametrize("code", SEEN.values(), ids=SEEN)
def test_what_a_teacher_wants_to_see_is_flagged(attack: Attack, code: str) -> None:
    assert attack(others=[code], only="twice").flags
    assert len(SEEN) <= (len(IDIOMS) + len(SEEN)) / 10
