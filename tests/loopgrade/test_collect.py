"""What a platform gives is collected: each gets their work there, or one sentence."""

import json
import os
import stat
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import parse_utc
from small import LESSON, RIGHT, locked_gradebook, submission

from loopgrade.classroom.batch import grade
from loopgrade.cli import main
from loopgrade.desk import choosing, handed_in
from loopgrade.desk.collect import Collected, CollectError, collect
from loopgrade.desk.handed_in import BadSource
from loopgrade.desk.lists import BadList
from loopgrade.desk.roster import Roster, Student, Unknown, read_roster
from loopgrade.desk.zip_collect import ByGradeIds
from loopgrade.examination import sandbox

ROSTER = (
    "id,name,email\n"
    "s01,Ada Doe,ada@example.org\n"
    "s02,Bob Roe,bob@example.org\n"
    "s03,李雷,lei@example.org\n"
    "s04,Zoë O'Neill-Méndez,zoe@example.org\n"
)
Files = Mapping[str, bytes]


def notebook(course: Path, change: Callable[[Any], None] | None = None, **answers: str) -> bytes:
    """Return a notebook of the small lesson, as a student hands it in."""
    made = nbformat.read(course / "notebooks" / f"{LESSON}.ipynb", as_version=4)
    for cell in made.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(grade_id, cell.source)
    if change is not None:
        change(made)
    return json.dumps(made).encode()


def zipped(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def in_folder(path: Path, files: Files) -> Path:
    for name, text in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)
    return path


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, encoding="utf-8")
    return path


@pytest.fixture
def ours(small_course: Path) -> bytes:
    return notebook(small_course, **RIGHT)


def handed_over(course: Path) -> dict[str, bytes]:
    """What is in submitted/, by student."""
    found = (course / "autograder" / "submitted").glob(f"*/{LESSON}/{LESSON}.ipynb")
    return {path.parts[-3]: path.read_bytes() for path in found}


def points(course: Path) -> dict[str, float | None]:
    rows = grade(course, LESSON, level=sandbox.strongest())
    return {row.student: row.points if row.state.is_graded else None for row in rows}


# Three ways in


def test_a_zip_of_moodles(small_course: Path, tmp_path: Path, roster: Path, ours: bytes) -> None:
    wrong = notebook(small_course, **{**RIGHT, "twice": "def twice(n):\n    return 42"})
    source = zipped(
        tmp_path / "m.zip",
        {
            "Ada Doe_11_assignsubmission_file/my work (1).ipynb": ours,
            "Ada Doe_11_assignsubmission_onlinetext/onlinetext.html": b"<p>see my file</p>",
            "Bob Roe_12_assignsubmission_file_/loop.json": wrong,
            "李雷_13_assignsubmission_file_x.ipynb": ours,
        },
    )
    done = collect(small_course, LESSON, source, roster=roster)
    assert (done.new, done.missing, done.refused) == (["s01", "s02", "s03"], ["s04"], [])
    assert handed_over(small_course) == {"s01": ours, "s02": wrong, "s03": ours}
    assert points(small_course) == {"s01": 4, "s02": 3, "s03": 4, "s04": None}


def test_a_zip_of_canvass(small_course: Path, tmp_path: Path, ours: bytes) -> None:
    """Its own list of grades says which number is whose."""
    listed = tmp_path / "grades.csv"
    listed.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,01 small (7)\n"
        "    Points Possible,,,,,4\n"
        '"Doe, Ada",101,x1,ada,A,\n"Roe, Bob",102,x2,bob,A,\n"Poe, Cy",103,x3,cy,A,\n'
    )
    source = zipped(
        tmp_path / "c.zip",
        {
            "doeada_101_5001_01_small.ipynb": notebook(small_course),
            "doeada_101_5002_01_small-1.ipynb": ours,
            "roebob_LATE_102_5003_untitled.ipynb": ours,
            "poecy_103_text.html": b"<p>I could not</p>",
        },
    )
    done = collect(small_course, LESSON, source, roster=listed)
    assert (done.new, done.missing) == (["101", "102"], ["103"])
    assert handed_over(small_course) == {"101": ours, "102": ours}
    assert done.refused == ["103: there is no notebook (there is poecy_103_text.html); ask for it."]
    late = "102: it came late, and Canvas does not say when; write a timestamp.txt."
    double = (
        "101: of several the one that holds work is taken, doeada_101_5002_01_small-1.ipynb, "
        "not doeada_101_5001_01_small.ipynb."
    )
    assert late in done.said
    assert double in done.said
    assert points(small_course) == {"101": 4, "102": 4, "103": None}


@pytest.mark.parametrize(
    "names",
    [
        ["s01/work.ipynb", "s02/01_small.ipynb"],
        ["all of them/s01/a/b/work.ipynb", "all of them/s02/work.ipynb"],
        ["Ada Doe/x.ipynb", "Roe, Bob/x.ipynb"],
        ["ada@example.org/x.ipynb", "BOB@example.org/x.ipynb"],
        ["s01_lesson.ipynb", "s02.ipynb"],
        ["s01 - final.ipynb", "bob roe.ipynb"],
        ["s01/01_small/01_small.ipynb", "s02+01_small+2026-01-30 15:30:20 UTC+x/01_small.ipynb"],
    ],
)
def test_a_folder(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes, names: list[str]
) -> None:
    source = in_folder(tmp_path / "in", dict.fromkeys(names, ours))
    done = collect(small_course, LESSON, source, roster=roster)
    assert (done.new, done.refused) == (["s01", "s02"], [])
    assert handed_over(small_course) == {"s01": ours, "s02": ours}


def test_the_command(
    small_course: Path,
    tmp_path: Path,
    roster: Path,
    ours: bytes,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(small_course)
    source = in_folder(tmp_path / "in", {"s01/x.ipynb": ours})
    words = ["collect", LESSON, str(source), "--roster", str(roster)]
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Nobody's time is known, so nobody loses points for being late.",
        "collected: 1 new",
        "missing: 3 (s02, s03, s04)",
    ]
    in_folder(source, {"eve\x1b[31m/x.ipynb": ours})
    assert main(words) == 1  # the roster is in the gradebook now
    told = capsys.readouterr()
    assert told.out.splitlines()[:2] == [
        "eve [31m is not in the roster; add them there, or rename the file.",
        "collected: 0 new, 1 unchanged",
    ]
    assert main(["collect", LESSON, str(tmp_path / "none.zip")]) == 1
    assert (
        capsys.readouterr().err
        == f"looplab: There is no {tmp_path}/none.zip; give a zip or a folder.\n"
    )
    assert main(["collect", "99_none", str(source)]) == 1
    assert "run `looplab build` first" in capsys.readouterr().err


def test_without_a_roster_the_files_say_who_it_is(
    small_course: Path, tmp_path: Path, ours: bytes
) -> None:
    names = [
        "Ada Doe_11_assignsubmission_file/x.ipynb",
        "Twin Roe_12_assignsubmission_file/x.ipynb",
        "Twin Roe_13_assignsubmission_file/x.ipynb",
        "ann/x.ipynb",
        "bob.ipynb",
        "..._14_assignsubmission_file/x.ipynb",
        "a*b/x.ipynb",
        f"{'l' * 201}.ipynb",
    ]
    done = collect(small_course, LESSON, zipped(tmp_path / "m.zip", dict.fromkeys(names, ours)))
    assert done.new == ["Ada Doe", "ann", "bob"]
    assert done.refused == [
        "'...' is no name for a folder; give a plain one.",
        "'a*b' is no name for a folder; give a plain one.",
        f"'{'l' * 39}…' is too long for a folder; give a shorter one.",
        "Twin Roe: several have this name (numbers 12, 13); give --worksheet.",
    ]
    assert done.said[0].startswith("There is no roster")


# Which of several, and which time


def test_a_worksheet_tells_names_and_times(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
        "Last modified (submission),Last modified (grade),Feedback comments\n"
        "Participant 21,Twin Roe,ada@example.org,Submitted,,4.00,Yes,"
        '"Thursday, 2 October 2025, 3:14 PM",-,\n'
        'Participant 22,Twin Roe,bob@example.org,Submitted,,4.00,Yes,"jeudi 2 octobre",-,\n'
        "Participant 23,李雷,,No submission,,4.00,Yes,-,-,\n"
    )
    source = zipped(
        tmp_path / "m.zip",
        {
            "Twin Roe_21_assignsubmission_file/x.ipynb": ours,
            "Twin Roe_22_assignsubmission_file/x.ipynb": ours,
            # A student's own file is no clock.
            "Twin Roe_22_assignsubmission_file/timestamp.txt": b"2001-01-01 00:00:00 UTC",
        },
    )
    done = collect(small_course, LESSON, source, roster=roster, worksheet=sheet)
    monkeypatch.undo()
    time.tzset()
    assert (done.new, done.refused) == (["s01", "s02"], [])
    stamp = submission(small_course, "s01").parent / "timestamp.txt"
    assert stamp.read_text() == "2025-10-02 13:14:00 UTC"
    assert str(parse_utc(stamp.read_text())) == "2025-10-02 13:14:00"
    assert not (submission(small_course, "s02").parent / "timestamp.txt").exists()
    assert done.said == [
        "sheet.csv has 1 times that cannot be read, and they are left out; download it with "
        "Moodle's language set to English."
    ]


@pytest.mark.parametrize(
    ("told", "written"),
    [
        (b"2025-10-02 13:14:00 UTC", "2025-10-02 13:14:00 UTC"),
        (b"\n 2025-10-02T13:14:00.123456+02:00 ", "2025-10-02 11:14:00 UTC"),
        (b"soon", None),
        (b"0000-00-00", None),
        (b"9" * 400, None),
        (b"\xff\xfe\x00", None),
        (b"10:30", None),
        (b"12 May", None),
        (b"", None),
    ],
)
def test_a_time_is_one_that_nbgrader_can_read(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes, told: bytes, written: str | None
) -> None:
    files = {"s01/x.ipynb": ours, "s01/timestamp.txt": told}
    source = in_folder(tmp_path / "in", files)
    done = collect(small_course, LESSON, source, roster=roster)
    stamp = submission(small_course, "s01").parent / "timestamp.txt"
    assert (stamp.read_text() if stamp.exists() else None) == written
    bad = ["s01: s01/timestamp.txt is no date, and is left out."] if told and not written else []
    assert [each for each in done.said if "Nobody" not in each] == bad


def test_of_several_the_one_with_work_is_taken(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes
) -> None:
    half = notebook(small_course, twice=RIGHT["twice"])
    stub = notebook(small_course)
    files = {
        "s01/01_small.ipynb": stub,
        "s01/01_small-Copy1.ipynb": ours,
        "s02/a.ipynb": half,
        "s02/old/b.ipynb": ours,
        "s03/a.ipynb": ours,
        "s03/b.ipynb": ours,
        "s04/a.ipynb": stub,
    }
    done = collect(small_course, LESSON, in_folder(tmp_path / "in", files), roster=roster)
    assert handed_over(small_course) == {"s01": ours, "s02": ours, "s03": ours, "s04": stub}
    assert done.said[:2] == [
        "s01: of several the one that holds work is taken, s01/01_small-Copy1.ipynb, "
        "not s01/01_small.ipynb.",
        "s02: of several the one that is the last is taken, s02/old/b.ipynb, not s02/a.ipynb.",
    ]
    assert len(done.said) == 3


def test_newer_work_is_never_lost_in_silence(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes
) -> None:
    old = notebook(small_course, twice=RIGHT["twice"])
    source = tmp_path / "in"

    def again(text: bytes, when: str, **options: bool) -> Collected:
        in_folder(source, {"s01/x.ipynb": text, "s01/timestamp.txt": when.encode()})
        done = collect(small_course, LESSON, source, roster=roster, **options)
        assert done.said == []
        return done

    folder = submission(small_course, "s01").parent
    assert again(old, "2026-01-02 10:00:00 UTC").new == ["s01"]
    assert again(old, "2026-01-02 10:00:00 UTC").unchanged == ["s01"]
    assert again(ours, "2026-01-02 11:00:00 UTC").replaced == ["s01"]
    assert (folder / "timestamp.txt").read_text() == "2026-01-02 11:00:00 UTC"
    done = again(old, "2026-01-02 10:00:00 UTC")
    assert (done.kept, handed_over(small_course)) == (["s01"], {"s01": ours})
    assert done.refused == [
        "s01: other work is there, of 2026-01-02 11:00:00, and this is of 2026-01-02 10:00:00; "
        "to take this one, say --replace."
    ]
    (folder / "timestamp.txt").unlink()
    (folder / "picture.png").write_bytes(b"theirs")
    assert "nobody knows which is newer" in again(old, "2026-01-02 10:00:00 UTC").refused[0]
    in_folder(source, {"s01/timestamp.txt": b"2026-01-02 10:00:00 UTC"})
    done = collect(small_course, LESSON, source, roster=roster, replace=True)
    assert (done.replaced, handed_over(small_course)) == (["s01"], {"s01": old})
    assert done.said == [
        "s01: other work is there, and nobody knows which is newer; it is replaced, as you say."
    ]
    assert sorted(path.name for path in folder.iterdir()) == [
        "01_small.ipynb",
        "picture.png",
        "timestamp.txt",
    ]
    assert list((small_course / "autograder" / ".grading").iterdir()) == []


def test_nobody_hands_in_for_another(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes
) -> None:
    """What a student may name says nothing about whose it is."""
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("Identifier,Email address\nParticipant 12,bob@example.org\n")
    for number, names in enumerate(
        (
            ["Ada Doe_11_assignsubmission_file/Bob Roe_12_assignsubmission_file/x.ipynb"],
            ["Ada Doe_11_assignsubmission_file_Bob Roe_12_assignsubmission_file_x.ipynb"],
            ["Ada Doe_11_assignsubmission_file/bobroe_102_5_x.ipynb"],
            ["doeada_101_5_roebob_102_6_x.ipynb"],
            ["s01/s02.ipynb", "s01/s02/x.ipynb"],
            ["s01/bobroe_102_5_x.ipynb"],
            ["s01/Bob Roe_12_assignsubmission_file/x.ipynb"],
            ["s01/../s02/x.ipynb", "s01/x.ipynb"],
        )
    ):
        source = zipped(tmp_path / f"{number}.zip", dict.fromkeys(names, ours))
        done = collect(small_course, LESSON, source, roster=roster, worksheet=sheet, replace=True)
        assert (*done.new, *done.unchanged) == ("s01",), names
        assert {*handed_over(small_course)} == {"s01"}, names


@pytest.mark.parametrize(
    "names",
    [
        ["all/Ada Doe_11_assignsubmission_file/x.ipynb", "all/Bob Roe_12_assignsubmission_file_y"],
        ["all/doeada_101_5_x.ipynb", "all/roebob_102_6_x.ipynb"],
    ],
)
def test_a_platforms_files_in_one_more_folder(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes, names: list[str]
) -> None:
    source = in_folder(tmp_path / "in", dict.fromkeys(names, ours))
    assert collect(small_course, LESSON, source, roster=roster).new == ["s01", "s02"]


# What goes wrong with one stops nobody else


def hostile_zip(path: Path, ours: bytes) -> Path:
    def student(id: str, name: str) -> str:
        return f"{id}/{name}"

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("s01/x.ipynb", ours)
        archive.writestr("../../../climbed.ipynb", ours)
        archive.writestr("s02/../../climbed.ipynb", ours)
        archive.writestr("/absolute.ipynb", ours)
        archive.writestr("C:\\absolute.ipynb", ours)
        link = zipfile.ZipInfo("s02/link.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("s03/bomb.ipynb", b" " * (21 << 20))
        archive.writestr("s04/all.zip", b"PK")
        archive.writestr("__MACOSX/s04/._x.ipynb", b"\0")
        archive.writestr("s04/.ipynb_checkpoints/x.ipynb", ours)
    return path


def test_a_hostile_zip_writes_nothing_elsewhere(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes
) -> None:
    before = {path for path in tmp_path.rglob("*") if "my course" not in str(path)}
    done = collect(small_course, LESSON, hostile_zip(tmp_path / "h.zip", ours), roster=roster)
    after = {path for path in tmp_path.rglob("*") if "my course" not in str(path)}
    assert after - before == {tmp_path / "h.zip"}
    assert handed_over(small_course) == {"s01": ours}
    outside = "has a path that leads out of the zip; it is left out."
    assert done.refused == [
        f"../../../climbed.ipynb {outside}",
        f"/absolute.ipynb {outside}",
        f"C:/absolute.ipynb {outside}",
        f"s02: s02/../../climbed.ipynb {outside}",
        "s02: s02/link.ipynb is a link; ask for the file itself.",
        "s03: s03/bomb.ipynb has more than 20 MiB; ask for less.",
        "s04: s04/all.zip is packed once more; unpack it, or ask for the notebook itself.",
    ]


def test_many_big_files_of_one_student_end_somewhere(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "MAX_OF_ONE", 3 * len(ours))
    files = {f"s01/{n:02}.ipynb": ours + b" " * n for n in range(9)} | {"s02/x.ipynb": ours}
    source = zipped(tmp_path / "m.zip", files)
    done = collect(small_course, LESSON, source, roster=roster)
    assert done.new == ["s01", "s02"]
    told = "s01: s01/02.ipynb and what follows is too much; ask for one notebook."
    assert done.said[0] == told
    assert handed_over(small_course)["s01"] == ours + b" "


def test_a_zip_of_too_many_files_is_not_read(
    small_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handed_in, "MAX_FILES", 3)
    source = zipped(tmp_path / "m.zip", {f"{n}/x": b"" for n in range(4)})
    with pytest.raises(BadSource, match="holds more than 3 files; give a part of it"):
        collect(small_course, LESSON, source)


@pytest.mark.parametrize("text", [b"", b"PK\3\4 and no more", b"<html>Please log in</html>"])
def test_what_is_no_zip(small_course: Path, tmp_path: Path, text: bytes) -> None:
    source = tmp_path / "m.zip"
    source.write_bytes(text)
    with pytest.raises(BadSource, match="is no zip that can be read; download it again"):
        collect(small_course, LESSON, source)


def test_broken_members_stop_nobody(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes
) -> None:
    files = {"s01/x.ipynb": ours, "s02/x.ipynb": ours + b" ", "s03/x.ipynb": ours + b"  "}
    source = zipped(tmp_path / "m.zip", files)
    data = bytearray(source.read_bytes())
    with zipfile.ZipFile(source) as archive:
        offsets = {each.filename: each.header_offset for each in archive.infolist()}
    start = offsets["s01/x.ipynb"] + 60
    data[start : start + 40] = b"\0" * 40  # the packed text
    # The flag of a password, in the list at the end.
    place = data.rfind(b"s02/x.ipynb") - 46 + 8
    data[place : place + 2] = struct.pack("<H", 1)
    source.write_bytes(data)
    done = collect(small_course, LESSON, source, roster=roster)
    assert done.new == ["s03"]
    broken, locked = done.refused
    assert broken.startswith("s01: s01/x.ipynb cannot be read (broken: ")
    assert locked == "s02: s02/x.ipynb is locked with a password; ask for it without one."


def test_links_in_a_folder_are_not_followed(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes
) -> None:
    source = in_folder(tmp_path / "in", {"s01/x.ipynb": ours})
    (source / "s02").mkdir()
    (source / "s02" / "x.ipynb").symlink_to(source / "s01" / "x.ipynb")
    (source / "s03").symlink_to(source / "s01", target_is_directory=True)
    os.mkfifo(source / "s04.ipynb")
    done = collect(small_course, LESSON, source, roster=roster)
    assert done.new == ["s01"]
    told = "is a link, or no file; ask for the file itself."
    assert sorted(done.refused) == [
        f"s02: s02/x.ipynb {told}",
        f"s03: s03 {told}",
        f"s04: s04.ipynb {told}",
    ]


def test_a_link_where_work_belongs_is_not_followed(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place = small_course / "autograder" / "submitted"
    place.mkdir(exist_ok=True)
    (place / "s01").symlink_to(elsewhere, target_is_directory=True)
    source = in_folder(tmp_path / "in", {"s01/x.ipynb": ours, "s02/x.ipynb": ours})
    done = collect(small_course, LESSON, source, roster=roster)
    assert done.new == ["s02"]
    assert list(elsewhere.iterdir()) == []
    assert "is a link; put a folder in its place." in done.refused[0]


def no_ids(made: Any) -> None:
    for cell in made.cells:
        cell.metadata.pop("nbgrader", None)


def odd_metadata(made: Any) -> None:
    for cell in made.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "twice":
            cell.metadata["nbgrader"] = ["no", "map"]


def test_what_is_no_notebook_of_the_lesson(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes
) -> None:
    files = {
        "s01/x.ipynb": notebook(small_course, no_ids, **RIGHT),
        "s02/x.ipynb": b"def twice(n): ...",
        "s03/x.py": b"print()",
        "s03/data.json": b'{"a": 1}',
        "s04/data.json": b'{"a": 1}',
        "s04/x.ipynb": notebook(small_course, odd_metadata, **RIGHT),
    }
    done = collect(small_course, LESSON, in_folder(tmp_path / "in", files), roster=roster)
    assert done.new == ["s04"]
    assert done.refused == [
        "s01: s01/x.ipynb has no cell of 01_small; ask for that notebook.",
        "s02: s02/x.ipynb is not JSON, so it is no notebook; ask for it again.",
        "s03: there is no notebook (there is data.json, x.py); ask for it.",
    ]


def test_names_in_any_script_also_where_the_zip_does_not_say_utf_8(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes
) -> None:
    source = zipped(tmp_path / "m.zip", {"XXXXXX_9_assignsubmission_file/x.ipynb": ours})
    data = source.read_bytes().replace(b"XXXXXX", "李雷".encode())
    source.write_bytes(data)
    files = {"oneillméndezzoë_7_8_x.ipynb": ours}
    assert collect(small_course, LESSON, source, roster=roster).new == ["s03"]
    source = zipped(tmp_path / "c.zip", files)
    assert collect(small_course, LESSON, source, roster=roster).new == ["s04"]


# The roster


@pytest.mark.parametrize(
    "text",
    [
        ROSTER.encode("utf-8-sig"),
        ROSTER.replace(",", ";").encode(),
        ROSTER.replace(",", "\t").replace("\n", "\r\n").encode("utf-16"),
        ROSTER.replace("id,name,email", " EMAIL ,Student ID,Full_Name")
        .replace("s01,Ada Doe,ada@example.org", "ada@example.org,s01,Ada Doe")
        .encode(),
        ROSTER.replace("李雷", "Lei").encode("cp1252"),
    ],
)
def test_rosters_of_many_kinds(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(text)
    ada = read_roster(path).students["s01"]
    assert (ada.first, ada.last, ada.email) == ("Ada", "Doe", "ada@example.org")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "is empty; its first line must name the columns."),
        (b"name,email\nAda,a@b\n", "has no column `id` (it has name, email)"),
        (b"id,name\n", "lists nobody"),
        (b"id,name\n" + b'a,"' + b"x" * 200_000, "is no CSV"),
        (b"PK\3\4\0\0id", "is no text; save the list as CSV."),
    ],
)
def test_rosters_that_cannot_be_read(tmp_path: Path, text: bytes, told: str) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(text)
    with pytest.raises(BadList) as caught:
        read_roster(path)
    assert told in str(caught.value)
    with pytest.raises(BadList, match="cannot be read"):
        read_roster(tmp_path / "none.csv")


def test_bad_lines_of_a_roster_are_told(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("id,name\ns01,Ada\n../x,Eve\ns01,Ann\n,Bob\n,\n", encoding="utf-8")
    roster = read_roster(path)
    assert [each.name for each in roster.students.values()] == ["Ada"]
    assert roster.problems == (
        "r.csv, line 3, is left out: '../x' is no name for a folder; give a plain one.",
        "r.csv has s01 twice; the first counts.",
        "r.csv, line 5, has no id and is left out.",
    )


def test_who_is_meant_is_never_guessed() -> None:
    roster = Roster(
        [
            Student("a", "Ada", "Doe", number="7"),
            Student("b", "Ada", "Doe", number="8"),
            Student("9", "Bob", "Roe"),
        ]
    )
    assert roster.find(["doeada"], "8").id == "b"
    for names, number in ((["Ada Doe"], ""), (["bobroe"], "8")):
        with pytest.raises(Unknown, match="may be"):
            roster.find(names, number)
    with pytest.raises(Unknown, match="is not in the roster"):
        roster.find(["cy"], "9")  # an id is no number of the platform's


def test_a_locked_gradebook_is_one_sentence(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes
) -> None:
    source = in_folder(tmp_path / "in", {"s01/x.ipynb": ours})
    with (
        locked_gradebook(small_course),
        pytest.raises(CollectError, match=r"The gradebook cannot be read .*locked"),
    ):
        collect(small_course, LESSON, source, roster=roster)


def test_the_roster_gets_into_the_gradebook(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes
) -> None:
    source = in_folder(tmp_path / "in", {"s01/x.ipynb": ours})
    collect(small_course, LESSON, source, roster=roster)
    roster.write_text("id,email\ns01,new@example.org\n")
    collect(small_course, LESSON, source, roster=roster)
    with Gradebook(f"sqlite:///{small_course / 'autograder' / 'gradebook.db'}", "looplab") as book:
        ada = book.find_student("s01")
        assert (ada.first_name, ada.last_name, ada.email) == ("Ada", "Doe", "new@example.org")
        assert len(book.students) == 4


# nbgrader's own command


@pytest.mark.slow
def test_nbgraders_own_zip_collect(
    small_course: Path, tmp_path: Path, roster: Path, ours: bytes
) -> None:
    collect(small_course, LESSON, in_folder(tmp_path / "in", {"s01/x": b""}), roster=roster)
    archive = small_course / "autograder" / "downloaded" / LESSON / "archive"
    archive.mkdir(parents=True)
    stub = notebook(small_course)
    zipped(
        archive / "from moodle.zip",
        {
            "Ada Doe_11_assignsubmission_file/01_small.ipynb": stub,
            "Ada Doe_11_assignsubmission_file/01_small-Copy1.ipynb": ours,
            "Bob Roe_12_assignsubmission_file/other.ipynb": ours,
            "李雷_13_assignsubmission_file/x.ipynb": ours,
            "Zoë ONeill-Méndez_14_assignsubmission_file/x.ipynb": ours,
            "Eve_15_assignsubmission_file/x.ipynb": ours,
        },
    )
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "zip_collect", LESSON],
        cwd=small_course / "autograder",
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    assert handed_over(small_course) == dict.fromkeys(["s01", "s02", "s03", "s04"], ours)
    assert "Eve is not in the roster" in done.stderr


def test_a_pattern_of_the_courses_own_is_heeded() -> None:
    plugin = ByGradeIds(named_regexp=r".*/(?P<student_id>[a-z]+)_(?P<file_id>\w+)")
    assert plugin.collect("/in/ada_lesson.ipynb") == {"student_id": "ada", "file_id": "lesson"}
    assert plugin.collect("/in/ada_lesson.txt") is None
