"""The dates of a course: when a lesson is released, when it is due, and for whom later.

nbgrader_config.py says them, so that they are read and changed in one place:

    c.Dates.release = {"02_yield_and_send": "2026-10-05 08:00 Europe/Berlin"}
    c.Dates.due = {"02_yield_and_send": "2026-10-12 23:59 Europe/Berlin"}
    c.Dates.extensions = {"02_yield_and_send": {"ada": "2026-10-19 23:59 Europe/Berlin"}}

The gradebook gets them when a lesson is graded: nbgrader has a place for due dates and extensions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dateutil import parser, tz

from looplab.pictures.describing import one_line

KINDS = ("release", "due", "extensions")


class BadDate(Exception):
    """A date cannot be read; the text says which, and how to write it."""


@dataclass(frozen=True)
class Terms:
    """The dates of one lesson, in UTC.

    Attributes:
        release: when students may have it; None where nothing is said, and then they may.
        due: when it is due; None where nbgrader's own gradebook alone knows.
        extensions: for whom it is due later, by student; None where the gradebook alone knows.
    """

    release: datetime | None = None
    due: datetime | None = None
    extensions: Mapping[str, datetime] | None = None

    def is_released(self, now: datetime) -> bool:
        """Whether students may have the lesson.

        Args:
            now: in UTC, without a time zone, as nbgrader has it.

        >>> Terms(datetime(2026, 10, 5)).is_released(datetime(2026, 10, 4))
        False
        """
        return self.release is None or self.release <= now


def terms_of(config: Any, lesson: str) -> Terms:
    """Return the dates of a lesson.

    Args:
        config: what nbgrader_config.py says.
        lesson: its name.

    Raises:
        BadDate: one cannot be read.
    """
    told = {kind: config.Dates.get(kind, {}) for kind in KINDS}
    for kind, all_of_it in told.items():
        if not isinstance(all_of_it, Mapping):
            raise BadDate(f"c.Dates.{kind} is no {{LESSON: ...}}; write it so.")
    late = told["extensions"].get(lesson)
    if late is not None and not isinstance(late, Mapping):
        raise BadDate(f"c.Dates.extensions[{lesson!r}] is no {{STUDENT: DATE}}; write it so.")
    found: dict[str, datetime] = {
        kind: _moment(told[kind][lesson], f"c.Dates.{kind}[{lesson!r}]")
        for kind in ("release", "due")
        if lesson in told[kind]
    }
    extensions = late and {
        str(student): _moment(text, f"c.Dates.extensions[{lesson!r}][{student!r}]")
        for student, text in late.items()
    }
    return Terms(found.get("release"), found.get("due"), extensions)


def goes_out(config: Any, lesson: str, asked: set[str]) -> bool:
    """Return whether an export gives the grades of a lesson: it is asked for, or released.

    Args:
        config: what nbgrader_config.py says.
        lesson: its name.
        asked: the lessons that somebody asked for; where there are none, all that are released.

    Raises:
        BadDate: its date cannot be read.
    """
    if asked:
        return lesson in asked
    return terms_of(config, lesson).is_released(datetime.now(UTC).replace(tzinfo=None))


def _moment(text: Any, where: str) -> datetime:
    # Not nbgrader's parse_utc: it takes +0200 for 200 seconds, and a date without a zone for UTC.
    head, _, zone = str(text).strip().rpartition(" ")
    named = tz.gettz(zone) if zone[:1].isalpha() else None
    try:
        moment = parser.parse(head if named else str(text))
    except (ValueError, OverflowError, TypeError):
        moment = datetime.min
    moment = moment.replace(tzinfo=named) if named else moment
    if moment.tzinfo is None or moment.year < 1990:
        raise BadDate(
            f"{where} is {one_line(repr(text), 60)}; write a date, a time and a zone, such as "
            "2026-10-12 23:59 Europe/Berlin."
        )
    utc: datetime = moment.astimezone(UTC).replace(tzinfo=None)
    return utc
