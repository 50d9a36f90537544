"""What a hostile submission may take of the machine, and which calls of the kernel it may make."""

import platform
import struct

import pytest
from attacking import Attack

from loopgrade.examination import sandbox, seccomp

CALLS = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def call(number):
    ctypes.set_errno(0)
    # Arguments with which no call does anything.
    libc.syscall(number, -1, 0, 0, 0, 0)
    return errno.errorcode.get(ctypes.get_errno())
print(*(call(number) for number in NUMBERS))
"""

known = pytest.mark.skipif(
    not sandbox.filters(), reason="this machine cannot filter the calls of a sandbox"
)


def test_too_many_threads_end_the_exercise(attack: Attack) -> None:
    threads = """
import threading
threading.stack_size(65536)
def twice(n):
    try:
        for _ in range(3_000): threading.Thread(target=threading.Event().wait, daemon=True).start()
    except RuntimeError: pass
    threading.Event().wait()
"""
    found = attack(twice=threads)
    message = " ".join(found.verdicts["twice-seven"].message.split())
    assert "your code started more than 512 threads: start fewer" in message
    assert found.verdicts["fetch_all-order"].passed


def test_a_hundred_threads_are_not_too_many(attack: Attack) -> None:
    threads = """
import threading
def twice(n):
    on, all_ = threading.Event(), [threading.Thread(target=lambda: on.wait()) for _ in range(100)]
    [each.start() for each in all_]
    on.set()
    [each.join() for each in all_]
    return 2 * n
"""
    assert attack(twice=threads).verdicts["twice-seven"].passed


@known
def test_the_kernel_refuses_what_no_program_needs(attack: Attack) -> None:
    numbers = seccomp._PROCESSORS[platform.machine()][1] | seccomp._EVERYWHERE
    code = CALLS.replace("NUMBERS", repr(tuple(numbers.values())))
    told = attack(others=[code]).outputs[3][0].text.split()
    assert dict(zip(numbers, told, strict=True)) == dict.fromkeys(numbers, "ENOSYS")


@known
def test_what_programs_need_goes_on_as_ever(attack: Attack) -> None:
    code = """
import multiprocessing, os, socket, subprocess, sys, tempfile, threading
assert multiprocessing.Value("i", 3).value == 3
child = multiprocessing.Process(target=int)
child.start(), child.join()
assert child.exitcode == 0
assert subprocess.run([sys.executable, "-c", "print(5)"], capture_output=True).stdout == b"5\\n"
with tempfile.TemporaryFile() as file: file.write(b"x")
socket.socketpair()
os.sched_yield()
print("done")
"""
    assert [each.text for each in attack(others=[code]).outputs[3]] == ["done\n"]


def test_a_filter_refuses_and_allows_by_numbers() -> None:
    """The program is run here, as the kernel does."""

    for machine, (architecture, calls, mmap) in seccomp._PROCESSORS.items():
        program = seccomp.filter_program(machine)
        assert program is not None
        steps = list(struct.iter_unpack("=HBBI", program))

        def answer(
            number: int, of: int, flags: int = 0, steps: list[tuple[int, ...]] = steps
        ) -> int:
            at, loaded = 0, 0
            while True:
                code, then, otherwise, value = steps[at]
                if code == 0x06:
                    return value
                if code == 0x20:
                    loaded = {0: number, 4: of, 40: flags}[value]
                elif code == 0x54:
                    loaded &= value
                elif (loaded == value) if code == 0x15 else (loaded >= value):
                    at += then
                else:
                    at += otherwise
                at += 1

        refused = {*calls.values(), *seccomp._EVERYWHERE.values()}
        assert {n for n in range(600) if answer(n, architecture) != 0x7FFF0000} == refused
        shared_and_of_no_file = {flags for flags in range(64) if flags & 0x2F == 0x21}
        assert shared_and_of_no_file == {
            flags for flags in range(64) if answer(mmap, architecture, flags) != 0x7FFF0000
        }
        assert answer(1, architecture + 1) != 0x7FFF0000
        assert answer(0x40000001, architecture) != 0x7FFF0000
