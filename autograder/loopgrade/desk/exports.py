"""Grades for Canvas and for Moodle, as plugins of `nbgrader export`.

A file that the platform has written is filled in and given back: all that is not a grade of
ours stays as it is. What is not graded is left as the platform has it, which is empty at first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.plugins import ExportPlugin
from traitlets import Dict, Unicode

from loopgrade.classroom.dates import BadDate, goes_out
from loopgrade.classroom.gradebook import Entry
from loopgrade.classroom.nbgrader_export import harmless
from loopgrade.classroom.rows import Row, row_of
from loopgrade.classroom.states import Register, State
from loopgrade.desk.lists import BadList, Listed, read_list, written
from loopgrade.desk.roster import Roster, Unknown, known_students
from loopgrade.desk.worksheet import read_worksheet
from looplab.pictures.describing import one_line


class _ForAPlatform(ExportPlugin):  # type: ignore[misc]  # nbgrader has no types
    into = Unicode("", help="The file that the platform has written, to be filled in.").tag(
        config=True
    )

    def export(self, gradebook: Any) -> None:
        """Write the grades to `--to`."""
        try:
            self._write(gradebook)
        except (BadList, OSError) as error:
            self.log.error("%s", error)
            raise SystemExit(1) from None

    def _write(self, gradebook: Any) -> None:
        raise NotImplementedError  # each platform has a file of its own

    def _lessons(self, gradebook: Any) -> list[Any]:
        # The command line gives numbers where a name is one.
        asked = {*map(str, self.assignment)}
        known = {each.name: each for each in gradebook.assignments}
        for name in sorted(asked - known.keys()):
            raise BadList(
                f"The gradebook does not know {name}; run `looplab build` first, "
                "or nbgrader's generate_assignment."
            )
        try:
            return [
                each for name, each in sorted(known.items()) if goes_out(self.config, name, asked)
            ]
        except BadDate as error:
            raise BadList(str(error)) from None

    def _roster(self) -> Roster:
        folder = self.parent.coursedir
        asked = {*map(str, self.student)}
        known = known_students(folder.db_url, folder.course_id)
        return Roster(each for each in known if not asked or each.id in asked)

    def _register(self, lesson: str) -> Register:
        level = self.config.Examine.get("isolation", "bubblewrap")
        return Register.read(self.parent.coursedir, lesson, level)

    def _grades(self, lesson: str, roster: Roster) -> dict[str, Row]:
        """Return what each has who is graded."""
        register = self._register(lesson)
        found = {}
        for student in roster.students:
            submission = register.submission(student)
            if submission.results:
                entry = register.book.entries.get(student, Entry())
                found[student] = row_of(submission, entry)
        for state, told in (
            (State.FLAGGED, "wait for somebody to look at what was flagged"),
            (State.STALE, "have changed since they were graded"),
        ):
            if several := [student for student, row in found.items() if row.state is state]:
                self.log.warning("%s: %s %s.", lesson, ", ".join(several), told)
        return found

    def _fill(
        self, listed: Listed, place: int, of: str, worth: float, rows: Sequence[tuple[int, Row]]
    ) -> None:
        """Put grades into a column, in the platform's points and with its decimal sign.

        Args:
            listed: the platform's list.
            place: of the column.
            of: what the platform says is the most, as it writes it.
            worth: the most that there is here.
            rows: the number of each student's row, and what they have.
        """
        most = _number(of)
        if most is not None and worth and most != worth:
            name = listed.columns[place]
            self.log.warning("%s counts to %g and not to %g: grades are scaled.", name, most, worth)
        scale = most / worth if most and worth else 1.0
        for number, row in rows:
            text = f"{row.final * scale:.2f}"
            listed.rows[number][place] = text.replace(".", ",") if "," in of else text

    def _tell(self, roster: Roster, found: set[str], unknown: Sequence[str]) -> None:
        for each in unknown:
            self.log.warning("%s", each)
        if missing := sorted(roster.students.keys() - found):
            self.log.warning("Not in the platform's file: %s.", one_line(", ".join(missing), 300))


class ForCanvas(_ForAPlatform):
    """Grades for Canvas's gradebook, *Import*: a column for each lesson.

    With `into`, a file that *Export* has given, the columns are found by the assignments'
    names; without it, a new file is written, and Canvas asks what the columns are.
    """

    columns = Dict(help="The column of a lesson, where it is not called like it.").tag(config=True)

    def _write(self, gradebook: Any) -> None:
        roster = self._roster()
        listed = read_list(Path(self.into)) if self.into else _new_list(roster)
        if listed.column("student", "lastname") is None or listed.column("id") is None:
            raise BadList(f"{self.into} has no columns `Student` and `ID`; export it from Canvas.")
        points = next((row for row in listed.rows if "Points Possible" in row[0]), None)
        rows, unknown = _rows_of(listed, roster)
        for lesson in self._lessons(gradebook):
            place = self._place(listed, lesson.name, float(lesson.max_score), points)
            if place is None:
                continue
            of = points[place] if points else ""
            if "read only" in of:
                raise BadList(
                    f"{listed.columns[place]} is read only in Canvas; say another column."
                )
            grades = self._grades(lesson.name, roster)
            mine = [(number, grades[id]) for id, number in rows.items() if id in grades]
            self._fill(listed, place, of, float(lesson.max_score), mine)
        self._tell(roster, {*rows}, unknown)
        Path(self.to or "canvas.csv").write_bytes(written(listed))

    def _place(
        self, listed: Listed, lesson: str, worth: float, points: list[str] | None
    ) -> int | None:
        """Return the column of a lesson; None where it has none, and nobody asked for it."""
        if not self.into:
            listed.columns.append(lesson)
            for row in listed.rows:
                row.append(f"{worth:g}" if row is points else "")
            return len(listed.columns) - 1
        asked = self.columns.get(lesson, lesson)
        titles = [re.sub(r"\s*\(\d+\)$", "", each) for each in listed.columns]
        place = Listed(titles, []).column(asked)
        place = listed.column(asked) if place is None else place
        if place is not None:
            return place
        told = (
            f"{self.into} has no column {asked!r}; make the assignment in Canvas and export again, "
            "or say which it is by ForCanvas.columns."
        )
        if self.assignment or lesson in self.columns:
            raise BadList(told)
        self.log.warning("%s", told)
        return None


class ForMoodle(_ForAPlatform):
    """Grades for one assignment of Moodle's, *Upload grading worksheet*.

    `into` is what *Download grading worksheet* has given. It is needed: Moodle knows a student
    by `Participant` and a number, which is another one in each assignment.
    """

    def _write(self, gradebook: Any) -> None:
        lessons = self._lessons(gradebook)
        if len(lessons) != 1:
            raise BadList(
                "Moodle has a worksheet for each assignment: say --assignment '[\"NAME\"]'."
            )
        if not self.into:
            raise BadList("Give the worksheet of Moodle's assignment: --ForMoodle.into=FILE.")
        (lesson,) = lessons
        roster = self._roster()
        sheet = read_worksheet(Path(self.into))
        listed = sheet.listed
        place, most = listed.column("grade"), listed.column("maximum_grade")
        may_change = listed.column("grade_can_be_changed")
        if place is None or most is None:
            raise BadList(
                f"{self.into} has no columns `Grade` and `Maximum Grade`; in Moodle's assignment, "
                "let grades be points, and download it with Moodle's language set to English."
            )
        grades, unknown = self._grades(lesson.name, roster), []
        found: dict[str, int] = {}
        for number, who in enumerate(sheet.participants):
            try:
                student = roster.find(who.names or (f"Participant {who.number}",))
            except Unknown as error:
                unknown.append(str(error))
                continue
            found[student.id] = number
            may = may_change is None or listed.rows[number][may_change].strip().casefold() != "no"
            if not may and student.id in grades:
                del grades[student.id]
                unknown.append(f"{student.id}: Moodle lets nobody change the grade; it stays.")
        mine = [(number, grades[id]) for id, number in found.items() if id in grades]
        of = next((row[most] for row in listed.rows), "")
        self._fill(listed, place, of, float(lesson.max_score), mine)
        self._tell(roster, {*found}, unknown)
        Path(self.to or "moodle.csv").write_bytes(written(listed))


def _number(text: str) -> float | None:
    """Return a number as platforms write it.

    >>> _number("10,00"), _number(" 4.5 "), _number("")
    (10.0, 4.5, None)
    """
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _new_list(roster: Roster) -> Listed:
    rows = [["    Points Possible", "", "", "", ""]]
    for each in roster.students.values():
        name = f"{each.last}, {each.first}" if each.first and each.last else each.name
        told = (name or each.id, each.number, "", each.id, "")
        rows.append([str(harmless(text)) for text in told])
    return Listed(["Student", "ID", "SIS User ID", "SIS Login ID", "Section"], rows)


def _rows_of(listed: Listed, roster: Roster) -> tuple[dict[str, int], list[str]]:
    """Return the number of each student's row in Canvas's list, and who of it is unknown."""
    found: dict[str, int] = {}
    unknown = []
    for number, row in enumerate(listed.rows):
        names = list(_names(listed, row))
        if not names or "Points Possible" in row[0]:
            continue
        try:
            found[roster.find(names, row[listed.column("id") or 0].strip()).id] = number
        except Unknown as error:
            unknown.append(str(error))
    return found, unknown


def _names(listed: Listed, row: Sequence[str]) -> Iterator[str]:
    for name in ("sis_login_id", "sis_user_id", "student"):
        place = listed.column(name)
        if place is not None and row[place].strip():
            yield row[place].strip()
    first, last = listed.column("first_name"), listed.column("last_name")
    if first is not None and last is not None:
        yield f"{row[first]} {row[last]}"
