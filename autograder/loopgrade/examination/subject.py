"""A student's process, seen from here: the protocol, and the limits that it keeps.

While a program runs, the examiner decides what time it is and what the services say, so how
long it took, and what it asked for and when, is the examiner's own record.
"""

from __future__ import annotations

import math
import os
import secrets
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from loopgrade.examination import sandbox
from loopgrade.examination.awake import awake
from loopgrade.examination.forking import ForkServer
from loopgrade.examination.known import known_names
from loopgrade.examination.notation import PlainCell
from loopgrade.examination.smells import smells
from loopgrade.examination.stopping import pause
from loopgrade.examination.weighing import excess
from looplab.observer.expecting import CheckFailed
from looplab.observer.observing import not_run
from looplab.observer.schedules import Found
from looplab.runs.failures import describe_exception
from looplab.runs.lines import dumps, loads
from looplab.runs.run import Details, Facts, Run, read_details, read_facts
from looplab.runs.wire import Json, Value, WireError, decode, unpack
from looplab.subject.protocol import MAX_OUTPUTS, NOTICES, PROTOCOL, REPLACES, RUNS, CellOutput
from looplab.virtual.answers import TooMuch
from looplab.virtual.world import World

PROCESSOR_SECONDS = 2.0
"""Of processor time that one cell or one observation may use."""

WALL_SECONDS = 30.0
"""Of patience with a subject that waits for something real and does not answer."""

LEAVE_SECONDS = 5.0
"""Of patience with one that has nothing more to do: what it says there takes some milliseconds."""

START_SECONDS = 60.0
"""Of patience with a sandbox that starts, which no code of the student's has a part in."""

MAX_BYTES = 8 * 2**20
"""Of one reply with the questions before it; and of all outputs that are kept."""

MAX_NOTICES = 20
"""That are kept of one subject."""

MAX_TEXTS = 200_000
"""Characters of the texts that stand in no cell, and that one subject runs, that are read."""

GLANCE_SECONDS = 0.25
"""How often what a subject takes of the machine is counted."""

MAX_SECONDS = 1e300
"""On the clock of a run; so many, added up, stay a number."""


T = TypeVar("T")


class Gone(Exception):
    """The subject has died, or says what it must not; the text tells a student why."""


class Ended(Gone):
    """The subject's process is no more: the code ended it, or the machine did."""


class Odd(Gone):
    """The subject says what an honest one never says.

    Attributes:
        notice: what it does, in a few words that continue "the code ...".
    """

    def __init__(self, message: str, notice: str) -> None:
        super().__init__(message)
        self.notice = notice


@contextmanager
def never_the_students() -> Iterator[None]:
    """A fault of this side's is nobody's fault who is graded.

    Raises:
        SandboxError: something failed that is not the subject.
    """
    try:
        yield
    except (Gone, CheckFailed, sandbox.SandboxError):
        raise
    except Exception as error:
        told = str(error) or type(error).__name__
        raise sandbox.SandboxError(f"The examiner cannot go on: {told}.") from error


# The subject, from here


class Subject:
    """A student's process, as its examiner sees it.

    Args:
        server: what starts it.

    Attributes:
        said: bytes that it has sent since the last request.
        notices: what it has noticed of the code that it runs.

    Every reply is read with limits and checked against a schema. A reply that fails
    ends the subject: `Gone` says so, in words for the student and none of the subject's.

    Raises:
        SandboxError: it does not start, which is no fault of the code's.
    """

    def __init__(self, server: ForkServer) -> None:
        self._server = server
        try:
            self._stdin, self._stdout = server.fork()
        except OSError as error:  # the machine has no process, memory or file left
            raise sandbox.SandboxError(_NO_START.format(server.level, error)) from None
        self._rest = b""
        self._id = ""
        self._owes_reply = False
        self._deadline = self._glance_at = 0.0
        self._until, self._too_long = math.inf, ""
        self.said = 0
        self.notices: set[str] = set()
        self._texts_left = MAX_TEXTS
        try:
            self._request(START_SECONDS, protocol=PROTOCOL, seconds=PROCESSOR_SECONDS)
            if self._reply(None).get("protocol") != PROTOCOL:
                raise Gone("it speaks another version of the protocol")
        except Gone as gone:
            self.close()
            server.close()
            raise sandbox.SandboxError(_NO_START.format(server.level, gone)) from None
        except BaseException:
            self.close()
            raise

    def be_done(self, until: float, too_long: str) -> None:
        """Give it so much time.

        Args:
            until: when it has to be done with everything, as `awake` has it.
            too_long: what to tell the student where it is not.
        """
        self._until, self._too_long = until, too_long

    def close(self) -> None:
        """End it, after it has said what else it has noticed."""
        try:
            if not self._owes_reply:
                self._have_it_leave()
            self._server.end()
        finally:
            os.close(self._stdin)
            os.close(self._stdout)

    def _have_it_leave(self) -> None:
        self._until = math.inf
        try:
            self._request(LEAVE_SECONDS, op="leave")
            self._reply(None)
        except Gone:
            self._keep_notice(_NO_FAREWELL)

    def cell(self, cell: PlainCell, number: int) -> tuple[CellOutput, ...]:
        """Run a cell and return its outputs.

        Args:
            cell: what to run.
            number: its number in the notebook, from 1.

        Raises:
            Gone: the subject has died.
        """
        self._request(op="cell", source=cell.source, timeline=cell.timeline, number=number)
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

        The details of the run are asked for when somebody looks at them, for which the subject
        must still be there.
        """
        self._request(op="observe", **request)
        asked = self._id
        reply = self._reply(world)
        world.finish()

        def read() -> Run:
            facts = read_facts(reply.get("run"))
            return Run.of(facts, lambda: self._details(asked, facts))

        return self._read_or_missing(reply, read)

    @never_the_students()
    def _details(self, asked: str, facts: Facts) -> Details:
        """Return the rest of what a program did, whose request had that id.

        Raises:
            Gone: the subject has died.
            CheckFailed: they cannot be put together in time.
        """
        self._request(op="details", of=asked)
        reply = self._reply(None)
        return self._read_reply(reply, lambda: read_details(reply.get("details"), facts))

    def explore(self, request: dict[str, Json]) -> Found | Run:
        """Have it run a program in many orders; a Run where there is no such program.

        Raises:
            Gone: the subject has died.
            CheckFailed: the program broke the subject, which is still alive.
        """
        self._request(op="explore", **request)
        reply = self._reply(None)
        orders = request["orders"]
        return self._read_or_missing(reply, lambda: Found.from_json(reply.get("found"), orders))

    def _read_or_missing(self, reply: dict[str, Json], read: Callable[[], T]) -> T | Run:
        if isinstance(reply.get("missing"), str):
            return _no_such_name(reply["missing"][:100])
        return self._read_reply(reply, read)

    def _read_reply(self, reply: dict[str, Json], read: Callable[[], T]) -> T:
        if "broken" in reply:
            self.notices.add("breaks what watches it")
            raise CheckFailed("your code can be watched", "it breaks what watches it")
        if isinstance(reply.get("stopped"), str):
            raise CheckFailed("your code comes to an end", reply["stopped"][:200])
        try:
            return read()
        except WireError:
            raise Odd(_NO_ANSWER, "forges an answer") from None

    def _request(self, patience: float | None = None, **message: Json) -> None:
        self._id = secrets.token_hex(8)
        self._deadline = min(awake() + (patience or WALL_SECONDS), self._until)
        self.said, self._owes_reply = 0, True
        self._send({"id": self._id, **message})

    def _send(self, message: dict[str, Json]) -> None:
        left = dumps(message)
        while left:
            self._wait([], [self._stdin])
            try:
                # Its pipe does not block: who does not read must not hold us up.
                left = left[os.write(self._stdin, left) :]
            except OSError:
                raise Ended(_ENDED) from None

    def _reply(self, world: World | None) -> dict[str, Json]:
        """Return the reply to the last request; meanwhile serve the program's questions."""
        while True:
            message = self._line()
            if not isinstance(message, dict) or message.pop("id", None) != self._id:
                raise Odd("your code's process spoke out of turn", "speaks out of turn")
            if "notice" in message:
                self._note(message["notice"])
                continue
            if "finish" in message and world is not None:
                world.finish()
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
                self._owes_reply = False
                return message
            self._send(answer)

    def _note(self, words: Json) -> None:
        if not isinstance(words, str):
            raise Odd(_NO_ANSWER, "forges an answer")
        if words.startswith(RUNS):
            self._read_text(words.removeprefix(RUNS))
            return
        if not _is_notice(words):
            words = "says of itself what is no notice"
        self._keep_notice(words)

    def _keep_notice(self, words: str) -> None:
        if len(self.notices) < MAX_NOTICES:
            self.notices.add(words)

    def _read_text(self, text: str) -> None:
        """Read a text that stands in no cell and that the code has run, as cells are read."""
        self._texts_left -= len(text)
        if self._texts_left < 0:
            self._keep_notice(_TOO_MANY_TEXTS)
            return
        for words in smells(text):
            self._keep_notice(f"{words} of a text that it runs")

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
            raise Ended(_ENDED)
        self.said += len(data)
        if self.said > MAX_BYTES:
            raise Gone("your code's process said more than can be read: let it give and print less")
        return data

    def _wait(self, reading: list[int], writing: list[int]) -> None:
        """Wait for a pipe of the subject's, no longer than its deadline, and watch it meanwhile."""
        ready = False
        while not ready:
            pause()
            now = awake()
            if now > self._until:
                raise Gone(self._too_long)
            # Also of one that is never silent.
            if now > self._deadline:
                raise Gone(_WAITED.format(WALL_SECONDS))
            if now > self._glance_at:
                self._glance_at = now + GLANCE_SECONDS
                self._glance()
            ready = any(select.select(reading, writing, [], GLANCE_SECONDS))

    def _glance(self) -> None:
        if told := excess(self._server.weight()):
            raise Gone(told)


_NO_START = "The sandbox ({}) does not start: {}. Run `looplab doctor`."
_NO_FAREWELL = "goes on when its tests have ended, and keeps its process from being looked at"
_TOO_MANY_TEXTS = "runs more texts that stand in no cell than can be read"
_ENDED = "your code ended its own process, as os._exit or a crash does: let it return instead"
_WAITED = "your code did not come to an end in {:g} s: does it wait for what never comes?"
_NO_ANSWER = "your code's process gave an answer that is none"


def _is_notice(words: str) -> bool:
    """Whether these are words of ours: what a student could choose, a teacher must not read."""
    if words in NOTICES:
        return True
    verb, _, name = words.partition(" ")
    return verb == REPLACES and len(name) < 100 and set(name.split(".")) <= known_names()


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
    if world is None or not message.keys() & {"ask", "advance", "block"}:
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
    world.block(_number(message["block"]))
    return {"now": world.now}


def _no_such_name(name: str) -> Run:
    """Return the run of a program whose name the notebook does not bind."""
    return not_run(name, describe_exception(NameError(f"name {name!r} is not defined")))
