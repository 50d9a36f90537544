"""The `looplab` command: what it prints, and its exit status."""

import io
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_notebook
from small import LESSON, RIGHT, write_course

from loopgrade import course as course_module
from loopgrade import doctor
from loopgrade.cli import main
from loopgrade.examination import sandbox
from loopgrade.progress import Progress

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder: `run(folder, "build")`."""

    def run(folder: Path, *words: str) -> tuple[int, str, str]:
        monkeypatch.chdir(folder)
        try:
            status = main(words)
        except SystemExit as exit:
            status = int(exit.code or 0)
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def test_build_then_build_again(run: Run, tmp_path: Path) -> None:
    course = write_course(tmp_path / "course")
    status, out, _ = run(course / "autograder" / "lessons", "build")
    first, length = out.splitlines()
    assert (status, first) == (0, "notebooks/01_small.ipynb: written")
    assert length.endswith(" 2 exercises: about 25 minutes")
    status, out, _ = run(course, "build", LESSON)
    assert (status, out) == (0, f"notebooks/01_small.ipynb: unchanged\n{length}\n")


def test_a_stub_that_earns_points_is_not_built(run: Run, tmp_path: Path) -> None:
    course = write_course(tmp_path / "course")
    path = course / "autograder" / "lessons" / f"{LESSON}.py"
    weak = path.read_text().replace("expect(run).returned(14", "expect(run).that(True or (14)")
    weak = weak.replace('hint="add it to itself"', 'expected="", happened=""')
    path.write_text(weak)
    status, out, err = run(course, "build")
    assert (status, out) == (1, "")
    assert err.count("\n") == 1
    assert "the stub passes 'doubles seven' of exercise 'twice'" in err


def test_grade(run: Run, small_course: Path, hand_in: Callable[..., Path]) -> None:
    hand_in("ada", **RIGHT)
    level = sandbox.strongest()
    status, out, err = run(small_course, "grade", LESSON, "--isolation", level)
    assert status == 0
    assert "ada      3/3        1/1    4/4     graded" in out
    assert out.endswith(f"isolation: {level}\n")
    assert "grading: 1 of 1" in err
    (small_course / "autograder" / "submitted" / "eve" / LESSON).mkdir(parents=True)
    status, out, _ = run(small_course, "grade", LESSON, "--isolation", level)
    assert status == 1
    assert "eve      -          -      -       not readable: 01_small.ipynb is missing" in out


def test_verify(run: Run, tmp_path: Path) -> None:
    course = write_course(tmp_path / "course")
    status, out, _ = run(course, "verify", "--workers", "2")
    assert status == 0
    assert "mutants killed 2/2" in out
    status, out, _ = run(course, "verify", "--workers", "2", "--no-mutants")
    assert status == 0
    assert "7 answers, 0 judged wrongly" in out
    status, out, _ = run(course, "verify", "--no-mutants", "--secrets", "2")
    assert status == 0
    assert "7 answers, each with 2 secrets, 0 judged wrongly" in out


def test_demo(run: Run, tmp_path: Path) -> None:
    course = write_course(tmp_path / "course")
    status, out, _ = run(course, "demo")
    assert status == 0
    rows = {line.split()[0]: line.split()[3] for line in out.splitlines() if "graded" in line}
    assert rows == {
        "fetch-all-right-reference": "4/4",
        "fetch-all-right-gathered": "4/4",
        "fetch-all-stub-stub": "1/4",
        "fetch-all-wrong-sequential": "2/4",
        "twice-right-reference": "4/4",
        "twice-stub-stub": "3/4",
        "twice-wrong-by-heart": "3/4",
    }
    assert f"isolation: {sandbox.strongest()}" in out
    assert not (course / "autograder" / "submitted").exists()


def test_grade_all_lessons_with_reasons(
    run: Run, small_course: Path, hand_in: Callable[..., Path]
) -> None:
    level = sandbox.strongest()
    words = ("grade", "all", "--isolation", level)
    status, _, err = run(small_course, *words)
    assert (status, "Nobody has handed in" in err) == (1, True)
    hand_in("ada", **{**RIGHT, "twice": "def twice(n):\n    return 42"})
    (small_course / "autograder" / "submitted" / "ada" / "not a lesson").mkdir()
    status, out, _ = run(small_course, *words, "--reasons")
    assert status == 0
    assert "3/4" in out
    assert "ada, twice: ✗ doubles seven (1 point)" in out


def test_an_error_is_one_sentence_and_debug_shows_more(run: Run, tmp_path: Path) -> None:
    status, out, err = run(tmp_path, "build")
    assert (status, out) == (2, "")
    assert err == (
        "looplab: There is no course here; go to its folder, the one that holds autograder/.\n"
    )
    with pytest.raises(course_module.NoCourse):
        run(tmp_path, "build", "--debug")


def test_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run(tmp_path)[0] == 2
    assert run(tmp_path, "grade")[0] == 2
    assert run(tmp_path, "--version")[0] == 0


def test_doctor_tells_what_is_lacking(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, out, _ = run(tmp_path, "doctor")
    assert status == 0
    assert "✓ Python" in out
    lacking = sandbox.Diagnosis(False, "bubblewrap is not installed.", "apt-get install it")
    monkeypatch.setattr(sandbox, "diagnose", lambda: lacking)
    status, out, _ = run(tmp_path, "doctor")
    assert status == 0  # a student needs no bubblewrap
    assert "✗ isolation" in out
    assert "mend it: apt-get install it" in out
    monkeypatch.setattr(doctor, "PACKAGES", ("no-such-package-at-all",))
    status, out, _ = run(tmp_path, "doctor")
    assert status == 1
    assert "mend it: python -m pip install no-such-package-at-all" in out


# looplab lab


class Server:
    """Stands in the place of JupyterLab's process, and keeps how it would have been started."""

    commands: ClassVar[list[list[str]]] = []
    pid = 2**22 + 1  # no process has it

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self.commands.append(command)
        self.signals: list[str] = []
        assert str(course_module.STUDENTS_VIEW) in env["JUPYTER_CONFIG_PATH"]
        assert len(env["JUPYTER_TOKEN"]) == 48
        assert (Path(env[course_module.COURSE]) / "autograder" / "lessons").is_dir()

    def wait(self) -> int:
        signal.raise_signal(signal.SIGTERM)  # in this thread: there is another one
        return 0 if self.signals == ["terminated"] else 1

    def terminate(self) -> None:
        self.signals.append("terminated")

    def poll(self) -> int:
        return 0


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """Keep JupyterLab from starting, and tell how it would have been."""
    monkeypatch.setattr(course_module.subprocess, "Popen", Server)
    monkeypatch.setattr(Server, "commands", [])
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.delenv("JUPYTER_TOKEN", raising=False)
    return Server.commands


def test_lab_opens_the_first_lesson_and_ends_with_its_server(
    run: Run, small_course: Path, started: list[list[str]]
) -> None:
    assert run(small_course / "autograder", "lab", "--no-browser")[0] == 0
    ((python, safe, *command),) = started
    assert (python, safe) == (sys.executable, "-P")
    mine = small_course.resolve() / "autograder" / "my-work"
    assert f"--ServerApp.root_dir={mine}" in command
    assert f"--LabApp.default_url=/lab/tree/{LESSON}.ipynb" in command
    assert "--ServerApp.open_browser=False" in command
    assert (mine / f"{LESSON}.ipynb").is_file()


def test_copies_elsewhere_know_their_course(
    small_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course_module, "PACKAGED", tmp_path / "none")
    monkeypatch.setenv(course_module.COURSE, str(small_course))
    assert course_module.find(tmp_path) == small_course
    monkeypatch.setenv(course_module.COURSE, str(tmp_path))
    with pytest.raises(course_module.NoCourse):
        course_module.find(tmp_path)


def test_lab_works_in_copies_and_overwrites_none(
    run: Run, small_course: Path, started: list[list[str]], tmp_path: Path
) -> None:
    mine = tmp_path / "my own"
    assert "1 notebooks copied" in run(small_course, "lab", str(mine))[1]
    notebook = mine / f"{LESSON}.ipynb"
    assert json.loads(notebook.read_text())["nbformat"] == 4
    notebook.write_text("my work")
    assert "0 notebooks copied, 1 were there" in run(small_course, "lab", str(mine))[1]
    assert notebook.read_text() == "my work"
    assert len(started) == 2


def test_lab_goes_on_where_the_copies_are_and_never_in_the_courses_own(
    run: Run, small_course: Path, started: list[list[str]]
) -> None:
    for here, folder in [("mine", "mine"), ("notebooks", "notebooks/my-work"), ("", "my-work")]:
        if here == "mine":
            run(small_course, "lab", "mine")
        run(small_course / here, "lab")
        assert f"--ServerApp.root_dir={small_course.resolve() / folder}" in started[-1]


def test_a_copy_is_trusted_and_what_somebody_wrote_is_not(
    run: Run, small_course: Path, started: list[list[str]], tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    shown = new_notebook(cells=[new_code_cell("1")])
    nbformat.write(shown, mine / "other.ipynb")
    run(small_course, "lab", str(mine))
    notary = NotebookNotary()
    read = [nbformat.read(path, as_version=4) for path in sorted(mine.glob("*.ipynb"))]
    with closing(notary.store):
        assert [notary.check_signature(each) for each in read] == [True, False]


def test_lab_of_a_notebook_says_what_to_do(
    run: Run, small_course: Path, started: list[list[str]]
) -> None:
    for name in (f"notebooks/{LESSON}.ipynb", "not-there.ipynb", "autograder/nbgrader_config.py"):
        status, _, err = run(small_course, "lab", name)
        assert status == 2
        assert "looplab lab FOLDER" in err
    assert started == []


def test_lab_needs_a_course(
    run: Run, tmp_path: Path, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course_module, "PACKAGED", tmp_path / "not installed")
    status, _, err = run(tmp_path, "lab")
    assert status == 2
    assert "There is no course here" in err
    assert started == []


# Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere() -> None:
    terminal, file = Terminal(), io.StringIO()
    for out in (terminal, file):
        progress = Progress("grading", out)
        for done in range(21):
            progress(done, 20, "ada")
    assert "\rgrading [###############...............] 10/20, " in terminal.getvalue()
    assert re.search(r"10/20, \d+ a minute, 0:00 left ada", terminal.getvalue())
    assert file.getvalue().splitlines()[:2] == ["grading: 0 of 20", "grading: 2 of 20"]
    assert len(file.getvalue().splitlines()) == 11


def test_a_name_says_nothing_to_the_terminal() -> None:
    """A folder may be called so that it clears the screen or sets the window's title."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    Progress("grading", out)(1, 3, "eve\x1b[2J\x1b]0;owned\x07")
    assert "eve" in out.getvalue()
    assert "\x1b" not in out.getvalue() and "\x07" not in out.getvalue()


def test_who_has_read_enough_makes_no_error() -> None:
    """As in `looplab doctor | head -1`."""
    command = [sys.executable, "-m", "loopgrade.cli", "doctor"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


@pytest.mark.slow
@pytest.mark.parametrize("words", ["quick_start --version", f"cli check {LESSON}.ipynb"])
def test_what_takes_a_second_to_load_and_nobody_asks_is_left_out(
    words: str, small_course: Path
) -> None:
    command = [sys.executable, "-P", "-X", "importtime", "-m", *f"loopgrade.{words}".split()]
    found = subprocess.run(
        command, cwd=small_course / "notebooks", capture_output=True, text=True, check=False
    )
    assert found.stdout.strip()
    assert "jsonschema._format" in found.stderr
    assert "rfc3987_syntax.syntax_helpers" not in found.stderr
