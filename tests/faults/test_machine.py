"""The machine fails in the middle: nobody loses a point for it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from small import LESSON, RIGHT

from loopgrade.examination import sandbox

BWRAP = shutil.which("bwrap")

pytestmark = pytest.mark.skipif(
    sandbox.strongest() != "bubblewrap", reason="it takes bubblewrap's place"
)


def grade(course: Path, *options: str) -> tuple[int, dict[str, str], str]:
    """Grade the class; return the exit status, each student's line, and all that was said."""
    done = subprocess.run(
        [sys.executable, "-m", "loopgrade.cli", "grade", LESSON, *options],
        cwd=course / "autograder",
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.split()}
    return done.returncode, lines, done.stdout + done.stderr


@pytest.fixture
def failing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], int]:
    """Return what lets bubblewrap fail at its n-th start, and tells how often it was started."""
    folder, starts = tmp_path / "bin", tmp_path / "starts"
    folder.mkdir()
    stand_in = folder / "bwrap"

    def fail(number: int) -> int:
        before = len(starts.read_text()) if starts.exists() else 0
        starts.write_text("")
        stand_in.write_text(
            f"#!/bin/sh\nprintf x >>{starts}\n"
            f'[ "$(wc -c <{starts})" -eq {number} ] && exit 1\nexec {BWRAP} "$@"\n'
        )
        stand_in.chmod(0o755)
        return before

    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return fail


def test_a_sandbox_that_does_not_start_costs_nobody_a_point(
    hand_in: Callable[..., Path], small_course: Path, failing: Callable[[int], int]
) -> None:
    hand_in("s01", **RIGHT)
    failing(0)
    assert grade(small_course)[0] == 0  # from now on it is remembered that the course is sound
    hand_in("s02", **RIGHT)
    failing(0)
    assert grade(small_course)[0] == 0
    last = failing(0)  # how often it starts for one more student

    hand_in("s03", **RIGHT)
    failing(last)
    status, lines, told = grade(small_course)
    assert status == 1, told
    assert "4/4" in lines["s02"], told
    assert "waiting: " in lines["s03"]
    assert "The sandbox (bubblewrap) does not start" in lines["s03"]

    failing(0)
    status, lines, told = grade(small_course)
    assert status == 0, told
    assert "4/4" in lines["s03"], told
