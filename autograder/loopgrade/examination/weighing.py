"""What a subject takes of the machine, counted from outside, and when it is too much.

A limit of the system's own counts each process alone, and does not bind root in all it should. So
the examiner looks by itself, in `/proc`: which processes a sandbox has, and their threads and
memory; and in the sandbox's own namespaces, where no process counts it, its sockets, whose buffers
are memory of the kernel's, and its files, which are in memory too. What could hold memory that
stands nowhere at all is refused (`loopgrade.examination.seccomp`).

Outside Linux, and of what left the subject at the level `process`, nothing is known.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from looplab.subject.forking import FOLDERS

MAX_PROCESSES = 64
"""Processes and children of processes that a subject may have at once."""

MAX_THREADS = 512
"""Threads that all of them together may have at once."""

MAX_MEMORY = 2 * 2**30
"""Bytes of memory that all of them together may hold, with their temporary files."""

MAX_SOCKETS = 256
"""Sockets that all of them together may have at once, also where no process holds them."""

MAX_FILES = 10_000
"""Temporary files that there may be at once."""


@dataclass(frozen=True)
class Weight:
    """What a subject takes of the machine.

    Attributes:
        processes: how many it is.
        threads: how many they have.
        memory: bytes that they hold, with those of their temporary files.
        sockets: how many there are in the sandbox.
        files: how many temporary files and folders there are.
    """

    processes: int = 0
    threads: int = 0
    memory: int = 0
    sockets: int = 0
    files: int = 0


def weigh(process: subprocess.Popen[bytes]) -> Weight:
    """Return what a subject takes of the machine, with all that it has started.

    Args:
        process: its sandbox.
    """
    todo, processes, threads, memory = [str(process.pid)], 0, 0, 0
    inside = None
    while todo:
        folder = Path("/proc", todo.pop())
        with contextlib.suppress(OSError):  # it has ended meanwhile
            memory += int((folder / "statm").read_text().split()[1]) * mmap.PAGESIZE
            processes += 1
            if inside is None and _is_inside(folder):
                inside = folder
            for thread in (folder / "task").iterdir():
                threads += 1
                if threads > MAX_THREADS:
                    break  # to look at each takes its time, and these are too many
                todo += (thread / "children").read_text().split()
    if inside is None:
        return Weight(processes, threads, memory)
    files = [*_file_systems(inside)]
    memory += sum((each.f_blocks - each.f_bfree) * each.f_frsize for each in files)
    number = sum(each.f_files - each.f_ffree for each in files)
    return Weight(processes, threads, memory, _sockets(inside), number)


def excess(weight: Weight) -> str:
    """Return what a subject has too much of, as told to a student; empty where nothing.

    >>> excess(Weight(processes=65))
    'your code started more than 64 processes: start fewer'
    >>> excess(Weight(processes=64))
    ''
    """
    if weight.processes > MAX_PROCESSES:
        return f"your code started more than {MAX_PROCESSES} processes: start fewer"
    if weight.threads > MAX_THREADS:
        return f"your code started more than {MAX_THREADS} threads: start fewer"
    if weight.memory > MAX_MEMORY:
        return "your code's processes used more memory than they may: let them keep less"
    if weight.sockets > MAX_SOCKETS:
        return f"your code opened more than {MAX_SOCKETS} sockets: close those it has used"
    if weight.files > MAX_FILES:
        return f"your code made more than {MAX_FILES:,} files: make fewer"
    return ""


def _is_inside(folder: Path) -> bool:
    """Whether a process, by its folder in /proc, is in a sandbox with a network of its own."""
    return (folder / "ns" / "net").readlink() != Path("/proc/self/ns/net").readlink()


def _sockets(inside: Path) -> int:
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int((inside / "net" / "sockstat").read_text().split(maxsplit=3)[2])
    return 0


def _file_systems(inside: Path) -> Iterator[os.statvfs_result]:
    for folder in FOLDERS:
        with contextlib.suppress(OSError):
            theirs = Path(f"{inside}/root{folder}")
            # A sandbox that is just made has this machine's own for a moment.
            if theirs.stat().st_dev != Path(folder).stat().st_dev:
                yield os.statvfs(theirs)
