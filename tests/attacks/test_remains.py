"""A word that one exercise leaves in the sandbox for the next, which may show it to the student."""

import pytest
from attacking import Attack
from small import RIGHT

LEFT = {
    "a file": (
        "open('/dev/shm/x', 'w').write('7')",
        "import os; print(os.listdir('/dev/shm'))",
        "[]",
    ),
    "the time of a folder": (
        "import os; os.utime('/tmp', ns=(777, 777))",
        "import os; print(os.stat('/tmp').st_mtime_ns == 777)",
        "False",
    ),
    "the mode of a folder": (
        "import os; os.chmod('/tmp', 0o711)",
        "import os; print(oct(os.stat('/tmp').st_mode & 0o777) == '0o711')",
        "False",
    ),
    "an attribute of a folder": (
        "import os\ntry: os.setxattr('/tmp', 'user.x', b'7')\nexcept OSError: pass",
        "import os; print(os.listxattr('/tmp'))",
        "[]",
    ),
    "a queue of messages": (
        "LIBC.mq_open(b'/x', 0o102, 0o600, None)",
        "print(LIBC.mq_open(b'/x', 0o2) >= 0)",
        "False",
    ),
    "an old queue of messages": (
        "LIBC.msgget(77, 0o1600)",
        "print(LIBC.msgget(77, 0) >= 0)",
        "False",
    ),
    "an old semaphore": (
        "LIBC.semget(77, 1, 0o1600)",
        "print(LIBC.semget(77, 0, 0) >= 0)",
        "False",
    ),
    "a limit of the first process": (
        "import resource; resource.prlimit(1, resource.RLIMIT_CORE, (777, 777))",
        "import resource; print(777 in resource.prlimit(1, resource.RLIMIT_CORE))",
        "False",
    ),
    "how nice the first process is": (
        "import os; os.setpriority(os.PRIO_PROCESS, 1, 7)",
        "import os; print(os.getpriority(os.PRIO_PROCESS, 1) == 7)",
        "False",
    ),
    "its processors": (
        "import os; os.sched_setaffinity(1, {0})",
        "import os; print(len(os.sched_getaffinity(1)) == os.cpu_count())",
        "True",
    ),
    "the number of the next process": (
        "import os\nfor _ in range(77): os.fork() or os._exit(0)",
        "import os; print(os.getpid() < 70)",
        "True",
    ),
}

LIBC = "import ctypes\nLIBC = ctypes.CDLL(None)\n"


@pytest.mark.parametrize(("leave", "read", "told"), LEFT.values(), ids=LEFT)
def test_the_next_exercise_finds_nothing(attack: Attack, leave: str, read: str, told: str) -> None:
    first = f"{LIBC}\ntry:\n    exec({leave!r})\nexcept OSError: pass\n{RIGHT['fetch_all']}"
    found = attack(fetch_all=first, twice=f"{LIBC}\n{read}\n{RIGHT['twice']}")
    assert [each.text for each in found.outputs[2]] == [f"{told}\n"]
    assert found.verdicts["twice-seven"].passed
