"""The benchmarks run. What they measure is no test: it depends on the machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import looplab

HERE = Path(__file__).parent
PACKAGES = str(Path(looplab.__file__).parents[1])


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(HERE), *options],
        env={**os.environ, "PYTHONPATH": PACKAGES},
        capture_output=True,
        text=True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="resident memory is asked of Unix")
def test_every_row_is_printed() -> None:
    done = run("--quick")
    assert done.returncode == 0, done.stderr
    head, *lines = done.stdout.splitlines()
    assert head.startswith("Python 3.")
    assert len(lines) == 20
    ours = [line for line in lines if "recording" in line or "observe" in line]
    assert not [line for line in ours if "not installed" in line and "looptime" not in line]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="resident memory is asked of Unix")
def test_a_class_is_measured() -> None:
    """Once: the whole table takes minutes, and builds a course for each figure."""
    done = subprocess.run(
        [sys.executable, str(HERE / "classroom.py"), "looplab", "02_yield_and_send", "2", "2"],
        env={**os.environ, "PYTHONPATH": PACKAGES},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) > 0


def test_a_row_that_is_not_there_is_wrong_usage() -> None:
    done = run("--only", "nothing")
    assert done.returncode == 2
    assert "no row is named nothing" in done.stderr
