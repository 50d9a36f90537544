"""A control group for each sandbox, where this machine lets us make one.

The examiner looks four times a second what a subject takes of the machine
(`loopgrade.examination.weighing`), and much can be taken in between. In a control group the kernel
itself refuses processes and threads, and ends what holds too much memory: of any kind, buffers and
files among them. Both kinds of groups will do (cgroups(7)): those of version 1, which root can
make, and of version 2, which a user can make below `systemd-run --user --scope`.

Each way in is tried once, with a process, before it is relied on.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from loopgrade.examination.weighing import MAX_MEMORY
from looplab.subject.serving import MAX_TASKS

TASKS = MAX_TASKS + 16
"""Processes and threads of a sandbox with what starts it."""

MEMORY = MAX_MEMORY * 5 // 4
"""Bytes: above what the examiner allows, which says what to do about it."""


@dataclass(frozen=True)
class Home:
    """A folder of the kernel's in which groups can be made.

    Attributes:
        folder: where it is.
        limits: what is written into a group's files, by their names; where there is such a file.
    """

    folder: Path
    limits: tuple[tuple[str, int], ...]


_TASKS = (("pids.max", TASKS),)
_MEMORY_1 = (("memory.limit_in_bytes", MEMORY), ("memory.memsw.limit_in_bytes", MEMORY))
_MEMORY_2 = (("memory.max", MEMORY), ("memory.swap.max", 0))

_ENTER = 'n=$0; while [ "$n" -gt 0 ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; '
_ENTER += 'n=$((n-1)); done; exec "$@"'


def make() -> tuple[Path, ...]:
    """Make a group for one sandbox; its folders, or none where this machine has none.

    Raises:
        OSError: it could be made before, and cannot be now.
    """
    _sweep()
    return tuple(_made(home) for home in homes())


def command(folders: Sequence[Path], inner: Sequence[str]) -> list[str]:
    """Return the command that runs another one in a group.

    Args:
        folders: of the group.
        inner: the other command.

    >>> command([], ["true"])
    ['true']
    """
    if not folders:
        return list(inner)
    return ["/bin/sh", "-c", _ENTER, str(len(folders)), *map(str, folders), *inner]


def remove(folders: Sequence[Path]) -> None:
    """Remove a group: now, or later where a process of it is still about to end."""
    _left.extend(folders)
    _sweep()


@cache
def homes() -> tuple[Home, ...]:
    """Return the folders in which a group can be made that limits both memory and processes."""
    for found in (tuple(_of_version_1()), *_of_version_2()):
        if found and _works(found):
            return found
    return ()


def _of_version_1() -> Iterator[Home]:
    limits = {"memory": _MEMORY_1, "pids": _TASKS}
    found = {
        name: Home(folder, limits[name])
        for kind, names, folder in _own()
        if kind == "cgroup"
        for name in names
        if name in limits
    }
    yield from found.values() if len(found) == len(limits) else ()


def _of_version_2() -> Iterator[tuple[Home, ...]]:
    """Yield this process's own group and those above it, where they hand on what is needed."""
    for kind, _, own in _own():
        for folder in (own, *own.parents) if kind == "cgroup2" else ():
            with contextlib.suppress(OSError):
                handed_on = (folder / "cgroup.subtree_control").read_text(encoding="ascii").split()
                if {"memory", "pids"} <= set(handed_on):
                    yield (Home(folder, (*_MEMORY_2, *_TASKS)),)


def _own() -> Iterator[tuple[str, list[str], Path]]:
    """Yield each group that this process is in: its kind, its controllers, its folder."""
    with contextlib.suppress(OSError, ValueError):
        paths: dict[str, str] = {}
        for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            paths |= dict.fromkeys(controllers.split(","), path)
        for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
            mount, _, system = line.partition(" - ")
            root, folder = mount.split()[3:5]
            kind, _, options = system.split(maxsplit=2)
            names = options.split(",") if kind == "cgroup" else [""]
            known = [paths[name] for name in names if name in paths]
            if kind in ("cgroup", "cgroup2") and known:
                below = os.path.relpath(known[0], root)
                yield kind, names, Path(folder) if below.startswith("..") else Path(folder, below)


def _works(homes: Sequence[Home]) -> bool:
    """Whether a process can be put into a group that is made there."""
    folders: list[Path] = []
    try:
        for home in homes:
            _remove_what_graders_left(home.folder)
            folders.append(_made(home))
        tried = subprocess.run(command(folders, ["true"]), capture_output=True, check=False)
    except OSError:
        return False
    finally:
        remove(folders)
    return tried.returncode == 0


def _made(home: Home) -> Path:
    folder = home.folder / f"looplab-{os.getpid()}-{next(_number)}"
    folder.mkdir()
    try:
        for name, amount in home.limits:
            # A kernel may leave out swap: then there is no such file.
            if (folder / name).exists():
                (folder / name).write_text(str(amount), encoding="ascii")
    except OSError:
        remove([folder])
        raise
    return folder


def _remove_what_graders_left(home: Path) -> None:
    """Remove the groups of graders that were killed."""
    for folder in home.glob("looplab-*-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            with contextlib.suppress(OSError):  # something runs in it
                folder.rmdir()


def _sweep() -> None:
    for folder in tuple(_left):
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:  # a process of it is about to end
            continue
        _left.remove(folder)


@atexit.register
def _sweep_at_the_end() -> None:
    until = time.monotonic() + 1
    while _left and time.monotonic() < until:
        _sweep()
        time.sleep(0.01 if _left else 0)


_left: list[Path] = []
_number = itertools.count(1)
