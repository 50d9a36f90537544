"""Starts a sandbox: where a student's code runs, as isolated as this machine can.

Two levels, best first:

- `bubblewrap`: namespaces of its own for users, processes, network, IPC and mounts. It
  sees Python's standard library and `looplab`, read-only, and a private temporary
  folder; no network, no other file, no environment.
- `process`: a child process with limits on memory, processor time and file size. It
  can read what this user can read.

Both have those limits, which `looplab.subject.serving` sets before it runs a student's line.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import looplab
from loopgrade.examination import groups
from loopgrade.examination.seccomp import filter_file

Level = Literal["bubblewrap", "process"]
LEVELS: tuple[Level, ...] = ("bubblewrap", "process")

TMP_BYTES = 64 * 2**20
"""Of each of the two folders that can be written to."""

_running: dict[subprocess.Popen[bytes], tuple[Path, ...]] = {}
"""The sandboxes that run, with the folders of each one's control group."""

_LOOPLAB = Path(looplab.__file__).resolve().parent


class SandboxError(Exception):
    """The isolation that was asked for cannot be had here."""


@dataclass(frozen=True)
class Diagnosis:
    """Whether bubblewrap works here.

    Attributes:
        works: whether it does.
        problem: what is wrong, in one sentence; empty where it works.
        remedy: the command or the change that mends it; empty where it works.
    """

    works: bool
    problem: str = ""
    remedy: str = ""


@cache
def diagnose() -> Diagnosis:
    """Say whether bubblewrap works on this machine, and what mends it where not."""
    if shutil.which("bwrap") is None:
        if not sys.platform.startswith("linux"):
            return Diagnosis(False, "bubblewrap exists for Linux only.", "grade on a Linux machine")
        return Diagnosis(False, "bubblewrap is not installed.", "sudo apt-get install bubblewrap")
    tried = _probe(["true"], [])
    if tried.returncode == 0:
        return Diagnosis(True)
    said = tried.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
    return Diagnosis(
        False,
        f"bubblewrap is installed, but this machine forbids user namespaces ({said[0]}).",
        "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, or "
        "kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu); in a container or on a "
        "hub, its administrator must",
    )


def strongest() -> Level:
    """Return the best level that this machine has."""
    return "bubblewrap" if diagnose().works else "process"


def require(level: Level) -> None:
    """Make sure that `level` can be had.

    Raises:
        SandboxError: it cannot; the text says what to do.
    """
    found = diagnose()
    if level == "bubblewrap" and not found.works:
        raise SandboxError(
            f"{found.problem} To mend it: {found.remedy}. To grade without it, with code that "
            "can read your files, say --isolation process (nbgrader: "
            "c.Examine.isolation = 'process')."
        )


def start(level: Level, control: int) -> subprocess.Popen[bytes]:
    """Start a sandbox, whose first process is `looplab.subject.forking.main`.

    Args:
        level: the isolation; see `require`.
        control: the socket over which it is told to start subjects.
    """
    prefix = _bubblewrap() if level == "bubblewrap" else []
    library = "/subject" if level == "bubblewrap" else _library().name
    bootstrap = (
        f"import sys; sys.path.insert(0, {library!r}); "
        "from looplab.subject.forking import main; main()"
    )
    # -S: no site-packages. Not -I: it would ignore PYTHONHASHSEED, and with it the order
    # of a set, and so a grade, would change from run to run.
    command = [_python(), "-P", "-s", "-S", "-B", "-X", "utf8", "-c", bootstrap]
    group = groups.make() if level == "bubblewrap" else ()
    with _filtered(level) as (options, descriptors):
        whole = [*_at_the_same_addresses(), *prefix[:1], *options, *prefix[1:], *command]
        process = subprocess.Popen(
            groups.command(group, whole),
            stdin=control,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
            cwd="/" if level == "bubblewrap" else tempfile.gettempdir(),
            pass_fds=descriptors,
        )
    _running[process] = group
    return process


@contextlib.contextmanager
def _filtered(level: Level) -> Iterator[tuple[list[str], tuple[int, ...]]]:
    """Yield the options that refuse some calls of the kernel, and the descriptors they need."""
    descriptor = filter_file() if level == "bubblewrap" and filters() else None
    if descriptor is None:
        yield [], ()
        return
    try:
        yield ["--seccomp", str(descriptor)], (descriptor,)
    finally:
        os.close(descriptor)


@cache
def filters() -> bool:
    """Say whether this machine refuses a subject the calls of `loopgrade.examination.seccomp`."""
    descriptor = filter_file()
    if descriptor is None or not diagnose().works:
        return False
    try:
        return _probe(["true"], ["--seccomp", str(descriptor)], (descriptor,)).returncode == 0
    finally:
        os.close(descriptor)


def lacks() -> list[str]:
    """Return what of the limits this machine cannot keep, in words that continue "without ..."."""
    missing = []
    if not filters():
        missing.append("a filter of system calls")
    if not _at_the_same_addresses():
        missing.append("the same addresses each time (setarch)")
    if "--size" not in _namespaces():
        missing.append("a limit of its temporary files (bubblewrap 0.7)")
    if "--disable-userns" not in _namespaces():
        missing.append("a ban on namespaces in it (bubblewrap 0.8)")
    if not groups.homes():
        missing.append("control groups (start it below `systemd-run --user --scope`)")
    return missing


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        # Each thread would reserve 64 MiB of the address space: 28 threads were too many.
        "MALLOC_ARENA_MAX": "1",
        **kept,
    }


@cache
def _at_the_same_addresses() -> list[str]:
    """Return what lets a process have the same addresses each time, where this machine can.

    The order of a set of tasks depends on them, and with it what a program does next.
    """
    setarch = shutil.which("setarch")
    if setarch is None:
        return []
    command = [setarch, platform.machine(), "-R"]
    tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if tried.returncode == 0 else []


@cache
def _python() -> str:
    """Return the interpreter under any virtual environment."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


@cache
def _library() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that holds `looplab` and nothing else; it goes with this process."""
    folder = tempfile.TemporaryDirectory(prefix="looplab-")
    Path(folder.name, "looplab").symlink_to(_LOOPLAB, target_is_directory=True)
    return folder


@cache
def _bubblewrap() -> list[str]:
    sees = ["--ro-bind", str(_LOOPLAB), "/subject/looplab"]
    # The temporary folders alone can be written to. /, /dev and a hidden folder would hold
    # half the machine's memory; and /proc/sys is the machine's own, open to root's subjects.
    sealed = ["--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"]
    return [*_namespaces(), *_system(), *sees, *sealed, "--chdir", "/tmp", "--"]


def _probe(
    command: list[str], options: list[str], descriptors: tuple[int, ...] = ()
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*_namespaces(), *_system(), *options, "--", *command],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        pass_fds=descriptors,
    )


@cache
def _namespaces() -> list[str]:
    bwrap = shutil.which("bwrap") or "bwrap"
    known = subprocess.run([bwrap, "--help"], capture_output=True, text=True, check=False)
    options = [bwrap, "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    # The fork server is the first process, to which no other one's signal comes.
    options += ["--as-pid-1", "--cap-drop", "ALL", "--hostname", "subject"]
    options += ["--uid", "65534", "--gid", "65534"]
    if "--disable-userns" in known.stdout:  # from 0.8 on
        options.append("--disable-userns")
    # Who maps /dev/zero has memory that no process seems to hold.
    options += ["--proc", "/proc", "--dev", "/dev", "--dev-bind", "/dev/null", "/dev/zero"]
    size = ["--size", str(TMP_BYTES)] if "--size" in known.stdout else []  # from 0.7 on
    # multiprocessing has its locks in /dev/shm
    return [*options, *size, "--tmpfs", "/tmp", *size, "--tmpfs", "/dev/shm"]


def _system() -> list[str]:
    """Return what shows the interpreter, its standard library, and no installed package."""
    python = Path(_python())
    base = Path(sys.base_prefix).resolve()
    libraries = [base / "lib", Path(sysconfig.get_path("stdlib")).resolve()]
    libraries += [Path("/usr/lib"), Path("/usr/lib64")]
    loader = [Path("/lib"), Path("/lib64"), Path("/etc/ld.so.cache"), Path("/usr/bin/true")]
    shown = [python, *libraries, *loader]
    options: list[str] = []
    for path in _outermost(shown):
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            options += ["--ro-bind", str(path), str(path)]
    for hidden in _packages(libraries):
        options += ["--tmpfs", str(hidden), "--remount-ro", str(hidden)]
    return options


def _outermost(paths: list[Path]) -> list[Path]:
    """Return the paths that lie in no other of them, each once, outer ones first."""
    found: list[Path] = []
    for path in sorted(set(paths), key=lambda path: len(path.parts)):
        if not any(outer in path.parents and not outer.is_symlink() for outer in found):
            found.append(path)
    return found


def _packages(folders: list[Path]) -> Iterator[Path]:
    """Yield the folders of installed packages below some `lib` folders."""
    seen = set()
    for folder in folders:
        for pattern in ("*-packages", "python*/*-packages"):
            for path in sorted(folder.glob(pattern)):
                if path.is_dir() and path not in seen:
                    seen.add(path)
                    yield path


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a sandbox, and all that is in it where bubblewrap holds it.

    At the level `process` what a subject started ends too, unless it has left its session.
    """
    _kill(process)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    groups.remove(_running.pop(process, ()))


def leave() -> None:
    """End all sandboxes that this process has started, for one that then ends without a word."""
    for process in tuple(_running):
        _kill(process)
    if _library.cache_info().currsize:
        _library().cleanup()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if process.returncode is None and hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
