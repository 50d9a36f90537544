"""When something was handed in: read as platforms write it, written as nbgrader reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from dateutil.parser import parse
from nbgrader.utils import parse_utc


def moment_of(text: str) -> datetime | None:
    """Return the moment that a platform's text tells, in UTC; None where it tells none.

    Args:
        text: such as `Thursday, 2 October 2025, 3:14 PM`, in this machine's time.

    >>> moment_of("2025-10-02 15:14:00 +0200")
    datetime.datetime(2025, 10, 2, 13, 14)
    >>> moment_of("yesterday")
    """
    return _sane(text, lambda told: parse(told).astimezone(UTC).replace(tzinfo=None))


def nbgraders_moment(text: str) -> datetime | None:
    """Return the moment that a timestamp.txt tells, as nbgrader reads it; None where it cannot.

    Args:
        text: what stands in the file; without a zone it is UTC.

    >>> nbgraders_moment("2025-10-02 13:14:00 UTC")
    datetime.datetime(2025, 10, 2, 13, 14)
    >>> nbgraders_moment("two o'clock, or so")
    """
    return _sane(text, parse_utc)


def _sane(text: str, read: Callable[[str], datetime]) -> datetime | None:
    """Return a moment at which somebody can have handed in, where a text tells one in full."""
    text = text.strip()[:100]
    try:
        # What a text leaves out is taken of today: so the same text is another moment tomorrow.
        days = {parse(text, default=day, ignoretz=True).date() for day in _DAYS}
        moment = read(text)
    except (ValueError, OverflowError, OSError, TypeError, AttributeError):
        return None
    return moment if len(days) == 1 and 1990 <= moment.year <= 2200 else None


_DAYS = (datetime(2000, 1, 1), datetime(2001, 2, 2))


def as_nbgrader_reads(moment: datetime) -> str:
    """Return what to write into a timestamp.txt.

    Args:
        moment: in UTC.

    >>> as_nbgrader_reads(datetime(2025, 10, 2, 13, 14))
    '2025-10-02 13:14:00 UTC'
    """
    return f"{moment.replace(microsecond=0)} UTC"
