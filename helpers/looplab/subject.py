"""The untrusted side of grading: it runs a student's cells, and tells what they did.

An examiner starts this module in a sandbox and talks to it in lines of JSON, requests
on the standard input and replies on the standard output. There are three requests:

- `cell`: run a cell of the notebook; the reply is its outputs.
- `observe`: run a program of the student's; the reply is a `Run`. Meanwhile the
  program asks the examiner what time it is and what its services say.
- `explore`: run it in many orders of the services' answers; the reply is how often each
  outcome came, and an order that leads to it.

Before a reply it may say what it has noticed (`looplab.noticing`), for a human to look at.

It knows no test and no expected value, so there is nothing here to steal. Nothing that
it says is trusted: what only it can know is evidence, not proof.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import inspect
import io
import linecache
import os
import random
import signal
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

import looplab
from looplab.clock import VirtualLoop, virtual_time
from looplab.describing import describe
from looplab.exploring import Found, search
from looplab.generators import is_tracing
from looplab.hosting import come_back, run_fresh_loops
from looplab.nesting import keep_running, stand_in_for_nests
from looplab.noticing import Noticing, cell_filename
from looplab.observing import MAX_STEPS, perform
from looplab.run import Run
from looplab.services import Answer, Clock, TooMuch, World, spec_from_json, stand_in
from looplab.timeline_magic import TimelineMagic, without_magic
from looplab.waiting import is_program, is_test, last_line
from looplab.wire import Json, Value, WireError, decode, dumps, encode, loads, pack, plain_text

_BUILTINS = dict(vars(builtins))
"""As they are before a student's line runs."""

PROTOCOL = 2
"""The version of the requests and replies."""

RUN_TYPE = "application/vnd.looplab.run+json"
"""The media type of a Run in a cell's output; feedback draws it."""

MAX_OUTPUT = 20_000
MAX_OUTPUTS = 50

AGAIN = 0.2
"""Seconds of processor time after which a program that goes on is stopped once more."""

SOON = 0.001
"""Seconds of it after which one is stopped that could not be when its time was up."""


@dataclass(frozen=True)
class CellOutput:
    """One output of a cell, as plain text.

    Attributes:
        kind: `stream` (printed), `result` (the value of its last line), `display` or `error`.
        name: `stdout` or `stderr` for a stream; the exception's class for an error.
        text: what it says; for an error, its message.
        traceback: an error's lines.
        run: the run whose timeline it shows, where it shows one.
    """

    kind: Literal["stream", "result", "display", "error"]
    name: str
    text: str
    traceback: tuple[str, ...] = ()
    run: Run | None = None


class Channel:
    """The lines between this process and its examiner."""

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        self._requests, self._replies = requests, replies
        self.request_id = ""
        self._notices: list[str] = []
        self._asking = False
        self._late: BaseException | None = None

    def receive(self) -> Json:
        """Return the next line; None where the examiner has gone."""
        line = self._requests.readline()
        return loads(line) if line else None

    def begin(self, request_id: str) -> None:
        """Begin to answer a request; what was noticed meanwhile is told."""
        self.request_id = request_id
        self._tell_notices()

    def _tell_notices(self) -> None:
        while self._notices:
            self.send({"notice": self._notices.pop()})

    def end(self, reply: dict[str, Json]) -> None:
        """Reply to the request at hand."""
        self._tell_notices()
        # From here on a thread may not speak: the examiner listens no more.
        request_id, self.request_id = self.request_id, ""
        self._write({"id": request_id, **reply})

    def notice(self, words: str) -> None:
        """Tell what was noticed, now or where that is next possible."""
        if self.request_id:
            try:
                self.send({"notice": words})
            except RecursionError:  # too deep to say it
                pass
            else:
                return
        self._notices.append(words)

    def send(self, message: dict[str, Json]) -> None:
        """Send a line that belongs to the request at hand."""
        self._write({"id": self.request_id, **message})

    def _write(self, message: dict[str, Json]) -> None:
        self._replies.write(dumps(message))
        self._replies.flush()

    def ask(self, message: dict[str, Json]) -> Json:
        """Send a question and return its answer."""
        self._asking = True
        try:
            self.send(message)
            answer = self.receive()
        finally:
            self._asking = False
        if answer is None:
            os._exit(0)
        if self._late is not None:
            late, self._late = self._late, None
            raise late
        return answer

    def interrupt(self, error: BaseException) -> None:
        """Raise `error` here, or after the answer to the question that is under way.

        In between, that answer would be left, to be read as the next request.
        """
        if not self._asking:
            raise error
        self._late = error


class ExaminersWorld:
    """The examiner's clock and services, from here."""

    shuffle = None

    def __init__(self, channel: Channel) -> None:
        self.now = 0.0
        self._channel = channel
        self._finished = False

    def ask(self, service: int, method: str, arguments: Sequence[Value]) -> Answer:
        """As `World.ask`."""
        if self._finished:
            return Answer("end")
        sent = [encode(argument) for argument in arguments]
        return Answer.from_json(self._ask({"ask": [service, method, sent]})["answer"])

    def advance(self, deadline: float | None) -> list[tuple[int, Answer]] | None:
        """As `World.advance`."""
        answer = self._ask({"advance": deadline})
        self.now = answer["now"]
        if answer["done"] is None:
            return None
        return [(ticket, Answer.from_json(each)) for ticket, each in answer["done"]]

    def block(self, seconds: float) -> None:
        """As `World.block`."""
        self.now = self._channel.ask({"block": float(seconds)})["now"]

    def finish(self) -> None:
        """As `World.finish`."""
        if not self._finished:
            self._finished = True
            self._channel.ask({"finish": True})

    def _ask(self, question: dict[str, Json]) -> Json:
        answer = self._channel.ask(question)
        if answer.get("stop"):
            raise TooMuch(answer["stop"])
        return answer


class Notebook:
    """The student's names, and the cells that bind them.

    Cells run on a virtual clock, inside a loop that is theirs all along, as a
    notebook's kernel runs them.
    """

    def __init__(self) -> None:
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names = module.__dict__
        self.names["display"] = self._display
        self._outputs: list[CellOutput] = []
        self._magic = TimelineMagic(limit=MAX_STEPS)
        self._world = World()
        self._loop = VirtualLoop(self._world)
        self._is_script = False
        undo = contextlib.ExitStack()  # never: the process ends with its notebook
        run_fresh_loops(self._loop, lambda: self._is_script, undo)
        keep_running(self._loop, undo)
        stand_in_for_nests(undo)

    def run_cell(self, source: str, number: int) -> list[CellOutput]:
        """Run a cell and return its outputs.

        Args:
            source: its text.
            number: its number in the notebook, from 1.
        """
        self._outputs = []
        out, err = _Bounded(), _Bounded()
        with (
            virtual_time(self._world, self.names, lambda *_: None),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                self._loop.reset_turns()
                self._loop.run_until_complete(self._run(source, cell_filename(number)))
            except BaseException as error:
                self._outputs.append(_error_output(error))
        printed = [
            CellOutput("stream", name, stream.getvalue())
            for name, stream in (("stdout", out), ("stderr", err))
            if stream.getvalue()
        ]
        return [*printed, *self._outputs][:MAX_OUTPUTS]

    async def _run(self, source: str, filename: str) -> None:
        self._magic.begin(source)
        try:
            await self._run_source("".join(without_magic(source.splitlines(True))), filename)
        finally:
            run = self._magic.end()
            if run is not None and run.steps:
                self._display(Picture((run,)))

    async def _run_source(self, source: str, filename: str) -> None:
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        tree = _parse(source, filename)
        flags = compile(tree, filename, "exec", _TOP_LEVEL_AWAIT).co_flags
        self._is_script = not flags & inspect.CO_COROUTINE
        try:
            await self._run_tree(tree, source, filename)
        finally:
            come_back()

    async def _run_tree(self, tree: ast.Module, source: str, filename: str) -> None:
        last = tree.body[-1] if tree.body else None
        shown = isinstance(last, ast.Expr) and not source.rstrip().endswith(";")
        if shown and isinstance(last, ast.Expr):
            del tree.body[-1]
        await self._execute(compile(tree, filename, "exec", _TOP_LEVEL_AWAIT))
        if shown and isinstance(last, ast.Expr):
            expression = ast.Expression(last.value)
            value = await self._execute(compile(expression, filename, "eval", _TOP_LEVEL_AWAIT))
            if value is not None:
                self.names["_"] = value
                self._outputs.append(_value_output("result", value))

    async def _execute(self, code: types.CodeType) -> Any:
        value = eval(code, self.names)  # the student's code: this process is for it
        return await value if code.co_flags & inspect.CO_COROUTINE else value

    def _display(self, *values: Any) -> None:
        self._outputs.extend(_value_output("display", value) for value in values)


_TOP_LEVEL_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def _parse(source: str, filename: str) -> ast.Module:
    """Parse a cell; lines that only a notebook understands are left out."""
    try:
        return ast.parse(source, filename)
    except SyntaxError:
        lines = source.splitlines()
        shell = [n for n, line in enumerate(lines, 1) if line.lstrip().startswith("!")]
        if shell:
            told = f"line {shell[0]}: shell commands do not run here: leave them out"
            raise SyntaxError(told) from None
        kept = ["" if line.lstrip().startswith("%") else line for line in lines]
        if kept == lines:
            raise
        return ast.parse("\n".join(kept), filename)


class _Bounded(io.StringIO):
    def write(self, text: str) -> int:
        room = MAX_OUTPUT - self.tell()
        super().write(text[: max(0, room)])
        return len(text)

    def close(self) -> None:
        """Stay open: what was printed is still to be read."""


def _error_output(error: BaseException) -> CellOutput:
    """Return an error as a notebook shows it, from the student's first line on."""
    with contextlib.suppress(BaseException):
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if is_program(frame.filename)
        ]
        lines = traceback.format_list(frames)[-8:] + traceback.format_exception_only(error)
        told = "".join(lines)[:MAX_OUTPUT].splitlines()
        return CellOutput("error", type(error).__name__, str(error)[:500], tuple(told))
    return CellOutput("error", str(type(error).__name__), "")


def _value_output(kind: Literal["result", "display"], value: Any) -> CellOutput:
    if isinstance(value, Picture):
        text = "\n\n".join(map(describe, value.runs))
        return CellOutput(kind, "", text, (), value.runs[0] if len(value.runs) == 1 else None)
    return CellOutput(kind, "", plain_text(value, 5_000))


@dataclass(frozen=True)
class Picture:
    """What `Run.timeline` and `compare` return here: nothing is drawn.

    A run is handed over itself, several in words.
    """

    runs: tuple[Run, ...]


def _picture(*runs: Run, names: object = None, axis: str = "auto") -> Picture:
    return Picture(runs)


class TestNames(dict[str, Any]):
    """Names of a test's functions: their own, Python's, and then the student's.

    So `list` in a test is Python's, whatever a student calls `list`.
    """

    def __init__(self, students: dict[str, Any]) -> None:
        super().__init__(__name__="looplab_test", __builtins__=_BUILTINS)
        self._students = students

    def __missing__(self, name: str) -> Any:
        if name in _BUILTINS:
            raise KeyError(name)
        return self._students[name]


class MissingName(Exception):
    """A name that the notebook should bind is not there."""


class _Requested:
    """The program that a request describes, and its arguments.

    Args:
        request: what the examiner sent.
        notebook: where the student's names are.

    Raises:
        MissingName: the notebook does not bind a name that the request uses.
    """

    def __init__(self, request: dict[str, Json], notebook: Notebook) -> None:
        self._request, self._notebook = request, notebook
        self._names = TestNames(notebook.names)
        for key, value in request["constants"].items():
            self._names[key] = decode(value, self._build(World()))
        for number, source in enumerate(request["code"]):
            filename = f"<test {number}>"
            is_test(filename)
            linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
            exec(compile(source, filename, "exec"), self._names)  # the test's own text
        self.program = decode(request["program"], self._build(World()))

    def arguments(self, world: Clock) -> Callable[[], list[Any]]:
        """Return what makes the arguments, with stand-ins for the services of `world`."""
        build = self._build(world)
        return lambda: [decode(each, build) for each in self._request["args"]]

    def _build(self, world: Clock) -> dict[str, Callable[[Json], Value]]:
        def name(key: str) -> Any:
            if key not in self._notebook.names:
                raise MissingName(key)
            return self._notebook.names[key]

        def service(number: int) -> Any:
            spec = self._request["services"][number]
            return stand_in(spec["kind"], number, spec["name"], world)

        return {"$name": name, "$def": self._names.__getitem__, "$spec": service}


def observe(request: dict[str, Json], notebook: Notebook, channel: Channel) -> Run:
    """Run the program that a request describes, on the examiner's world."""
    asked, world = _Requested(request, notebook), ExaminersWorld(channel)
    return perform(asked.program, asked.arguments(world)(), world, take=request["take"])


def explore(request: dict[str, Json], notebook: Notebook, go_on: Callable[[], None]) -> Found:
    """Run the program that a request describes in many orders, on worlds of its own.

    The examiner then runs it again, on its own world, in the orders that are told.
    """
    asked = _Requested(request, notebook)
    specs = [spec_from_json(each) for each in request["services"]]
    orders, seed = request["orders"], request["seed"]
    return search(asked.program, asked.arguments, specs, orders, seed, False, go_on)


@contextlib.contextmanager
def processor_time(seconds: float, channel: Channel) -> Iterator[Callable[[], None]]:
    """Raise `TooMuch` in a program that uses more than so many seconds of processor time.

    It is raised again and again, for a program that catches it. What is yielded raises it too,
    once the time is up.
    """
    over: list[TooMuch] = []

    def stop(_: int, frame: types.FrameType | None) -> None:
        if is_tracing(frame):
            # Python would take the trace away, as if the program had: a little later.
            signal.setitimer(signal.ITIMER_PROF, SOON, AGAIN)
            return
        told = f"it used more than {seconds:g} s of processor time: does it ever stop?"
        over.append(TooMuch(told))
        channel.interrupt(over[-1])

    def go_on() -> None:
        if over:
            raise over[0]

    if not hasattr(signal, "setitimer"):  # Windows: only the examiner's patience ends it
        yield go_on
        return
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN)
    try:
        try:
            yield go_on
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    finally:
        # Again, for a signal that came before the first: the next one is a little away.
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def limit(memory: int, processor: int, file_size: int) -> None:
    """Limit this process for good, before it runs a line of the student's.

    Args:
        memory: bytes of address space.
        processor: seconds of processor time.
        file_size: bytes of the largest file it may write.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    for what, amount in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS
            resource.setrlimit(what, (amount, amount))


def serve(channel: Channel, seconds: float) -> None:
    """Answer requests until the examiner goes.

    Args:
        channel: where they come from.
        seconds: the processor time that one request may use.
    """
    notebook = Notebook()
    random.seed(0)  # a program that leaves it to chance gets the same verdict each time
    noticing = Noticing(channel.notice)
    noticing.listen()
    while (request := channel.receive()) is not None:
        channel.begin(request["id"])
        try:
            reply = answer(request, notebook, channel, seconds)
        except MissingName as error:
            reply = {"missing": str(error)}
        except TooMuch as error:
            # Its time was up while what it did was put together, or while it was explored.
            line = last_line(error)
            reply = {"stopped": str(error) + (f" It was at line {line}." if line else "")}
        except KeyboardInterrupt as error:  # nobody interrupts: it is the program's own
            line = last_line(error)
            where = f" at line {line}" if line else ""
            reply = {
                "stopped": f"it raised KeyboardInterrupt{where}, which ends all: catch it there"
            }
        except BaseException as error:
            reply = {"broken": f"{type(error).__name__}: {error}"[:300]}
        noticing.compare()
        channel.end(reply)


def answer(
    request: dict[str, Json], notebook: Notebook, channel: Channel, seconds: float
) -> dict[str, Json]:
    """Do what a request asks, in so many seconds of processor time, and return the reply."""
    # What comes after the program is not the program's time, so it stands outside.
    if request["op"] == "cell":
        with processor_time(seconds, channel):
            outputs = notebook.run_cell(request["source"], request["number"])
        return {"outputs": [pack(each) for each in outputs]}
    if request["op"] == "explore":
        with processor_time(seconds, channel) as go_on:
            found = explore(request, notebook, go_on)
        return {"found": found.to_json()}
    with processor_time(seconds, channel):
        run = observe(request, notebook, channel)
    return {"run": run.to_json()}


def main() -> None:
    """Serve on the standard input and output; the student's code gets neither."""
    # Their own descriptors, so that print() and sys.stdout reach nobody.
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    limit(memory=2**30, processor=60, file_size=2**24)
    # Nothing is drawn here.
    Run.timeline = _picture  # type: ignore[method-assign, assignment]  # nobody looks at pictures here
    looplab.compare = _picture  # type: ignore[assignment]  # nobody looks at pictures here
    channel = Channel(requests, replies)
    hello = channel.receive()
    if hello is None or hello.get("protocol") != PROTOCOL:
        raise WireError(f"The examiner must speak version {PROTOCOL} of the protocol.")
    channel.begin(hello["id"])
    channel.end({"protocol": PROTOCOL})
    serve(channel, hello["seconds"])
