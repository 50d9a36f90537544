"""Attacks from a student's cells: on Python, on looplab, on the examiner and on the machine."""

import pytest
from attacking import Attack, passed, said

from loopgrade.examination import sandbox, weighing
from loopgrade.examination.test_cell import TrustedTest

SEQUENTIAL = """
async def fetch_all(job, n):
    return [await job(i) for i in range(n)]
"""

PATCHES = {
    "input and tree transformers": """
try:
    shell = get_ipython()
except NameError:
    shell = None
if shell is not None:
    shell.input_transformers_post.append(lambda lines: ["pass\\n"])
    shell.set_custom_exc((Exception,), lambda *_: None)
    shell.run_cell = shell.run_code = shell.showtraceback = lambda *_, **__: None
""",
    "builtins": """
import builtins
builtins.isinstance = lambda *_: True
builtins.len = lambda _: 3
builtins.compile = builtins.exec = builtins.eval = builtins.print = lambda *_, **__: None
""",
    "asyncio": """
import asyncio
async def at_once(*_, **__): return ["a", "b", "c"]
asyncio.sleep = asyncio.gather = asyncio.wait = asyncio.wait_for = at_once
asyncio.Task = asyncio.Future = asyncio.TaskGroup = None
asyncio.events.Handle._run = lambda self: None
""",
    "time": """
import asyncio, time
for name in ("time", "monotonic", "perf_counter", "time_ns", "monotonic_ns", "perf_counter_ns"):
    setattr(time, name, lambda: 4)
time.sleep = lambda _: None
asyncio.BaseEventLoop.time = lambda self: 4.0
""",
    "the virtual clock": """
import looplab.virtual.loop as clock
clock.VirtualLoop.time = lambda self: 4.0
clock.VirtualLoop.idle = lambda *_: True
clock.MAX_TURNS = 10**9
""",
    "the recorder": """
import looplab.observer.observing as observing, looplab.recorder.recorder as recorder
import looplab.runs.run as run
recorder.Recorder.lives = recorder.Recorder.waits = lambda *_: ()
recorder.Recorder.step_begins = recorder.Recorder.step_ends = lambda *_: None
observing.Recorder = recorder.Recorder
""",
    "perform": """
import dataclasses, looplab.observer.observing as observing, looplab.subject.requests as subject
real = observing.perform
def perform(*args, **kwargs):
    run = real(*args, **kwargs)
    return dataclasses.replace(run, duration=4.0, leftovers=(), calls=(), error=None)
observing.perform = subject.perform = perform
""",
    "Run and wire": """
import looplab.runs.run as run, looplab.subject.channel as subject, looplab.runs.wire as wire
run.Run.from_json = classmethod(lambda *_: None)
wire.encode = wire.decode = wire.pack = wire.unpack = subject.encode = lambda *_: ["a", "b", "c"]
""",
    "expect and check": """
import looplab, looplab.observer.expecting as expecting
expecting.same = expecting._is_a = lambda *_: True
expecting.CheckFailed.__init__ = lambda *_, **__: None
looplab.expect = looplab.check = looplab.observe = expecting.expect = lambda *_, **__: None
""",
    "services": """
import looplab.virtual.stand_ins as services, looplab.subject.requests as subject
async def job(i): return "abc"[i % 3]
services.stand_in = subject.stand_in = lambda *_: job
""",
    "sys.modules": """
import sys, types
for name in [name for name in sys.modules if name.startswith("looplab")]:
    sys.modules[name] = types.ModuleType(name)
""",
    "the notebook's own module": """
import sys
sys.modules["__main__"] = None
globals().clear()
""",
    "settrace and setprofile": """
import sys
def trace(frame, event, value):
    if "duration" in frame.f_locals: frame.f_locals["duration"] = 4.0
    return trace
sys.settrace(trace)
sys.setprofile(trace)
""",
    "gc callbacks": """
import gc, looplab.virtual.world as services
def rewrite(*_):
    for each in gc.get_objects():
        if isinstance(each, services.World): each.now = 4.0
gc.callbacks.append(rewrite)
gc.set_threshold(500)
""",
    "frames": """
import sys
def rewrite():
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            if type(value).__name__ == "_Facts": value.result = ["a", "b", "c"]
            if type(value).__name__ == "ExaminersWorld": value.now, value._finished = 4.0, True
        frame = frame.f_back
""",
}


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES)
def test_no_patch_earns_a_point(attack: Attack, patch: str) -> None:
    wrong = SEQUENTIAL.replace("    return", "    globals().get('rewrite', int)()\n    return")
    assert "fetch_all-overlap" not in passed(attack(patch + wrong, only="fetch"))


ENDINGS = {
    "sys.exit": "import sys; sys.exit(0)",
    "os._exit": "import os; os._exit(0)",
    "os.abort": "import os; os.abort()",
    "SystemExit in a callback": """
import asyncio
async def fetch_all(job, n):
    asyncio.get_running_loop().call_soon(exit_now)
    await asyncio.sleep(1)
def exit_now(): raise SystemExit(0)
""",
    "KeyboardInterrupt": "async def fetch_all(job, n): raise KeyboardInterrupt",
    "GeneratorExit": "async def fetch_all(job, n): raise GeneratorExit",
    "StopIteration": "def fetch_all(job, n): raise StopIteration(['a', 'b', 'c'])",
    "atexit": """
import atexit, gc, looplab.subject.channel as subject
(channel,) = [each for each in gc.get_objects() if isinstance(each, subject.Channel)]
atexit.register(lambda: channel.send({"run": {}}))
import sys
async def fetch_all(job, n): sys.exit(0)
""",
    "a signal to itself": "import os; os.kill(os.getpid(), 15)",
    "the processor's limit is taken away": """
import signal
signal.signal(signal.SIGPROF, signal.SIG_IGN)
async def fetch_all(job, n):
    while True: pass
""",
    "the limit's error is caught": """
async def fetch_all(job, n):
    while True:
        try:
            while True: pass
        except BaseException:
            pass
""",
    "endless recursion": """
async def fetch_all(job, n): return fetch(job, n)
def fetch(*args): return fetch(*args)
""",
    "deeper than C can": """
import sys
sys.setrecursionlimit(10**9)
class Deep:
    def __getattr__(self, name): return getattr(self, name)
async def fetch_all(job, n): return Deep().x
""",
    "crashed C": "import ctypes\nasync def fetch_all(job, n): ctypes.string_at(0)",
    "memory": "async def fetch_all(job, n): return [bytearray(2**20) for _ in range(10**9)]",
    "an endless loop at import": "import itertools\nfor _ in itertools.count(): pass",
    "threads that outlive": """
import threading
async def fetch_all(job, n):
    for _ in range(20): threading.Thread(target=threading.Event().wait).start()
    return [await job(i) for i in range(n)]
""",
    "a thread that talks": """
import gc, looplab.subject.channel as subject, threading
def talk():
    (channel,) = [each for each in gc.get_objects() if isinstance(each, subject.Channel)]
    while True: channel.send({"run": {}})
async def fetch_all(job, n):
    threading.Thread(target=talk, daemon=True).start()
    return [await job(i) for i in range(n)]
""",
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_who_crashes_or_hangs_costs_no_other(attack: Attack, ending: str) -> None:
    found = attack(ending)
    assert passed(found) <= {"twice-seven", "fetch_all-order"}
    assert "twice-seven" in passed(found)


VALUES = {
    "equal to all": """
class Equal:
    def __eq__(self, other): return True
    __ne__ = __lt__ = __bool__ = __contains__ = lambda *_: True
    def __hash__(self): return 14
VALUE = Equal()
""",
    "a float of its own": """
class Number(float):
    def __eq__(self, other): return True
    __hash__ = float.__hash__
VALUE = Number(3)
""",
    "an int of its own": "class Number(int): __eq__ = lambda *_: True\nVALUE = Number(14)",
    "a text of its own": "class Text(str): __eq__ = lambda *_: True\nVALUE = Text('14')",
    "a class that lies": """
class Liar:
    @property
    def __class__(self): return int
    def __int__(self): return 14
    __index__ = __int__
VALUE = Liar()
""",
    "a metaclass that raises": """
class Meta(type):
    @property
    def __name__(cls): raise RuntimeError
    @property
    def __mro__(cls): raise RuntimeError
class Odd(metaclass=Meta): pass
VALUE = Odd()
""",
    "a repr that never ends": """
class Endless:
    def __repr__(self):
        while True: pass
VALUE = Endless()
""",
    "a long repr": "class Long: __repr__ = lambda self: 'x' * 10**8\nVALUE = Long()",
    "a repr that writes": """
class Writes:
    def __repr__(self): import os; os.write(3, b'{}'); os.write(4, b'{}'); return '14'
VALUE = Writes()
""",
    "a pickle": """
class Pickle:
    def __reduce__(self): return eval, ("__import__('os')._exit(1)",)
VALUE = Pickle()
""",
    "an awaitable": """
class Awaitable:
    def __await__(self):
        while True: yield None
VALUE = Awaitable()
""",
    "an iterator without end": """
class Endless:
    def __iter__(self): return self
    def __next__(self): return 14
VALUE = Endless()
""",
    "a generator that hangs": "def hang():\n    while True: pass\n    yield\nVALUE = hang()",
    "a million items": "VALUE = [14] * 10**6",
    "a list of itself": "VALUE = []; VALUE.append(VALUE)",
    "a deep list": "VALUE = 14\nfor _ in range(100_000): VALUE = [VALUE]",
    "a huge int": "VALUE = 10**100_000",
    "an int of 4,000 bits": "VALUE = 2**4_000",
    "a long text": "VALUE = '14' * 10**7",
    "half a surrogate": "VALUE = '\\ud800'",
    "infinity": "VALUE = float('inf')",
    "NaN": "VALUE = float('nan')",
    "tags": "VALUE = {'$float': '14', '$here': 1, '$name': 'twice'}",
    "a module": "import sys as VALUE",
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_no_value_but_the_right_one_earns_a_point(attack: Attack, value: str) -> None:
    found = attack(twice=f"{value}\ndef twice(n): return VALUE", only="twice")
    assert not passed(found)


ERRORS = {
    "a text that raises": "class Odd(Exception): __str__ = lambda self: 1 / 0",
    "a text that is none": "class Odd(Exception): __str__ = lambda self: None",
    "a long text": "class Odd(Exception): __str__ = lambda self: 'x' * 10**8",
    "half a surrogate": "class Odd(Exception): __str__ = lambda self: '\\ud800\\x00\\x1b[2J'",
    "the name of another": "class AssertionError(Exception): pass\nOdd = AssertionError",
    "no class": "class Odd(Exception): __class__ = property(lambda self: 1 / 0)",
    "a base that raises": """
class Meta(type):
    __mro__ = __name__ = property(lambda cls: 1 / 0)
class Odd(Exception, metaclass=Meta): pass
""",
    "a wide group": "def Odd(): return ExceptionGroup('', [ValueError()] * 50_000)",
    "a deep group": """
def Odd():
    error = ValueError()
    for _ in range(5_000): error = ExceptionGroup("", [error])
    return error
""",
    "an endless cause": "class Odd(Exception): __cause__ = property(lambda self: Odd())",
    "a name error": "class Odd(NameError): pass",
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_no_exception_harms_the_examiner(attack: Attack, error: str) -> None:
    answer = f"{error}\ndef twice(n): raise Odd()"
    found = attack(twice=answer, others=[f"{error}\nraise Odd()"], only="twice")
    assert not passed(found)
    assert len(said(found)) < 400_000


FLOODS = {
    "prints": "print('x' * 10**8)",
    "writes to stderr": "import sys\nfor _ in range(100_000): sys.stderr.write('x' * 1000)",
    "writes to both descriptors": "import os\nfor _ in range(1000): os.write(1, b'x' * 60_000)",
    "shows": "for n in range(10_000): display('x' * 10_000)",
    "warns": "import warnings\nfor n in range(50_000): warnings.warn(f'{n}' * 1000)",
    "logs": "import logging\nfor n in range(20_000): logging.error('x' * 1000)",
    "10 MB of source": f"x = '{'x' * 10_000_000}'",
    "many statements": "x = 1\n" * 50_000,
    "deep source": "x = " + "(" * 50_000,
    "a long sum": "x = " + "-" * 200_000 + "1",
    "a zero byte": "x = '\0'",
    "half a surrogate": "x = '\ud800'",
    "another letter": "print('\u202e\u0000\x1b]0;title\x07')",
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_no_flood_drowns_the_examiner(attack: Attack, flood: str) -> None:
    found = attack(others=[flood], only="twice")
    assert passed(found) == {"twice-seven"}
    assert len(said(found)) < 700_000


def test_who_closes_its_output_is_heard_all_the_same(attack: Attack) -> None:
    closes = "import sys\nprint('so')\nsys.stdout.close()\nsys.stderr.close()\n"
    answer = "def twice(n):\n    print(n)\n    sys.stdout.close()\n    return 2 * n"
    found = attack(twice=closes + answer, only="twice")
    assert passed(found) == {"twice-seven"}
    assert [each.text for each in found.outputs[2]] == ["so\n"]
    assert not found.flags


def test_a_hundred_threads_find_room(attack: Attack) -> None:
    """The allocator's reserve for each counted: asyncio's own pool could be too large."""
    threads = """
import threading
def twice(n):
    event = threading.Event()
    for _ in range(100): threading.Thread(target=event.wait, daemon=True).start()
    event.set()
    return 2 * n
"""
    assert passed(attack(twice=threads, only="twice")) == {"twice-seven"}


# The machine

SEARCHES = {
    "files": """
import os, sys
for folder, folders, files in os.walk("/"):
    if folder in ("/proc", "/dev", "/usr/lib", os.path.dirname(os.__file__)):
        folders.clear()
        continue
    for name in files:
        path = os.path.join(folder, name)
        try:
            text = open(path, errors="replace").read() if os.path.getsize(path) < 2**20 else ""
        except OSError: continue
        if "canary-" in text: print(folder, name, text)
        if name.endswith((".ipynb", ".db")) or "loopgrade" in folder: print("canary-", name)
""",
    "the environment": """
import os
print(os.environ)
for pid in ["self", *filter(str.isdigit, os.listdir("/proc"))]:
    for name in ("environ", "cmdline", "status", "maps", "cwd", "root"):
        try:
            print(open(f"/proc/{pid}/{name}", errors="replace").read())
            print(os.listdir(f"/proc/{pid}/fd"), os.listdir(f"/proc/{pid}/cwd/"))
        except OSError as error: print(error)
""",
    "descriptors": """
import os
for number in range(256):
    try:
        print(number, os.readlink(f"/proc/self/fd/{number}"), os.fstat(number).st_size)
        os.lseek(number, 0, 0)
        print(os.read(number, 10_000)) if number > 4 else None
    except OSError: pass
""",
    "the home folder": """
import os, pwd
for folder in ("~", "~root", "/root", "/home", "..", "/tmp/..", os.getcwd(), "/subject"):
    path = os.path.expanduser(folder)
    if os.path.isdir(path): print(path, os.listdir(path))
""",
    "the memory of others": """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace(16, os.getppid(), 0, 0)
memory = open(f"/proc/{os.getppid()}/mem", "rb")
for line in open(f"/proc/{os.getppid()}/maps"):
    start, stop = (int(each, 16) for each in line.split()[0].split("-"))
    try:
        memory.seek(start)
        if b"canary-" in memory.read(stop - start): print("canary-", line)
    except (OSError, ValueError): continue  # the kernel's own pages
""",
    "the machine's settings": """
import os
for folder, _, files in os.walk("/proc/sys"):
    for name in files:
        try:
            os.close(os.open(os.path.join(folder, name), os.O_WRONLY))
        except OSError: continue
        print("canary-", folder, name)
for path in ("/proc/sysrq-trigger", "/proc/self/oom_score_adj", "/sys/x", "/etc/x", "/x",
             "/usr/lib/x", "/subject/looplab/x", "/dev/x"):
    try:
        open(path, "w")
    except OSError: continue
    print("canary-", path)
""",
    "more rights": """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for flag in (0x10000000, 0x20000000, 0x40000000, 0x00020000):
    if libc.unshare(flag) == 0: print("canary-", hex(flag))
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0: print("canary-", "mounted")
calls = {"setuid": (0,), "chroot": ("/tmp",), "mknod": ("/tmp/disk", 0o60600, 2049)}
for name, arguments in calls.items():
    try:
        getattr(os, name)(*arguments)
    except OSError: continue
    print("canary-", name)
""",
    "the network": """
import socket
def reach(family, address):
    try:
        with socket.socket(family) as each:
            each.settimeout(0.2)
            each.connect(address)
    except OSError: return
    print("canary-", address)
for port in (22, 53, 80, 443, 631, 8888):
    reach(socket.AF_INET, ("127.0.0.1", port))
reach(socket.AF_INET, ("1.1.1.1", 53))
reach(socket.AF_INET6, ("::1", 22))
for line in open("/proc/net/unix").read().split():
    if line.startswith(("/", "@")):
        reach(socket.AF_UNIX, line.replace("@", chr(0)))
""",
    "signals": """
import os, signal
for pid in (os.getppid(), 1, -os.getppid()):
    try:
        os.kill(pid, signal.SIGKILL)
        os.kill(pid, signal.SIGSTOP)
    except OSError as error: print(error)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
try:
    os.kill(-1, signal.SIGTERM)
except OSError as error: print(error)
print("still here")
""",
}


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
def test_no_secret_is_in_sight_and_nothing_outside_in_reach(attack: Attack, search: str) -> None:
    found = attack(others=[search], only="twice")
    assert "canary-" not in said(found)
    assert passed(found) == {"twice-seven"}
    assert {each.kind for each in found.outputs[3]} <= {"stream"}, found.outputs[3]


def test_there_is_little_room_to_write(attack: Attack) -> None:
    found = attack(
        others=["""
import os
total = 0
for folder, folders, files in os.walk("/"):
    # The standard library is read-only, and long.
    if folder.startswith(("/proc", "/usr/lib/", os.path.dirname(os.__file__))): folders.clear()
    for number in range(20):
        try:
            with open(f"{folder}/full{number}", "wb") as file:
                total += file.write(bytes(2**24 - 2**16))
        except OSError: break
print(total >> 20)
"""],
        only="twice",
    )  # fmt: skip
    (printed,) = found.outputs[3]
    assert 60 <= int(printed.text) <= 2 * sandbox.TMP_BYTES >> 20
    assert passed(found) == {"twice-seven"}


BOMBS = {
    "forks": """
for _ in range(300):
    if os.fork() == 0: rest(60)
""",
    "forks of forks": """
for _ in range(8):
    os.fork()
rest(60)
""",
    "daemons": """
for _ in range(100):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0: rest(60)
        os._exit(0)
""",
    "memory in many processes": """
for _ in range(6):
    if os.fork() == 0:
        block = bytearray(80 * 2**20)
        rest(60)
""",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_bomb_goes_off(attack: Attack, monkeypatch: pytest.MonkeyPatch, bomb: str) -> None:
    monkeypatch.setattr(weighing, "MAX_MEMORY", 300 * 2**20)
    rest = "import os, threading\ndef rest(seconds): threading.Event().wait(seconds)\n"
    found = attack(f"{rest}{bomb}\nrest(1)\n{SEQUENTIAL}")
    assert passed(found) == {"twice-seven"}
    (stopped,) = found.outputs[1]
    assert "processes" in stopped.text


def test_what_outlives_its_parent_ends_with_the_sandbox(attack: Attack) -> None:
    """`attack` looks for what is left."""
    found = attack("""
import os, signal, time
if os.fork() == 0:
    os.setsid()
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    if os.fork() == 0:
        while True: signal.pause()
    os._exit(0)
import asyncio
async def fetch_all(job, n):
    return list(await asyncio.gather(*map(job, range(n))))
""")
    assert len(passed(found)) == 3


# Names


def test_names_of_the_test_are_the_tests(attack: Attack) -> None:
    names = "run observe expect check jobs gens SEED random random_ delays_ max min range"
    bound = "".join(f"{name} = lambda *_, **__: None\n" for name in names.split())
    assert passed(attack(bound + SEQUENTIAL)) <= {"fetch_all-order", "twice-seven"}


def test_names_of_python_are_pythons_in_a_scenario(attack: Attack) -> None:
    scenario = TrustedTest(
        "twice-names",
        "twice",
        """check("names", points=1)
def answers_():
    return [*map(twice, range(3))], len([1, 2]), sorted([2, 1])

run = observe(answers_)
expect(run).returned(([0, 2, 4], 2, [1, 2]))
""",
    )
    shadows = "\ndef map(*_): return [0, 2, 4]\nlen = sorted = lambda _: 2\n"
    found = attack(twice="def twice(n): return n" + shadows, only="twice", more=[scenario])
    assert not passed(found)
    patched = "import builtins\nbuiltins.map = lambda *_: [0, 2, 4]\ndef twice(n): return n"
    assert not passed(attack(twice=patched, only="twice", more=[scenario]))
    found = attack(twice="def twice(n): return 2 * n" + shadows, only="twice", more=[scenario])
    assert len(passed(found)) == 2


NAMES = {
    "the next exercise's": ("twice = fetch_all_ = None\ndef twice(n): return 0", True),
    "another alphabet": ("def tw\u0456ce(n): return 2 * n", True),
    "the builtins module": ("__builtins__ = {}", True),
    "its own name": ("__name__ = __file__ = __spec__ = None", True),
}


@pytest.mark.parametrize(("names", "fine"), NAMES.values(), ids=NAMES)
def test_an_answer_that_binds_others_names_harms_none(
    attack: Attack, names: str, fine: bool
) -> None:
    found = attack(SEQUENTIAL + names)
    assert ("twice-seven" in passed(found)) == fine


# What hidden tests ask stays hidden

SPY = """
seen = []
def spy(n):
    import sys
    frame = sys._getframe()
    while frame is not None:
        seen.append(str(frame.f_locals))
        frame = frame.f_back
    if n == 3: REPORT
    return n + 1
"""

SPIED = [
    TrustedTest(
        "spy-first",
        "spy",
        """check("first", points=1)
run = observe(spy, 1)
expect(run).returned(2)
### BEGIN HIDDEN TESTS
run = observe(spy, 271828)
expect(run).returned(271829)
### END HIDDEN TESTS
""",
    ),
    TrustedTest(
        "spy-second",
        "spy",
        """check("second", points=1)
run = observe(spy, 3)
expect(run).returned(5)
""",
    ),
]

REPORTS = {
    "by its result": "return seen",
    "by an error": "raise ValueError(seen)",
    "by printing": "print(seen)",
    "by a name": "spy.__name__ = str(seen)",
    "by a missing name": "raise NameError(seen)",
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_a_later_test_does_not_tell_what_a_hidden_one_asked(attack: Attack, report: str) -> None:
    found = attack(others=[SPY.replace("REPORT", report)], only="spy", more=SPIED)
    assert passed(found) == {"spy-first"}
    assert "271828" not in said(found)
