"""Lies on the pipe: a student's code may say anything there, and none of it earns a point."""

import contextlib
import json
import os
import subprocess
import sys
import time

import pytest
from attacking import CHANNEL, RUN, Attack, passed

from loopgrade.examination import examiner, subject
from loopgrade.examination.forking import ForkServer
from looplab.subject.protocol import PROTOCOL

SEQUENTIAL = """
async def fetch_all(job, n):
    lie()
    return [await job(i) for i in range(n)]
"""

QUESTIONS = {
    "not JSON": "tell me",
    "binary": "\x00\x01\x7f",
    "a list": '["ID"]',
    "nothing": "",
    "a number": "1",
    "no id": '{"advance": 1}',
    "another id": '{"id": "0123456789abcdef", "advance": 1}',
    "a float as id": '{"id": 1.0, "advance": 1}',
    "a list as id": '{"id": ["ID"], "advance": 1}',
    "the id twice": '{"id": "ID", "id": "ID", "advance": 1}',
    "NaN": '{"id": "ID", "advance": NaN}',
    "infinity": '{"id": "ID", "advance": Infinity}',
    "too large a float": '{"id": "ID", "advance": 1e999}',
    "a large float": '{"id": "ID", "advance": 1e308}',
    "a huge int": '{"id": "ID", "advance": 1%s}' % ("0" * 400),
    "an endless int": '{"id": "ID", "advance": 1%s}' % ("0" * 10_000),
    "a text as time": '{"id": "ID", "advance": "1"}',
    "a bool as time": '{"id": "ID", "advance": true}',
    "a list as time": '{"id": "ID", "advance": [1]}',
    "back in time": '{"id": "ID", "advance": -1e300}',
    "blocked for nothing": '{"id": "ID", "block": null}',
    "blocked backwards": '{"id": "ID", "block": -5}',
    "blocked for a huge int": '{"id": "ID", "block": 1%s}' % ("0" * 400),
    "no service": '{"id": "ID", "ask": []}',
    "a service that is not there": '{"id": "ID", "ask": [7, "call", []]}',
    "a negative service": '{"id": "ID", "ask": [-1, "call", [0]]}',
    "a float as service": '{"id": "ID", "ask": [0.0, "call", [0]]}',
    "a bool as service": '{"id": "ID", "ask": [false, "call", [0]]}',
    "null as service": '{"id": "ID", "ask": [null, "call", [0]]}',
    "a list as method": '{"id": "ID", "ask": [0, ["call"], [0]]}',
    "another method": '{"id": "ID", "ask": [0, "__class__", [0]]}',
    "a dict as arguments": '{"id": "ID", "ask": [0, "call", {"0": 0}]}',
    "a list as argument": '{"id": "ID", "ask": [0, "call", [[0]]]}',
    "an unknown tag": '{"id": "ID", "ask": [0, "call", [{"$eval": "1"}]]}',
    "two tags": '{"id": "ID", "ask": [0, "call", [{"$set": [], "$tuple": []}]]}',
    "a set of lists": '{"id": "ID", "ask": [0, "call", [{"$set": [[]]}]]}',
    "a dict of halves": '{"id": "ID", "ask": [0, "call", [{"$dict": [[1]]}]]}',
    "bytes of nothing": '{"id": "ID", "ask": [0, "call", [{"$bytes": "xyz"}]]}',
    "half a failure": '{"id": "ID", "ask": [0, "call", [{"$failure": {"type": 1}}]]}',
    "a ticket that is not there": '{"id": "ID", "ask": [0, "cancel", [99]]}',
    "a float as ticket": '{"id": "ID", "ask": [0, "cancel", [0.0]]}',
    "NaN as ticket": '{"id": "ID", "ask": [0, "cancel", [{"$float": "nan"}]]}',
    "all at once": '{"id": "ID", "ask": [0, "call", [0]], "advance": 4, "finish": true, "run": {}}',
    "half a surrogate": '{"id": "ID", "missing": "\\ud800"}',
    "a name as a list": '{"id": "ID", "missing": [1]}',
    "a deep name": '{"id": "ID", "missing": %s}' % ("[" * 900 + "]" * 900),
    "deep JSON": '{"id": "ID", "run": %s}' % ("[" * 100_000),
    "an empty run": '{"id": "ID", "run": {}}',
    "both": '{"id": "ID", "run": {}, "missing": "fetch_all"}',
    "broken": '{"id": "ID", "broken": "it is your fault"}',
    "outputs": '{"id": "ID", "outputs": []}',
}


SUBJECT = """
import json, sys
def say(text): print(text, flush=True)
question = json.loads(sys.argv[1])
for line in sys.stdin:
    request = json.loads(line)
    if "protocol" in request: say(json.dumps({"id": request["id"], "protocol": int(sys.argv[2])}))
    elif request.get("op") == "cell": say(json.dumps({"id": request["id"], "outputs": []}))
    elif request.get("op") == "observe": say(question.replace("ID", request["id"]))
    # what the question is answered with, nobody reads
    else: say(json.dumps({"id": request["id"], "run": None}))
"""


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_no_word_out_of_turn_earns_a_point(
    attack: Attack, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """These need no real subject, which takes longer to start."""
    spoken = json.dumps(question), str(PROTOCOL)
    command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", SUBJECT, *spoken]
    with contextlib.ExitStack() as started:
        monkeypatch.setattr(ForkServer, "fork", lambda _: start(command, started))
        assert not passed(attack(only="fetch"))


def start(command: list[str], started: contextlib.ExitStack) -> tuple[int, int]:
    """Start it and return its two ends; it ends when its requests do."""
    process = started.enter_context(
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    )
    assert process.stdin is not None
    assert process.stdout is not None
    asking, telling = os.dup(process.stdin.fileno()), os.dup(process.stdout.fileno())
    process.stdin.close()
    os.set_blocking(asking, False)
    return asking, telling


LIES = {
    "a forged run": "lie_with(duration=4)",
    "a forged run with a float id": "lie_with(schema=2.0)",
    "a run that took a huge int": "lie_with(duration=10**400)",
    "a run of another schema": "lie_with(schema=1)",
    "a run with lives that are none": "lie_later_with(lives=[{}])",
    "a run with details of another's": "lie_later_with(ticks=[], calls=[])",
    "a run with a negative time": "lie_with(duration=-1)",
    "a run with a name as a number": "lie_with(program=7)",
    "a run that leaves half a surrogate": (
        "lie_with(leftovers=[{'task': '\\ud800', 'reason': '\\x1b[31m', 'line': None, "
        "'held_by': None}])"
    ),
    "a run and another": "lie_with(); lie_with(); lie_with()",
    "each reply twice": """
    real = subject.Channel.send
    def send(self, message):
        real(self, message)
        real(self, message)
    subject.Channel.send = send""",
    "the end before it": "channel.ask({'finish': True})",
    "the end at 4 s": "channel.ask({'block': 4}); channel.ask({'finish': True})",
    "on every descriptor": """
    for number in range(64):
        try:
            os.write(number, ('{"id": "%s", "run": null}\\n' % channel.request_id).encode())
        except OSError:
            pass""",
    "the pipes are closed": "os.closerange(0, 64)",
    "the pipes are swapped": "os.dup2(channel._requests.fileno(), channel._replies.fileno())",
    "a set that takes hours": (
        "lie_with(result={'$set': [k * (2**61 - 1) for k in range(99_000)]})"
    ),
    "a dict that takes hours": (
        "lie_with(result={'$dict': [[k * (2**61 - 1), 0] for k in range(49_000)]})"
    ),
    "many lives": """lie_later_with(lives=[
        {"id": n, "kind": "task", "name": "", "function": "", "created_by": None,
         "cancelled_by": None, "outcome": "pending", "error": None, "returned": "",
         "spans": []}
        for n in range(70_000)])""",
    "two lives of one id": """lie_later_with(lives=[
        {"id": 0, "kind": "task", "name": "", "function": "", "created_by": None,
         "cancelled_by": None, "outcome": "pending", "error": None, "returned": "",
         "spans": []}] * 2)""",
    "a long text": "lie_with(result='x' * 7_000_000)",
    "a long line": "say('x' * 30_000_000)",
    "a line of empty lists": "say('{\"id\": \"ID\", \"run\": [' + '[],' * 2_500_000 + '[]]}')",
    "long arguments": """
    for _ in range(1000):
        channel.ask({"ask": [0, "call", ["x" * 90_000]]})""",
    "more calls than there may be": """
    while True:
        channel.ask({"ask": [0, "call", [0]]})""",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_no_forged_answer_earns_a_point(attack: Attack, lie: str) -> None:
    found = attack(f"{CHANNEL}{RUN}\ndef lie():\n    {lie}\n{SEQUENTIAL}", only="fetch")
    assert "fetch_all-overlap" not in passed(found)


HOLDUPS = {
    "asks for ever": """
    listen()
    while True:
        say('{"id": "ID", "ask": [0, "cancel", [0]]}\\n' * 1000)""",
    "lets time pass for ever": """
    while True:
        channel.ask({"advance": 1})""",
    "asks and does not listen": """
    while True:
        say('{"id": "ID", "advance": 1}\\n' * 1000)""",
    "drips": """
    while True:
        channel._replies.write(b" ")
        channel._replies.flush()""",
    "says nothing": """
    while True:
        time.sleep(1000)
        threading.Event().wait()""",
    "stops itself": "os.kill(os.getpid(), 19)",
}


@pytest.mark.parametrize("holdup", HOLDUPS.values(), ids=HOLDUPS)
def test_nobody_holds_up_the_examiner(attack: Attack, holdup: str) -> None:
    start = time.monotonic()
    answer = f"{CHANNEL}\nimport signal\ndef lie():\n    signal.setitimer(signal.ITIMER_PROF, 0)"
    found = attack(f"{answer}\n    {holdup}\n{SEQUENTIAL}")
    assert passed(found) == {"twice-seven"}
    assert time.monotonic() - start < 2 * subject.WALL_SECONDS + 5


def test_a_request_that_nobody_reads_holds_up_nobody(attack: Attack) -> None:
    deaf = CHANNEL + '\nsay(\'{"id": "ID", "outputs": []}\')\nthreading.Event().wait()'
    found = attack(others=[deaf, "#" * 1_000_000], only="twice")
    assert "did not come to an end" in found.verdicts["twice-seven"].message


def test_an_exercise_has_an_end(attack: Attack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "WALL_SECONDS", 1.0)
    monkeypatch.setattr(examiner, "OTHER_SECONDS", 3.0)
    waits = "import threading\nthreading.Event().wait()"
    start = time.monotonic()
    found = attack(others=[waits] * 40, only="twice")
    assert found.verdicts["twice-seven"].passed  # what waits is no answer, and is left out
    monkeypatch.setattr(examiner, "EXERCISE_SECONDS", 0.5)
    answer = "import threading\ndef twice(n):\n    threading.Event().wait()"
    found = attack(twice=answer, only="twice")
    assert "that an exercise has in all" in found.verdicts["twice-seven"].message
    assert time.monotonic() - start < 30


OUTPUTS = {
    "long": "[OUTPUT('stream', 'stdout', 'x' * 7_000_000)]",
    "many": "[OUTPUT('stream', 'stdout', 'x')] * 60_000",
    "not one": "[1]",
    "none": "None",
    "another kind": "[OUTPUT('html', 'x', '<script>')]",
    "a name that is none": "[OUTPUT('error', 7, '')]",
    "half a run": "[{**OUTPUT('result', '', ''), 'run': {}}]",
    "a run that took a huge int": (
        "[{**OUTPUT('x', '', ''), 'run': {**RUN, 'lives': [], 'ticks': [], 'duration': 9**999}}]"
    ),
}


@pytest.mark.parametrize("outputs", OUTPUTS.values(), ids=OUTPUTS)
def test_forged_outputs_harm_nobody(attack: Attack, outputs: str) -> None:
    forger = f"""{CHANNEL}{RUN}
def OUTPUT(kind, name, text):
    return {{"kind": kind, "name": name, "text": text, "traceback": [], "run": None}}
real = subject.Channel.send
def send(self, message):
    real(self, {{"outputs": {outputs}}} if "outputs" in message else message)
subject.Channel.send = send
"""
    found = attack(others=[forger, *["print('on')"] * 3])
    assert "twice-seven" in passed(found)
    assert sum(len(each.text) for told in found.outputs.values() for each in told) < 9_000_000
