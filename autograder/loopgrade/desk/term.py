"""A term in a temporary folder: all that a teacher does with a class, and all numbers add up.

The class is made of the answer bank, and hands in by a zip as Moodle writes it: right and wrong,
late and not at all, once more, what is no notebook, and what wants to harm.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from loopgrade.authoring.build import Built, build
from loopgrade.bank.demo import Student, hand_in, students_of
from loopgrade.bank.verify import read_answers
from loopgrade.classroom.batch import grade
from loopgrade.classroom.rows import Row
from loopgrade.classroom.states import State
from loopgrade.desk.collect import Collected, collect
from loopgrade.desk.feedback import feedback
from loopgrade.desk.looking import all_right
from loopgrade.desk.new_course import new_course
from loopgrade.desk.report import FORMS, report
from loopgrade.desk.two_workers import two_workers
from loopgrade.examination import sandbox

LESSONS = ("02", "06")
"""What the term has, where the course has them."""

Kind = Literal["right", "wrong", "late", "extended", "missing", "again", "odd", "hostile"]
_KINDS: tuple[Kind, ...] = (
    "right", "wrong", "right", "late", "missing", "again", "odd", "hostile", "wrong", "extended",
)  # fmt: skip

DUE = "2026-10-12 23:59 UTC"
_IN_TIME_AGAIN = "Saturday, 10 October 2026, 10:00 AM"
_IN_TIME, _LATE = "Friday, 9 October 2026, 10:00 AM", "Thursday, 15 October 2026, 10:00 AM"
SETTINGS = """
c.Examine.isolation = {level!r}
c.LateSubmissionPlugin.penalty_method = "zero"
c.Dates.due = {due!r}
c.Dates.extensions = {extensions!r}
"""
HINT = 'hint="'
HARM = "import asyncio, os\nasyncio.sleep = None\nos._exit(0)\n"


@dataclass(frozen=True)
class Member:
    """Somebody of the class.

    Attributes:
        number: from 1.
        kind: what they do in every lesson.
    """

    number: int
    kind: Kind

    @property
    def id(self) -> str:
        """The name of their folder."""
        return f"s{self.number:03}"

    @property
    def name(self) -> str:
        """What the platform calls them."""
        return f"Student {self.number}"

    def is_as_expected(self, row: Row) -> bool:
        """Whether what came of their work is what it must be."""
        graded = {
            "missing": row.state is State.MISSING,
            "odd": row.state is State.MISSING,  # what is no notebook is not collected
            "hostile": row.state.is_graded and row.points < row.of,
            "wrong": row.state.is_graded and row.points < row.of,
            "late": row.state.is_graded and row.points == row.of and row.final == 0,
        }
        return graded.get(self.kind, row.state.is_graded and row.final == row.of)


def class_of(size: int) -> list[Member]:
    """Return a class.

    >>> [each.kind for each in class_of(3)]
    ['right', 'wrong', 'right']
    """
    return [Member(n + 1, _KINDS[n % len(_KINDS)]) for n in range(size)]


def term(
    course: Path,
    size: int,
    *,
    say: Callable[[str], None] = print,
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> int:
    """Play a term, and say of each step what came of it.

    Args:
        course: where the lessons and answers are; nothing is written there.
        size: how many are in the class.
        say: told a line for each step.
        progress: told how many are graded, of how many, and who is next.

    Returns:
        The exit status: 1 where a number does not add up.
    """
    with tempfile.TemporaryDirectory(prefix="looplab-term-") as folder:
        played = _Term(course, Path(folder), class_of(size), say, progress)
        wrong = [each for each in played.steps() if each]
        for each in wrong:
            say(f"does not add up: {each}")
        say("every number adds up" if not wrong else f"wrong: {len(wrong)}")
        return 1 if wrong else 0


class _Term:
    """The steps; each yields what does not add up, and empty texts where all is well."""

    def __init__(
        self,
        course: Path,
        folder: Path,
        members: Sequence[Member],
        say: Callable[[str], None],
        progress: Callable[[int, int, str], None],
    ) -> None:
        self._source, self._folder, self._members = course, folder, members
        self._say, self._progress = say, progress
        self._level = sandbox.strongest()
        self._root = folder / "term"
        self._rows: dict[str, list[Row]] = {}

    def steps(self) -> Iterator[str]:
        """Play the term."""
        known = {p.stem[:2] for p in (self._source / "autograder" / "lessons").glob("*.py")}
        chosen = [each for each in LESSONS if each in known] or sorted(known)[:1]
        lessons = new_course(self._source, self._root, chosen)
        self._configure(lessons, extended=False)
        built = build(self._root)
        self._say(f"a course of {', '.join(lessons)}, a class of {len(self._members)}")
        for each in built:
            done = self._collect(each, again=False)
            yield _same("refused", len(done.refused), len(self._of("odd")))
        yield from self._grade_first(lessons)
        for each in built:
            done = self._collect(each, again=True)
            yield _same("handed in again", len(done.replaced), len(self._of("again")))
        self._configure(lessons, extended=True)
        fresh = self._grade(lessons, "who handed in again, and an extension")
        yield _same("graded again", fresh, len(self._of("again")) * len(lessons))
        yield from self._unexpected()
        yield from self._look(lessons)
        before = {name: [row.final for row in rows] for name, rows in self._rows.items()}
        self._mend(lessons[0])
        fresh = self._grade(lessons, f"a test of {lessons[0]} is mended")
        there = sum(row.state.is_graded for row in self._rows[lessons[0]])
        yield _same("graded after a test was mended", fresh, there)
        after = {name: [row.final for row in rows] for name, rows in self._rows.items()}
        yield "" if before == after else "mending a test's words changed grades"
        yield from self._told(lessons)
        yield from self._exported(lessons)

    def _of(self, kind: Kind) -> list[Member]:
        return [each for each in self._members if each.kind == kind]

    def _configure(self, lessons: Sequence[str], *, extended: bool) -> None:
        late = {each.id: "2026-10-19 23:59 UTC" for each in self._of("extended") if extended}
        text = SETTINGS.format(
            level=self._level,
            due=dict.fromkeys(lessons, DUE),
            extensions=dict.fromkeys(lessons, late),
        )
        path = self._root / "autograder" / "nbgrader_config.py"
        with path.open("a", encoding="utf-8") as file:
            file.write(text)

    # What comes in

    def _collect(self, built: Built, *, again: bool) -> Collected:
        lesson = built.lesson.name
        files = dict(self._handed_in(built, again=again))
        source = self._folder / f"{lesson}-{again}.zip"
        with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, text in files.items():
                name = f"{member.name}_{member.number}_assignsubmission_file/{lesson}.ipynb"
                archive.writestr(name, text)
        roster = self._folder / "class.csv"
        roster.write_text(
            "id,name\n" + "".join(f"{each.id},{each.name}\n" for each in self._members), "utf-8"
        )
        sheet = self._folder / "worksheet.csv"
        sheet.write_text(self._worksheet(100, again=again), encoding="utf-8")
        done = collect(self._root, lesson, source, roster=roster, worksheet=sheet)
        counts = (
            f"{len(told)} {word}"
            for word, told in (
                ("new", done.new),
                ("replaced", done.replaced),
                ("refused", done.refused),
                ("missing", done.missing),
            )
        )
        self._say(f"{lesson} collected: {', '.join(counts)}")
        return done

    def _handed_in(self, built: Built, *, again: bool) -> Iterator[tuple[Member, bytes]]:
        found = students_of(built.lesson, read_answers(self._root, built.lesson))
        right = [each for each in found if each.right]
        wrong = [each for each in found if not each.right and "-stub-" not in each.name]
        for member in self._members:
            if member.kind == "missing" or (again and member.kind != "again"):
                continue
            if member.kind == "odd":
                yield member, b"{ this is no notebook"
                continue
            is_wrong = member.kind == "wrong" or (member.kind == "again" and not again)
            several = wrong if is_wrong else right
            yield member, self._notebook(built, member, several[member.number % len(several)])

    def _notebook(self, built: Built, member: Member, chosen: Student) -> bytes:
        if member.kind == "hostile":
            first = built.lesson.exercises[0].name
            harmful = {**chosen.answers, first: HARM + chosen.answers[first]}
            chosen = replace(chosen, answers=harmful)
        folder = self._folder / "hands" / str(len([*self._folder.glob("hands/*")]))
        path = hand_in(built.release, folder, built.lesson.name, chosen)
        text = path.read_text(encoding="utf-8")
        if member.kind == "hostile":
            told = json.loads(text)
            told["cells"][0]["source"] = "<script>alert(1)</script><img src=x onerror=alert(1)>"
            text = json.dumps(told)
        return text.encode()

    def _worksheet(self, most: float, *, again: bool = False) -> str:
        lines = [
            "Identifier,Full name,Email address,Status,Grade,Maximum Grade,"
            "Grade can be changed,Last modified (submission)"
        ]
        for each in self._members:
            late = each.kind in ("late", "extended")
            when = _LATE if late else _IN_TIME_AGAIN if again else _IN_TIME
            lines.append(
                f'Participant {each.number},{each.name},,Submitted,,{most:.2f},Yes,"{when}"'
            )
        return "\n".join(lines) + "\n"

    # Grades

    def _grade(
        self,
        lessons: Sequence[str],
        why: str,
        *,
        scheduler: str | None = None,
        progress: Callable[[int, int, str], None] | None = None,
    ) -> int:
        """Grade what waits or has changed, and return how many were graded."""
        told = progress or self._progress
        fresh = 0
        for lesson in lessons:
            rows = grade(self._root, lesson, level=self._level, scheduler=scheduler, progress=told)
            self._rows[lesson] = rows
            fresh += sum(row.fresh for row in rows)
        self._say(f"graded: {fresh} ({why})")
        return fresh

    def _grade_first(self, lessons: Sequence[str]) -> Iterator[str]:
        """Have two machines examine the class, of which one is killed in the midst of each lesson.

        Yields what does not add up. Without Dask this machine does it.
        """
        handed_in = sum(each.kind not in ("missing", "odd") for each in self._members)
        for lesson in lessons:
            with two_workers() as both:
                if both is None:
                    self._grade([lesson], "first; no Dask, see looplab[scale]")
                    continue
                fresh = self._grade(
                    [lesson],
                    "first, by two Dask workers, one of them killed",
                    scheduler=both.address,
                    progress=both.kills_one(self._progress),
                )
                yield _same("workers that were killed", both.killed, 1)
                yield _same(f"{lesson}: graded by the workers", fresh, handed_in)

    def _unexpected(self) -> Iterator[str]:
        by_id = {each.id: each for each in self._members}
        for lesson, rows in self._rows.items():
            yield _same(f"{lesson}: rows", len(rows), len(self._members))
            for row in rows:
                member = by_id[row.student]
                if not member.is_as_expected(row):
                    yield (
                        f"{lesson}: {member.id}, {member.kind}, is {row.status} with "
                        f"{row.final:g} of {row.of:g} {row.why}".rstrip()
                    )

    def _look(self, lessons: Sequence[str]) -> Iterator[str]:
        looked = 0
        for lesson in lessons:
            for row in self._rows[lesson]:
                if row.must_be_looked_at:
                    all_right(self._root, lesson, row.student, by="the teacher")
                    looked += 1
        self._say(f"looked at: {looked}")
        yield _same("flagged", looked, len(self._of("hostile")) * len(lessons))

    def _mend(self, lesson: str) -> None:
        path = self._root / "autograder" / "lessons" / f"{lesson}.py"
        text = path.read_text(encoding="utf-8")
        head, mark, tests = text.partition('role="test"')
        path.write_text(f"{head}{mark}{tests.replace(HINT, HINT + 'look: ', 1)}", "utf-8")
        build(self._root)

    # What goes out

    def _told(self, lessons: Sequence[str]) -> Iterator[str]:
        finals = self._finals()
        for form in FORMS:
            text = "".join(report(self._root, "all", form, with_bank=False))
            (self._folder / f"report.{form}").write_text(text, encoding="utf-8")
        rows = csv.DictReader(io.StringIO((self._folder / "report.csv").read_text("utf-8")))
        told = sum(float(row["final"] or 0) for row in rows if not row["exercise"])
        yield _same("points in the report", told, sum(map(sum, finals.values())))
        for lesson in lessons:
            target = self._folder / f"{lesson}-feedback.zip"
            like = self._folder / f"{lesson}-False.zip"
            given = feedback(self._root, lesson, platform="moodle", like=like, to=target)
            there = sum(row.state.is_graded for row in self._rows[lesson])
            with zipfile.ZipFile(target) as archive:
                yield _same("pages of feedback", len(archive.namelist()), there)
            yield from given.failed
        self._say(f"reports: {', '.join(FORMS)}; feedback for {', '.join(lessons)}")

    def _finals(self) -> Mapping[str, list[float]]:
        return {
            lesson: [row.final for row in rows if row.scores] for lesson, rows in self._rows.items()
        }

    def _exported(self, lessons: Sequence[str]) -> Iterator[str]:
        finals = self._finals()
        canvas = self._export("ForCanvas")
        for lesson in lessons:
            mine = [row[lesson] for row in canvas if "Points Possible" not in row["Student"]]
            yield _same(f"{lesson} for Canvas", _total(mine), sum(finals[lesson]))
            empty = len(self._members) - len(finals[lesson])
            yield _same("not graded, so empty for Canvas", mine.count(""), empty)
            most = max(row.of for row in self._rows[lesson])
            (self._folder / "worksheet.csv").write_text(self._worksheet(most), encoding="utf-8")
            moodle = self._export(
                "ForMoodle",
                f"--ForMoodle.into={self._folder / 'worksheet.csv'}",
                f"--assignment={json.dumps([lesson])}",
            )
            told = _total([row["Grade"] for row in moodle])
            yield _same(f"{lesson} for Moodle", told, sum(finals[lesson]))
        self._say("exported: Canvas, Moodle")

    def _export(self, plugin: str, *words: str) -> list[dict[str, str]]:
        target = self._folder / f"{plugin}.csv"
        subprocess.run(
            [
                sys.executable,
                "-m",
                "nbgrader",
                "export",
                f"--exporter=loopgrade.desk.exports.{plugin}",
                f"--to={target}",
                *words,
            ],
            cwd=self._root / "autograder",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        )
        with target.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def _same(what: str, found: float, expected: float) -> str:
    """Return what does not add up; empty where it does.

    >>> _same("points", 0.1 + 0.2, 0.3), _same("pages", 3, 4)
    ('', 'pages: 3, and not 4')
    """
    return "" if abs(found - expected) < 0.01 else f"{what}: {found:g}, and not {expected:g}"


def _total(texts: Sequence[str]) -> float:
    return sum(float(text) for text in texts if text)
