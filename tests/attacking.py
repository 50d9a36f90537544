"""What a submission says, and which processes it leaves, for `tests/attacks`."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from small import SOURCE

from loopgrade.examination.examiner import Examination
from looplab.runs.wire import pack

SETUP = SOURCE.partition("# %%\n")[2].partition("\n# %%")[0]
"""The first code cell of the small lesson."""

Attack = Callable[..., Examination]

# All that follows runs in the student's process. It has the examiner's pipe and the id of the
# request: both lie in its own memory.
CHANNEL = """
import gc, os, threading, time
import looplab.subject.channel as subject
channel = next(each for each in gc.get_objects() if isinstance(each, subject.Channel))

def say(text, **values):
    line = text.replace("ID", channel.request_id).encode() + b"\\n"
    channel._replies.write(line)
    channel._replies.flush()

def hear():
    return channel.receive()

def listen():
    threading.Thread(target=lambda: [*iter(hear, None)], daemon=True).start()
"""

RUN = """
RUN = {
    "schema": 5, "program": "fetch_all", "clock": "virtual", "call": "",
    "result": ["a", "b", "c"], "error": None, "duration": 4, "steps": 1, "callbacks": 0,
    "calls": [], "leftovers": [], "deadlock": [], "blocked": [], "lost": [], "threads": 0,
    "output": "", "warnings": []}
def lie_with(**changes):
    channel.send({"run": {**RUN, **changes}})
def lie_later_with(**changes):
    end = subject.Channel.end
    def lie(self, reply):
        details = {"details": {"lives": [], "ticks": [], **changes}}
        end(self, details if "details" in reply else reply)
    subject.Channel.end = lie
"""


def programs(text: str) -> dict[str, str]:
    """Return the programs that stand in a text, by the name above each: `#: NAME`."""
    parts = re.split(r"^#: (?!in another cell)(.*)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def said(found: Examination) -> str:
    """Return all that a submission has said."""
    verdicts = [pack(verdict) for verdict in found.verdicts.values()]
    outputs = [pack(each) for outputs in found.outputs.values() for each in outputs]
    return json.dumps([verdicts, outputs])


def passed(found: Examination) -> set[str]:
    """Return the tests that a submission passed."""
    return {name for name, verdict in found.verdicts.items() if verdict.passed}


def pid_namespaces(pid: int) -> set[str]:
    """Return the namespaces of what a process of bubblewrap's started: not our own."""
    found = set()
    todo = [str(pid)]
    while todo:
        folder = Path("/proc", todo.pop())
        with suppress(OSError):
            found.add(str((folder / "ns" / "pid").readlink()))
            for thread in (folder / "task").iterdir():
                todo += (thread / "children").read_text().split()
    return found - {str(Path("/proc/self/ns/pid").readlink())}


def all_pid_namespaces() -> Iterator[str]:
    """Yield the namespace of each process of this machine that is alive."""
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            state = (folder / "stat").read_text().rpartition(") ")[2][:1]
            if folder.name.isdigit() and state != "Z":
                yield str((folder / "ns" / "pid").readlink())
