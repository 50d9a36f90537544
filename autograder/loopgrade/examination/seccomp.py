"""Which calls of the kernel a subject may not make, as a filter that bubblewrap installs.

No program of a student's needs these. With them one could outlive the sandbox (`ptrace`), hold
memory that no process seems to have (`memfd_create`, `shmget`, `vmsplice`, and `mmap` where it is
shared and of no file: shrunk, it keeps all its pages), leave a word for the next exercise or
student in a keyring (`keyctl`), a queue (`mq_open`, `msgget`), a semaphore (`semget`) or in what
the machine has cached of a file (`posix_fadvise`, `preadv2`, `mincore`), or reach parts of the
kernel where faults are found each year (`bpf`, `io_uring`). Each is answered as if this kernel did
not have it.

The filter is a program for the kernel's classic BPF (seccomp(2)); the numbers of the calls are
those of the kernel's tables for each processor.
"""

from __future__ import annotations

import errno
import os
import platform
import struct
from collections.abc import Mapping

_X86_64: Mapping[str, int] = {
    "mincore": 27,
    "shmget": 29,
    "semget": 64,
    "msgget": 68,
    "ptrace": 101,
    "readahead": 187,
    "fadvise64": 221,
    "mq_open": 240,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "vmsplice": 278,
    "perf_event_open": 298,
    "name_to_handle_at": 303,
    "open_by_handle_at": 304,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "kcmp": 312,
    "memfd_create": 319,
    "bpf": 321,
    "userfaultfd": 323,
    "preadv2": 327,
    "pwritev2": 328,
}
_AARCH64: Mapping[str, int] = {
    "mq_open": 180,
    "msgget": 186,
    "semget": 190,
    "shmget": 194,
    "readahead": 213,
    "add_key": 217,
    "request_key": 218,
    "keyctl": 219,
    "fadvise64": 223,
    "vmsplice": 75,
    "mincore": 232,
    "ptrace": 117,
    "perf_event_open": 241,
    "name_to_handle_at": 264,
    "open_by_handle_at": 265,
    "process_vm_readv": 270,
    "process_vm_writev": 271,
    "kcmp": 272,
    "memfd_create": 279,
    "bpf": 280,
    "userfaultfd": 282,
    "preadv2": 286,
    "pwritev2": 287,
}
_EVERYWHERE: Mapping[str, int] = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "pidfd_getfd": 438,
    "memfd_secret": 447,
    "cachestat": 451,
}
_PROCESSORS: Mapping[str, tuple[int, Mapping[str, int], int]] = {
    # The kernel's AUDIT_ARCH_ numbers, and that of mmap
    "x86_64": (0xC000003E, _X86_64, 9),
    "aarch64": (0xC00000B7, _AARCH64, 222),
}

_SHARED, _ANONYMOUS = 0x01, 0x20
_KIND = 0x0F | _ANONYMOUS  # what of mmap's flags says which memory it is

_OF_X32 = 0x40000000
"""From here on numbers are those of another way to call a kernel for x86_64."""

_LOAD, _IS, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.ENOSYS
_NUMBER, _ARCHITECTURE, _FLAGS = 0, 4, 40  # where the kernel puts them; flags are argument 3


def filter_program(machine: str = platform.machine()) -> bytes | None:
    """Return the filter for a processor; None for one whose numbers are not known here.

    Args:
        machine: its name, as `platform.machine` has it.

    >>> len(filter_program("x86_64")) % 8
    0
    >>> filter_program("a new one") is None
    True
    """
    if machine not in _PROCESSORS:
        return None
    architecture, calls, mmap = _PROCESSORS[machine]
    numbers = sorted({*calls.values(), *_EVERYWHERE.values()})
    # Each step tells how many to leave out where its question is answered with yes, and with no.
    known = [(_IS, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    allow, refuse = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)
    memory = [
        (_IS, 0, 4, mmap),
        (_LOAD, 0, 0, _FLAGS),
        (_AND, 0, 0, _KIND),
        (_IS, len(known) + 2, 0, _SHARED | _ANONYMOUS),
        allow,
    ]
    rest = [*memory, *known, allow, refuse]
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IS, 0, len(rest) + 1, architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, len(rest) - 1, 0, _OF_X32),
        *rest,
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def filter_file() -> int | None:
    """Return a descriptor from which the filter can be read once; None where there is none."""
    program = filter_program()
    if program is None:
        return None
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as file:
        file.write(program)
    return reading
