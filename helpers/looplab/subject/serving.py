"""The untrusted side of grading: it runs a student's cells, and tells what they did.

An examiner has this started in a sandbox (`looplab.subject.forking`) and talks to it in lines of
JSON, over two pipes. There are five requests:

- `cell`: run a cell of the notebook; the reply is its outputs.
- `observe`: run a program of the student's; the reply is the facts of a `Run`. Meanwhile the
  program asks the examiner what time it is and what its services say.
- `details`: the reply is the rest of the `Run` that a request has given: few of them are asked for.
- `explore`: run it in many orders of the services' answers; the reply is how often each
  outcome came, and an order that leads to it.
- `leave`: the last one; there is nothing in the reply.

Before a reply it may say what it has noticed (`looplab.subject.noticing`), for a human to look at.

It knows no test and no expected value, so there is nothing here to steal. Nothing that
it says is trusted: what only it can know is evidence, not proof.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import looplab
from looplab.recorder.asking import ENDED, audit
from looplab.recorder.generators import is_tracing
from looplab.recorder.waiting import last_line
from looplab.runs.run import Details, Facts, Run
from looplab.runs.wire import Json, WireError, pack
from looplab.subject.cells import Notebook, picture
from looplab.subject.channel import Channel
from looplab.subject.noticing import Noticing
from looplab.subject.protocol import PROTOCOL
from looplab.subject.requests import MissingName, explore, observe
from looplab.virtual.answers import TooMuch

AGAIN = 0.2
"""Seconds of processor time after which a program that goes on is stopped once more."""

SOON = 0.001
"""Seconds of it after which one is stopped that could not be when its time was up."""


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


MAX_TASKS = 640
"""Processes and threads that the kernel lets a sandbox have: the examiner, which counts them too,
looks only now and then."""


def limit(memory: int, processor: int, file_size: int, files: int) -> None:
    """Limit this process for good, before it runs a line of the student's.

    Args:
        memory: bytes of address space.
        processor: seconds of processor time.
        file_size: bytes of the largest file it may write.
        files: files, pipes and sockets that it may have open: the kernel keeps memory for each.
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
        (resource.RLIMIT_NOFILE, files),
        *([(resource.RLIMIT_NPROC, MAX_TASKS)] if _is_counted_alone() else []),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS
            resource.setrlimit(what, (amount, amount))


def _is_counted_alone() -> bool:
    """Whether a limit of processes counts this sandbox's, and not all that its user has.

    Linux does so from 5.14 on, in a namespace of users. It binds nobody whom root has started.
    """
    users = Path("/proc/self/uid_map")
    if not users.exists() or users.read_text(encoding="ascii").split()[-1] == str(2**32 - 1):
        return False
    return tuple(map(int, re.findall(r"\d+", os.uname().release)[:2])) >= (5, 14)


def serve(channel: Channel, seconds: float) -> None:
    """Answer requests until the examiner goes.

    Args:
        channel: where they come from.
        seconds: the processor time that one request may use.
    """
    notebook, runs = Notebook(), dict[str, Run]()
    random.seed(0)  # a program that leaves it to chance gets the same verdict each time
    noticing = Noticing(channel.notice)
    noticing.listen()
    while (request := channel.receive()) is not None:
        channel.begin(request["id"])
        noticing.observing = request["op"] != "cell"
        if request["op"] == "leave" or request.get("first"):
            noticing.compare()
            runs.clear()
        try:
            reply = answer(request, notebook, runs, channel, seconds, noticing.glance)
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
        channel.end(reply)


def answer(
    request: dict[str, Json],
    notebook: Notebook,
    runs: dict[str, Run],
    channel: Channel,
    seconds: float,
    glance: Callable[[], None],
) -> dict[str, Json]:
    """Do what a request asks, in so many seconds of processor time, and return the reply.

    Args:
        request: what the examiner sent.
        notebook: where the student's names are.
        runs: those whose details may be asked for, by the requests that they answer.
        channel: to the examiner.
        seconds: the processor time that it may use.
        glance: called whenever time is about to pass.
    """
    if request["op"] == "leave":
        return {}
    # What comes after the program is not the program's time, so it stands outside.
    if request["op"] == "cell":
        with processor_time(seconds, channel):
            outputs = notebook.run_cell(
                request["source"], request["number"], timeline=request["timeline"]
            )
        return {"outputs": [pack(each) for each in outputs]}
    if request["op"] == "details":
        with processor_time(seconds, channel):
            return {"details": pack(runs[request["of"]], Details)}
    if request["op"] == "explore":
        with processor_time(seconds, channel) as go_on:
            found = explore(request, notebook, go_on)
        return {"found": found.to_json()}
    with processor_time(seconds, channel):
        run = observe(request, notebook, channel, glance)
    audit(ENDED)
    runs[request["id"]] = run
    return {"run": pack(run, Facts)}


def main(requests: int, replies: int) -> None:
    """Serve until the examiner goes.

    Args:
        requests: the descriptor from which they are read.
        replies: the one to which they are written.
    """
    limit(memory=2**30, processor=60, file_size=2**24, files=1024)
    # A shell that starts a grader with `&` has it ignored, and what it starts too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Nothing is drawn here.
    Run.timeline = picture  # type: ignore[attr-defined]  # nobody looks at pictures here
    looplab.compare = picture  # type: ignore[assignment]  # nobody looks at pictures here
    channel = Channel(os.fdopen(requests, "rb"), os.fdopen(replies, "wb"))
    hello = channel.receive()
    if hello is None or hello.get("protocol") != PROTOCOL:
        raise WireError(f"The examiner must speak version {PROTOCOL} of the protocol.")
    channel.begin(hello["id"])
    channel.end({"protocol": PROTOCOL})
    serve(channel, hello["seconds"])
