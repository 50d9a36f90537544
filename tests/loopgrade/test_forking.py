"""One subject after the other in one sandbox: nothing of one reaches the next."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from loopgrade.examination.forking import ForkServer
from loopgrade.examination.notation import PlainCell
from loopgrade.examination.sandbox import SandboxError, diagnose, start
from loopgrade.examination.subject import Ended, Subject

pytestmark = pytest.mark.skipif(
    not diagnose().works, reason="what a sandbox holds back needs bubblewrap"
)


@pytest.fixture
def server() -> Iterator[ForkServer]:
    with ForkServer("bubblewrap") as server:
        yield server


def run(server: ForkServer, source: str) -> str:
    """Return what a cell prints in a subject of its own."""
    with closing(Subject(server)) as subject:
        return "".join(output.text for output in subject.cell(PlainCell(source), 1))


def test_each_subject_has_the_same_addresses_and_names(server: ForkServer) -> None:
    """So the order of a set of tasks, and with it a verdict, is the same for each."""
    told = "import asyncio\nprint(id(object()), id(asyncio), {object() for _ in range(9)})"
    first, *others = [run(server, told) for _ in range(4)]
    assert others == [first] * 3
    assert server.process is not None
    kept = server.process.pid
    assert "NameError" not in run(server, "mine = 1\nprint(mine)")
    assert run(server, "print('mine' in globals())") == "False\n"
    assert server.process.pid == kept, "all of them had the same sandbox"


def test_what_a_subject_started_ends_with_it(server: ForkServer) -> None:
    daemon = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(600)\n"
        "    os._exit(0)\n"
    )
    count = "import os\nprint(sum(name.isdigit() for name in os.listdir('/proc')))"
    before = run(server, count)
    run(server, daemon)
    assert run(server, count) == before


def test_a_sandbox_into_which_something_was_written_is_not_used_again(server: ForkServer) -> None:
    for folder in ("/tmp", "/dev/shm"):
        run(server, f"open('{folder}/note', 'w').write('for the next one')")
        assert run(server, f"import os\nprint(os.listdir('{folder}'))") == "[]\n"


def test_a_subject_cannot_end_what_it_is_a_copy_of(server: ForkServer) -> None:
    kill = "import os, signal\nfor sign in (2, 9, 15, 17):\n    os.kill(1, sign)\nprint('sent')"
    assert run(server, kill) == "sent\n"
    pid = server.process and server.process.pid
    assert run(server, "print(1)") == "1\n"
    assert server.process and server.process.pid == pid


def test_a_sandbox_that_somebody_ends_is_started_again(server: ForkServer) -> None:
    with closing(Subject(server)) as subject:
        assert server.process is not None
        os.kill(server.process.pid, signal.SIGKILL)
        with pytest.raises(Ended):  # which takes a moment
            subject.cell(PlainCell("import threading\nthreading.Event().wait()"), 1)
    assert run(server, "print(1)") == "1\n"


def test_orphans_that_have_ended_are_not_counted(server: ForkServer) -> None:
    orphans = (
        "import os, time\n"
        "for _ in range(20):\n    if os.fork() == 0:\n        os.fork()\n        os._exit(0)\n"
        "    os.wait()\n"
    )
    with closing(Subject(server)) as subject:
        few = server.weight().processes
        subject.cell(PlainCell(orphans), 1)
        deadline = time.monotonic() + 5
        while server.weight().processes > few:
            assert time.monotonic() < deadline, "what has ended is still there"
            time.sleep(0.01)


def test_without_a_namespace_each_subject_has_a_sandbox_of_its_own() -> None:
    with ForkServer("process") as server:
        run(server, "import os\nif os.fork() == 0:\n    import time\n    time.sleep(600)")
        assert server.process is None
        assert run(server, "print(1)") == "1\n"


def test_a_sandbox_that_does_not_start_is_the_machines_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def start_another(level: str, control: int) -> object:
        process = start("process", control)
        process.kill()
        process.wait()
        return process

    monkeypatch.setattr("loopgrade.examination.forking.sandbox.start", start_another)
    with ForkServer("process") as server, pytest.raises(SandboxError, match="does not start"):
        Subject(server)
