"""What teachers give by mistake and students on purpose: one sentence each, and nobody stops."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from small import LESSON, RIGHT, locked_gradebook

from loopgrade.classroom.batch import grade
from loopgrade.cli import main
from loopgrade.examination import sandbox

LEVEL = sandbox.strongest()
ROSTER = "id,name,email\nada,Ada Doe,\nbob,Bob Roe,\nlei,李雷,\n".encode()
ADA, BOB, LEI = (
    f"{name}_{n}_assignsubmission_file/x.ipynb"
    for n, name in enumerate(("Ada Doe", "Bob Roe", "李雷"))
)
OURS = "the notebook"
"""Stands for a right answer."""


@dataclass(frozen=True)
class Bad:
    """One bad input.

    Attributes:
        what: it is.
        says: what the one sentence about it begins with, or holds.
        files: of the zip, besides Ada's.
        roster: the list; None where none is given.
        collected: who is there afterwards.
        status: of the command.
    """

    what: str
    says: str
    files: dict[str, bytes | str] = field(default_factory=dict)
    roster: bytes | None = ROSTER
    collected: tuple[str, ...] = ("ada",)
    status: int = 1


def a_zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


NO_IDS = b"first,last\nAda,Doe\n"
PACKED = {BOB.replace("ipynb", "zip"): a_zip({"x": b"y"})}
STRANGER = ADA.replace("Ada Doe_0", "Eve Foe_9")
OTHER = b'{"nbformat":4,"cells":[]}'

ALL = [
    Bad("no roster", "There is no roster", roster=None, collected=("Ada Doe",), status=0),
    Bad("a byte order mark", "collected: 1 new", roster=b"\xef\xbb\xbf" + ROSTER, status=0),
    Bad("semicolons", "collected: 1 new", roster=ROSTER.replace(b",", b";"), status=0),
    Bad("a roster without ids", "has no column `id`", roster=NO_IDS, collected=()),
    Bad("an empty roster", "lists nobody", roster=b"id,name\n", collected=()),
    Bad("a stranger", "Eve Foe is not in the roster", {STRANGER: OURS}),
    Bad("two files for one", "ada: of several", {ADA.replace("x.", "y."): OURS + " "}, status=0),
    Bad("a path that climbs out", "leads out of the zip", {"../../../evil.ipynb": OURS}),
    Bad("an absolute path", "leads out of the zip", {"/tmp/evil.ipynb": OURS}),
    Bad("a zip of zips", "bob: .* is packed once more", PACKED),
    Bad("a zip bomb", "bob: .* has more than 20 MiB", {BOB: b"{" + b" " * (21 << 20)}),
    Bad("no JSON", "bob: .* is not JSON", {BOB: b"{]"}),
    Bad("another lesson's", "bob: .* has no cell of 01_small", {BOB: OTHER}),
    Bad("any script", "collected: 2 new", {LEI: OURS}, collected=("ada", "lei"), status=0),
]


@pytest.mark.parametrize("bad", ALL, ids=lambda bad: bad.what)
def test_collecting(
    bad: Bad,
    small_course: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = nbformat.read(small_course / "notebooks" / f"{LESSON}.ipynb", as_version=4)
    for cell in made.cells:
        cell.source = RIGHT.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    ours = json.dumps(made)
    files = {
        name: text.replace(OURS, ours).encode() if isinstance(text, str) else text
        for name, text in {ADA: OURS, **bad.files}.items()
    }
    (tmp_path / "in.zip").write_bytes(a_zip(files))
    command = ["collect", LESSON, str(tmp_path / "in.zip")]
    if bad.roster is not None:
        (tmp_path / "class.csv").write_bytes(bad.roster)
        command += ["--roster", str(tmp_path / "class.csv")]
    monkeypatch.chdir(small_course)
    before = sorted(tmp_path.rglob("*"))
    assert main(command) == bad.status
    told = capsys.readouterr()
    lines = [*told.out.splitlines(), *told.err.splitlines()]
    assert len([line for line in lines if re.search(bad.says, line)]) == 1, lines
    assert "Traceback" not in told.err
    submitted = small_course / "autograder" / "submitted"
    assert tuple(sorted(path.parts[-3] for path in submitted.glob("*/*/*.ipynb"))) == bad.collected
    new = {*tmp_path.rglob("*")} - {*before}
    assert all(small_course in path.parents for path in new)


@pytest.fixture
def locked(hand_in: Callable[..., Path], small_course: Path) -> Path:
    hand_in("ada", **RIGHT)
    grade(small_course, LESSON, level=LEVEL)
    return small_course


@pytest.mark.parametrize(
    "command",
    [
        ["collect", LESSON, "submitted"],
        ["grade", LESSON],
        ["report", LESSON, "--no-bank"],
        ["feedback", LESSON],
        ["seen", LESSON, "ada", "--by", "A. Doe"],
        ["course", "check", "--no-bank"],
    ],
    ids=lambda command: command[0],
)
def test_a_locked_gradebook(
    command: list[str],
    locked: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(locked / "autograder")
    if command[0] == "grade":
        command = [*command, "--isolation", LEVEL]
    with locked_gradebook(locked):
        assert main(command) == 1
    told = capsys.readouterr()
    lines = [line for line in (told.out + told.err).splitlines() if "gradebook cannot be" in line]
    assert len(lines) == 1
    assert "(database is locked)" in lines[0]
    assert "sqlite3" not in told.err + told.out
    assert "Traceback" not in told.err


def test_who_is_not_there_keeps_nobody_from_being_graded(
    hand_in: Callable[..., Path],
    small_course: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hand_in("s01", **RIGHT)
    monkeypatch.chdir(small_course)
    command = ["grade", LESSON, "--isolation", LEVEL, "--students", "s01", "missing_one"]
    assert main(command) == 1
    out = capsys.readouterr().out
    assert "missing_one" in out
    assert "has handed in nothing for 01_small" in out
    assert (small_course / "autograder" / "autograded" / "s01").is_dir()
