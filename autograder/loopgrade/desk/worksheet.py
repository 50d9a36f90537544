"""Moodle's offline grading worksheet: who is participant N, when they handed in, and their grade.

A teacher downloads it from the assignment, *Download grading worksheet*, and uploads it again.
Moodle finds its columns by their names and a student by the number behind `Participant`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from loopgrade.desk.lists import BadList, Listed, read_list
from loopgrade.desk.timestamps import moment_of


@dataclass(frozen=True)
class Participant:
    """Somebody who takes part in one assignment.

    Attributes:
        number: which Moodle gave them in this assignment.
        names: their address and their name, as far as they are there.
        handed_in: when, in UTC; None where nobody knows, or nothing was.
    """

    number: str
    names: tuple[str, ...]
    handed_in: datetime | None


@dataclass(frozen=True)
class Worksheet:
    """A worksheet.

    Attributes:
        listed: the list as it is.
        participants: one for each row.
        problems: what of it cannot be read, a sentence each.
    """

    listed: Listed
    participants: tuple[Participant, ...]
    problems: tuple[str, ...]


def read_worksheet(path: Path) -> Worksheet:
    """Return a worksheet that Moodle has written.

    Args:
        path: the file.

    Raises:
        BadList: it is no worksheet.
    """
    listed = read_list(path)
    place = listed.column("identifier")
    if place is None:
        raise BadList(
            f"{path} has no column `Identifier`; download the grading worksheet from Moodle's "
            "assignment, with Moodle's language set to English."
        )
    naming = [n for n in (listed.column("email_address"), listed.column("full_name")) if n]
    when = listed.column("last_modified_(submission)")
    found, unread = [], 0
    for row in listed.rows:
        number = re.search(r"\d*$", row[place].strip())
        names = tuple(row[n].strip() for n in naming if row[n].strip())
        text = "" if when is None else row[when].strip()
        handed_in = moment_of(text) if text not in ("", "-") else None
        unread += text not in ("", "-") and handed_in is None
        found.append(Participant(number[0] if number else "", names, handed_in))
    problems = (
        (
            f"{path.name} has {unread} times that cannot be read, and they are left out; download "
            "it with Moodle's language set to English.",
        )
        if unread
        else ()
    )
    return Worksheet(listed, tuple(found), problems)
