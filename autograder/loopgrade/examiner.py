"""One submission: trusted test cells against a student's code, which runs elsewhere.

The examiner runs the test cells; a *subject* in a sandbox runs the student's cells. A
test cell is the same text that a student runs in a notebook. Here `observe` sends the
program's name, or a scenario's source, to the subject, and gets a `Run` back. While the
program runs, the examiner decides what time it is and what the services say, so how
long it took, and what it asked for and when, is the examiner's own record.

Each exercise has a subject of its own, which runs the student's other cells but not the
answers to other exercises. A subject that dies costs that exercise and no other.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import hashlib
import hmac
import linecache
import math
import os
import random
import secrets
import select
import symtable
import time
import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol, TypeVar

import looplab
from loopgrade import sandbox
from looplab import expecting
from looplab.describing import one_line
from looplab.expecting import CheckFailed
from looplab.exploring import Exploration, Found, Outcome, Schedule
from looplab.observing import call_text, with_record
from looplab.run import Run
from looplab.services import Spec, TooMuch, World, spec_to_json
from looplab.subject import MAX_OUTPUTS, PROTOCOL, CellOutput
from looplab.wire import (
    Json,
    Value,
    WireError,
    decode,
    describe_exception,
    dumps,
    encode,
    loads,
    unpack,
)

PROCESSOR_SECONDS = 2.0
"""Of processor time that one cell or one observation may use."""

WALL_SECONDS = 30.0
"""Of patience with a subject that waits for something real and does not answer."""

EXERCISE_SECONDS = 120.0
"""Of patience with all that an exercise of a submission does."""

MAX_BYTES = 8 * 2**20
"""Of one reply with the questions before it; and of all outputs that are kept."""

OWN_ORDERS = 20
"""In which the examiner has a program run by itself, after the subject has explored it."""

MAX_NOTICES = 20
"""That are kept of one subject."""

GLANCE_SECONDS = 0.25
"""How often a subject's processes are counted."""

MAX_SECONDS = 1e300
"""On the clock of a run; so many, added up, stay a number."""

HIDDEN = "### BEGIN HIDDEN TESTS"


@dataclass(frozen=True)
class StudentCell:
    """A code cell of the submission that is not a test.

    Attributes:
        index: its place in the notebook.
        source: its text.
        exercise: the exercise that it answers; None for any other cell.
    """

    index: int
    source: str
    exercise: str | None = None


@dataclass(frozen=True)
class TrustedTest:
    """A test cell, from the gradebook or the lesson's source and never from a submission.

    Attributes:
        grade_id: what the gradebook knows it by.
        exercise: the exercise that it tests.
        source: its trusted text.
    """

    grade_id: str
    exercise: str
    source: str


@dataclass(frozen=True)
class Verdict:
    """How a test cell ended.

    Attributes:
        grade_id: of the test.
        passed: whether it earns its points.
        message: why not, over several lines; empty where it passed.
        hint: the part of it that tells nothing about a hidden test.
        hidden: whether a hidden part of the test failed.
        run: what the program did, where it failed.
    """

    grade_id: str
    passed: bool
    message: str = ""
    hint: str = ""
    hidden: bool = False
    run: Run | None = None


@dataclass
class Examination:
    """What came of one submission.

    Attributes:
        verdicts: one for each test, by its grade id.
        outputs: what each cell of the student's printed and showed, by its index.
        flags: what smells of tampering, by exercise: for a human, no points hang on it.
        room: bytes of outputs that may still be kept.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    outputs: dict[int, tuple[CellOutput, ...]] = field(default_factory=dict)
    flags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    room: int = MAX_BYTES


T = TypeVar("T")


class Gone(Exception):
    """The subject has died, or says what it must not; the text tells a student why."""


class Odd(Gone):
    """The subject says what an honest one never says.

    Attributes:
        notice: what it does, in a few words that continue "the code ...".
    """

    def __init__(self, message: str, notice: str) -> None:
        super().__init__(message)
        self.notice = notice


def seed_of(secret: bytes, lesson: str, grade_id: str) -> str:
    """Return the seed of a test's random inputs: the same for every student of a course.

    >>> seed_of(b"secret", "02_yield_and_send", "round_robin-turns")[:8]
    '1651a2ab'
    """
    return hmac.new(secret, f"{lesson}/{grade_id}".encode(), hashlib.sha256).hexdigest()


def examine(
    cells: Sequence[StudentCell],
    tests: Sequence[TrustedTest],
    *,
    level: sandbox.Level,
    seed: Callable[[str], str],
) -> Examination:
    """Run each test against the student's cells.

    Args:
        cells: the submission's code cells, in order, without its tests.
        tests: the trusted tests, in the lesson's order.
        level: how isolated the student's code runs.
        seed: gives the seed of a test by its grade id.
    """
    found = Examination()
    for exercise in dict.fromkeys(test.exercise for test in tests):
        mine = [test for test in tests if test.exercise == exercise]
        with _Desk(cells, exercise, level, found) as desk:
            for test in mine:
                found.verdicts[test.grade_id] = desk.judge(test, seed(test.grade_id))
        if desk.flags:
            found.flags[exercise] = tuple(sorted(desk.flags))
    return found


class _Desk:
    """One exercise of one submission, with the subject that works at it.

    Attributes:
        flags: what smells of tampering.
    """

    def __init__(
        self,
        cells: Sequence[StudentCell],
        exercise: str,
        level: sandbox.Level,
        found: Examination,
    ) -> None:
        self._cells, self._exercise, self._level = cells, exercise, level
        self._found = found
        self._stuck: set[int] = set()
        self._everything = False
        self._subject: Subject | None = None
        self._knows_hidden = False
        self._until = time.monotonic() + EXERCISE_SECONDS
        self._trouble = ""
        self._over = ""
        self.flags: set[str] = set()

    def __enter__(self) -> _Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self._dismiss()

    def judge(self, test: TrustedTest, seed: str) -> Verdict:
        """Run a test; where a name is missing, once more with the answers to other exercises."""
        verdict = self._try(test, seed)
        if not verdict.passed and self._lacks_a_name(verdict) and not self._everything:
            self._everything = True
            self._dismiss()
            verdict = self._try(test, seed)
        if not verdict.passed and not verdict.hidden and self._knows_hidden and not self._over:
            # What it says goes back to the student. A subject that has seen a hidden test
            # could say what it saw, so it is a fresh one that speaks.
            self._dismiss()
            verdict = self._try(test, seed)
        self._knows_hidden |= HIDDEN in test.source and (verdict.passed or verdict.hidden)
        return verdict

    def _lacks_a_name(self, verdict: Verdict) -> bool:
        return verdict.run is not None and _error_type(verdict.run) == "NameError"

    def _try(self, test: TrustedTest, seed: str) -> Verdict:
        if self._over:
            return _lost(test, self._over)
        try:
            return run_test(test, self, seed)
        except Gone as gone:
            # After one such end the exercise's other tests would wait for the next.
            self._over = str(gone)
            if isinstance(gone, Odd):
                self.flags.add(gone.notice)
            self._dismiss()
            return _lost(test, self._over)

    def explore(self, request: dict[str, Json]) -> Found | Run:
        """As `Asked.explore`."""
        return self._ready().explore(request)

    def observe(self, request: dict[str, Json], world: World) -> Run:
        """As `Asked.observe`."""
        run = self._ready().observe(request, world)
        if _error_type(run) == "NameError" and self._trouble and run.error is not None:
            # The name is missing because its cell failed: that is what to mend.
            raise CheckFailed(
                "your code defines what the exercise asks for", self._trouble, "", run
            )
        return run

    def note(self, notice: str) -> None:
        """As `Asked.note`."""
        self.flags.add(notice)

    def _ready(self) -> Subject:
        """Return a subject that has run the student's cells."""
        while self._subject is None:
            if time.monotonic() > self._until:
                raise Gone(_TOO_LONG)
            self._subject = Subject(self._level, self._until)
            try:
                self._run_cells(self._subject)
            except Gone as gone:
                if isinstance(gone, Odd):
                    self.flags.add(gone.notice)
                self._dismiss()
        return self._subject

    def _run_cells(self, subject: Subject) -> None:
        for number, cell in enumerate(self._cells, 1):
            mine = cell.exercise == self._exercise
            if cell.exercise and not mine and not self._everything:
                continue
            if cell.index in self._stuck:
                continue
            try:
                self._keep(cell, subject.cell(cell.source, number), subject.said)
            except Gone as gone:
                self._stuck.add(cell.index)
                self._keep(cell, (CellOutput("error", "Stopped", str(gone)),))
                raise

    def _keep(self, cell: StudentCell, outputs: tuple[CellOutput, ...], size: int = 0) -> None:
        mine = cell.exercise == self._exercise
        if mine or cell.index not in self._found.outputs:
            kept = self._found.room >= size
            self._found.room -= size if kept else 0
            self._found.outputs[cell.index] = outputs if kept else _NOT_KEPT
        if mine:
            self._trouble = _last_error(outputs)

    def _dismiss(self) -> None:
        if self._subject is not None:
            self.flags |= self._subject.notices
            self._subject.close()
            self._subject = None
        self._knows_hidden = False


_TOO_LONG = (
    f"your code took more than the {EXERCISE_SECONDS:g} s that an exercise has in all: "
    "see that it stops, and does not wait"
)
_NOT_KEPT = (CellOutput("stream", "stderr", "(not kept: this notebook's outputs are too long)\n"),)


def _error_type(run: Run) -> str:
    return run.error.type if run.error is not None else ""


def _last_error(outputs: Iterable[CellOutput]) -> str:
    for output in outputs:
        if output.kind == "error":
            what = f"{output.name}: {output.text}" if output.text else output.name
            return _with_advice(f"the cell with your answer stopped: {what}", output.name)
    return ""


_ADVICE = {
    "ModuleNotFoundError": "it is graded with the standard library and looplab alone",
    "EOFError": "nobody types anything when it is graded: leave out input()",
    "FileNotFoundError": "none of your files is there when it is graded: do without them",
    "URLError": "there is no network when it is graded: do without it",
    "gaierror": "there is no network when it is graded: do without it",
    "MemoryError": "it may use 1 GiB of memory: keep less",
}
"""What to do about an error that comes from where a program is graded, by its class."""


def _with_advice(happened: str, error: str) -> str:
    return f"{happened} ({_ADVICE[error]})" if error in _ADVICE else happened


def _lost(test: TrustedTest, reason: str) -> Verdict:
    failed = CheckFailed("your code runs to its end", reason)
    return Verdict(test.grade_id, False, _with_name(test, failed).message)


def _with_name(test: TrustedTest, failed: CheckFailed) -> CheckFailed:
    if failed.check is None:
        failed.check = _announced_in(test.source)
    return failed


def _announced_in(source: str) -> expecting.Check | None:
    """Return the check that a test cell's first line announces."""
    with contextlib.suppress(SyntaxError, ValueError, IndexError, AttributeError):
        call: Any = ast.parse(source).body[0]
        points = {word.arg: ast.literal_eval(word.value) for word in call.value.keywords}
        return expecting.Check(ast.literal_eval(call.value.args[0]), points["points"])
    return None


# A test cell


class StudentName:
    """A name of the student's inside a test cell: only `observe` takes it."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class _TestNames(dict[str, Any]):
    """The names of a test cell; what nobody else binds is the student's."""

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        return StudentName(name)


class Asked(Protocol):
    """What runs the student's programs for a test."""

    def observe(self, request: dict[str, Json], world: World) -> Run:
        """Have a program run on a world, and return what it did."""

    def explore(self, request: dict[str, Json]) -> Found | Run:
        """Have a program run in many orders; a Run where there is no such program."""

    def note(self, notice: str) -> None:
        """Keep what a human should look at, in a few words that continue "the code ..."."""


def run_test(test: TrustedTest, asked: Asked, seed: str) -> Verdict:
    """Run a test cell and return its verdict.

    Args:
        test: the test.
        asked: runs the student's programs.
        seed: of its random inputs.
    """
    filename = f"<test {test.grade_id}>"
    linecache.cache[filename] = (
        len(test.source),
        None,
        test.source.splitlines(True),
        filename,
    )
    names = _TestNames(__name__="looplab_test", SEED=seed)
    for word in ("check", "expect", "jobs", "gens", "store"):
        names[word] = getattr(looplab, word)
    names["jobs"] = _jobs_that_are_the_same(seed)
    observers = _Observers(test, names, asked)
    names["observe"], names["explore"] = observers.observe, observers.explore
    expecting.current_check = None
    try:
        exec(compile(test.source, filename, "exec"), names)  # trusted: see TrustedTest
    except Gone:
        raise
    except Exception as error:
        failed = error if isinstance(error, CheckFailed) else _misread(error)
        if failed.run is not None:
            failed.happened = _with_advice(failed.happened, _error_type(failed.run))
        hidden = _in_hidden_part(test, error)
        hint = failed.hint
        return Verdict(
            test.grade_id, False, _with_name(test, failed).message, hint, hidden, failed.run
        )
    finally:
        expecting.current_check = None
    return Verdict(test.grade_id, True)


def _jobs_that_are_the_same(seed: str) -> Callable[..., Spec]:
    """Return `looplab.jobs`, whose results cannot be guessed, and are the same each time."""
    number = random.Random(f"{seed}/jobs").randrange

    def jobs(delays: Iterable[float], *, results: Any = None, errors: Any = None) -> Spec:
        times = tuple(delays)
        if results is None:
            results = [f"result-{number(10**9)}" for _ in times]
        return looplab.jobs(times, results=results, errors=errors)

    return jobs


def _misread(error: Exception) -> CheckFailed:
    if isinstance(error, AssertionError):
        return CheckFailed("the check holds", str(error) or "it does not")
    return CheckFailed(
        "the check can read what your code gives", f"{type(error).__name__}: {error}"
    )


def _in_hidden_part(test: TrustedTest, error: Exception) -> bool:
    lines = test.source.splitlines()
    begin = next((n for n, line in enumerate(lines, 1) if line.strip() == HIDDEN), None)
    at = None
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == f"<test {test.grade_id}>":
            at = traceback.tb_lineno
            break
        traceback = traceback.tb_next
    return begin is not None and at is not None and at > begin


class _Observers:
    """`observe` and `explore`, as a test cell has them here."""

    def __init__(self, test: TrustedTest, names: _TestNames, asked: Asked) -> None:
        self._definitions, self._names, self._asked = _definitions(test.source), names, asked

    def observe(self, program: Any, *args: Any, take: int | None = None) -> Run:
        """As `looplab.observe`."""
        request, specs = self._request(program, args)
        world = World(specs)
        told = [spec_to_json(spec, whole=False) for spec in specs]
        run = self._asked.observe({**request, "take": take, "services": told}, world)
        return with_record(run, world, call_text(program, args, take))

    def explore(
        self, program: Any, *args: Any, orders: int | None = None, seed: object = 0
    ) -> Exploration:
        """As `looplab.explore`; each outcome's run is on a world of the examiner's."""
        request, specs = self._request(program, args)
        told = [spec_to_json(spec, whole=False) for spec in specs]
        call = call_text(program, args)

        def record(schedule: Schedule) -> Run:
            world = World(specs, schedule.choose)
            run = self._asked.observe({**request, "take": None, "services": told}, world)
            return with_record(run, world, call)

        whole = [spec_to_json(spec, whole=True) for spec in specs]
        # The seed of a test is secret; what grows out of it is not.
        grown = hashlib.sha256(f"{seed}/explore".encode()).hexdigest()
        found = self._asked.explore({**request, "services": whole, "orders": orders, "seed": grown})
        if isinstance(found, Run):
            missing = replace(found, call=call)
            return Exploration(call, 1, True, (Outcome(1, (), lambda: missing),))
        outcomes = [
            Outcome(count, choices, partial(record, Schedule(choices)))
            for count, choices in found.outcomes
        ]
        # What it is said to do is not believed: some orders are the examiner's own.
        pick = random.Random(f"{seed}/examiner").randrange
        known = [_ending(outcome.run) for outcome in outcomes]
        if any(known.count(each) > 1 for each in known):
            self._asked.note("ends in another way when it runs in the same order again")
        for _ in range(OWN_ORDERS):
            schedule = Schedule((), pick)
            run = record(schedule)
            if _ending(run) not in known:
                known.append(_ending(run))
                outcomes.append(Outcome(1, schedule.choices, partial(_itself, run)))
        tried = sum(outcome.count for outcome in outcomes)
        return Exploration(call, tried, found.complete, tuple(outcomes))

    def _request(self, program: Any, args: Sequence[Any]) -> tuple[dict[str, Json], list[Spec]]:
        """Return what both ask of a subject, and the specs among the arguments."""
        specs: list[Spec] = []
        needed: list[str] = []

        def reference(value: object) -> Json:
            if isinstance(value, StudentName):
                return {"$name": value.name}
            if isinstance(value, Spec):
                specs.append(value)
                return {"$spec": len(specs) - 1}
            name = getattr(value, "__name__", "")
            if isinstance(value, types.FunctionType | type) and self._names.get(name) is value:
                needed.append(name)
                return {"$def": name}
            raise TypeError(f"observe cannot hand a {type(value).__name__} to the program")

        request: dict[str, Json] = {
            "program": encode(program, reference),
            "args": [encode(arg, reference) for arg in args],
        }
        code, constants = _closure(needed, self._definitions, self._names)
        request["code"] = code
        request["constants"] = {n: encode(self._names[n], reference) for n in constants}
        return request, specs


def _ending(run: Run) -> Json:
    """Return what tells the outcomes of an exploration apart."""
    error = None if run.error is None else [run.error.type, run.error.message]
    return [encode(run.result), error, len(run.leftovers), len(run.deadlock)]


def _itself(run: Run) -> Run:
    return run


def _definitions(source: str) -> dict[str, str]:
    """Return the source of each definition and import at the top level, by its name."""
    found: dict[str, str] = {}
    for node in ast.parse(source).body:
        text = ast.unparse(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = text
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                found[(alias.asname or alias.name).partition(".")[0]] = text
    return found


def _closure(
    needed: Iterable[str], definitions: dict[str, str], names: dict[str, Any]
) -> tuple[list[str], list[str]]:
    """Return the texts, and the names of the constants, that the `needed` definitions use."""
    todo = list(needed)
    code: dict[str, str] = {}
    constants: set[str] = set()
    while todo:
        name = todo.pop()
        if name in code or name in constants:
            continue
        if name in definitions:
            code[name] = definitions[name]
            todo += _used_names(definitions[name])
        elif name in names and not callable(names[name]):
            constants.add(name)
    ordered = [text for name, text in definitions.items() if name in code]
    return list(dict.fromkeys(ordered)), sorted(constants)


def _used_names(source: str) -> list[str]:
    """Return the global names that a definition reads: what is local to it stays here."""
    todo = [symtable.symtable(source, "<test>", "exec")]
    found: set[str] = set()
    while todo:
        table = todo.pop()
        todo += table.get_children()
        at_top = table.get_type() == "module"
        found |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (at_top or symbol.is_global())
        }
    return sorted(found)


# The subject, from here


class Subject:
    """A student's process, as its examiner sees it.

    Args:
        level: how isolated it is.
        until: when it has to be done with everything, as `time.monotonic` has it.

    Attributes:
        said: bytes that it has sent since the last request.
        notices: what it has noticed of the code that it runs.

    Every reply is read with limits and checked against a schema. A reply that fails
    ends the subject: `Gone` says so, in words for the student and none of the subject's.
    """

    def __init__(self, level: sandbox.Level, until: float = math.inf) -> None:
        self._process = sandbox.start(level)
        self._stdin, self._stdout = sandbox.pipes(self._process)
        self._rest = b""
        self._id = ""
        self._deadline = self._glance_at = 0.0
        self._until = math.inf
        self.said = 0
        self.notices: set[str] = set()
        try:
            self._request(protocol=PROTOCOL, seconds=PROCESSOR_SECONDS)
            if self._reply(None).get("protocol") != PROTOCOL:
                raise Gone("it speaks another version of the protocol")
        except Gone as gone:
            self.close()
            raise sandbox.SandboxError(
                f"The sandbox ({level}) does not start: {gone}. Run `looplab doctor`."
            ) from None
        except BaseException:
            self.close()
            raise
        self._until = until

    def close(self) -> None:
        """End it."""
        sandbox.stop(self._process)

    def cell(self, source: str, number: int) -> tuple[CellOutput, ...]:
        """Run a cell and return its outputs.

        Raises:
            Gone: the subject has died.
        """
        self._request(op="cell", source=source, number=number)
        reply = self._reply(None)
        try:
            told = _list(reply.get("outputs"))[:MAX_OUTPUTS]
            return tuple(unpack(CellOutput, each) for each in told)
        except WireError:
            raise Odd(_NO_ANSWER, "forges an answer") from None

    def observe(self, request: dict[str, Json], world: World) -> Run:
        """Have it run a program on `world`, and return what it did.

        Raises:
            Gone: the subject has died.
            CheckFailed: the program broke the subject, which is still alive.
        """
        self._request(op="observe", **request)
        reply = self._reply(world)
        world.finish()
        return self._read_reply(reply, lambda: Run.from_json(reply.get("run")))

    def explore(self, request: dict[str, Json]) -> Found | Run:
        """Have it run a program in many orders; a Run where there is no such program.

        Raises:
            Gone: the subject has died.
            CheckFailed: the program broke the subject, which is still alive.
        """
        self._request(op="explore", **request)
        reply = self._reply(None)
        orders = request["orders"]
        return self._read_reply(reply, lambda: Found.from_json(reply.get("found"), orders))

    def _read_reply(self, reply: dict[str, Json], read: Callable[[], T]) -> T | Run:
        if "broken" in reply:
            self.notices.add("breaks what watches it")
            raise CheckFailed("your code can be watched", "it breaks what watches it")
        if isinstance(reply.get("stopped"), str):
            raise CheckFailed("your code comes to an end", reply["stopped"][:200])
        try:
            if isinstance(reply.get("missing"), str):
                return _no_such_name(reply["missing"][:100])
            return read()
        except WireError:
            raise Odd(_NO_ANSWER, "forges an answer") from None

    def _request(self, **message: Json) -> None:
        self._id = secrets.token_hex(8)
        self._deadline = min(time.monotonic() + WALL_SECONDS, self._until)
        self.said = 0
        self._send({"id": self._id, **message})

    def _send(self, message: dict[str, Json]) -> None:
        left = dumps(message)
        while left:
            self._wait([], [self._stdin])
            try:
                # Its pipe does not block: who does not read must not hold us up.
                left = left[os.write(self._stdin, left) :]
            except OSError:
                raise Gone(_ENDED) from None

    def _reply(self, world: World | None) -> dict[str, Json]:
        """Return the reply to the last request; meanwhile serve the program's questions."""
        while True:
            message = self._line()
            if not isinstance(message, dict) or message.pop("id", None) != self._id:
                raise Odd("your code's process spoke out of turn", "speaks out of turn")
            if "notice" in message:
                self._note(message["notice"])
                continue
            try:
                answer = _serve(message, world)
            except TooMuch as error:
                answer = {"stop": str(error)}
            except (WireError, TypeError, ValueError, KeyError):
                raise Odd(
                    "your code's process asked what cannot be", "asks what no program can"
                ) from None
            if answer is None:
                return message
            self._send(answer)

    def _note(self, words: Json) -> None:
        if not isinstance(words, str):
            raise Odd(_NO_ANSWER, "forges an answer")
        if len(self.notices) < MAX_NOTICES:
            self.notices.add(one_line(words, 120))

    def _line(self) -> Json:
        part, end, self._rest = self._rest.partition(b"\n")
        parts = [part]
        while not end:
            part, end, self._rest = self._read().partition(b"\n")
            parts.append(part)
        try:
            return loads(b"".join(parts))
        except WireError:
            raise Odd(_NO_ANSWER, "forges an answer") from None

    def _read(self) -> bytes:
        self._wait([self._stdout], [])
        data = os.read(self._stdout, 2**16)
        if not data:
            raise Gone(_ENDED)
        self.said += len(data)
        if self.said > MAX_BYTES:
            raise Gone("your code's process said more than can be read: let it give and print less")
        return data

    def _wait(self, reading: list[int], writing: list[int]) -> None:
        """Wait for a pipe of the subject's, no longer than its deadline, and watch it meanwhile."""
        ready = False
        while not ready:
            now = time.monotonic()
            if now > self._until:
                raise Gone(_TOO_LONG)
            # Also of one that is never silent.
            if now > self._deadline:
                raise Gone(_WAITED.format(WALL_SECONDS))
            if now > self._glance_at:
                self._glance_at = now + GLANCE_SECONDS
                self._glance()
            ready = any(select.select(reading, writing, [], GLANCE_SECONDS))

    def _glance(self) -> None:
        processes, memory = sandbox.weight(self._process)
        if processes > sandbox.MAX_PROCESSES:
            raise Gone(
                f"your code started more than {sandbox.MAX_PROCESSES} processes: start fewer"
            )
        if memory > sandbox.MAX_MEMORY:
            raise Gone("your code's processes used more memory than they may: let them keep less")


_ENDED = "your code ended its own process, as os._exit or a crash does: let it return instead"
_WAITED = "your code did not come to an end in {:g} s: does it wait for what never comes?"
_NO_ANSWER = "your code's process gave an answer that is none"


def _list(data: Json) -> list[Json]:
    if not isinstance(data, list):
        raise WireError("a list was expected")
    return data


def _number(data: Json) -> float:
    if type(data) not in (int, float) or not abs(data) <= MAX_SECONDS:
        raise WireError("a number of seconds was expected")
    return float(data)


def _serve(message: dict[str, Json], world: World | None) -> dict[str, Json] | None:
    """Answer a program's question; None where the message is a reply.

    Raises:
        TooMuch: the program asks for ever.
    """
    if world is None or not message.keys() & {"ask", "advance", "block", "finish"}:
        return None
    if "ask" in message:
        service, method, arguments = _list(message["ask"])
        values: list[Value] = [decode(each) for each in _list(arguments)]
        if type(service) is not int or type(method) is not str:
            raise WireError("a service is asked by its number and a method's name")
        return {"answer": world.ask(service, method, values).to_json()}
    if "advance" in message:
        deadline = message["advance"]
        done = world.advance(None if deadline is None else _number(deadline))
        told = None if done is None else [[n, answer.to_json()] for n, answer in done]
        return {"now": world.now, "done": told}
    if "block" in message:
        world.block(_number(message["block"]))
    else:
        world.finish()
    return {"now": world.now}


def _no_such_name(name: str) -> Run:
    """Return the run of a program whose name the notebook does not bind."""
    error = describe_exception(NameError(f"name {name!r} is not defined"))
    return replace(looplab.observe(int), program=name, result=None, error=error, lives=(), steps=0)
