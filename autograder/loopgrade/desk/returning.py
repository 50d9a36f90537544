"""Feedback on its way back: a zip that Moodle or Canvas takes, for classes that handed in there.

Each platform finds whose a file is by the name that it gave itself to what was handed in. So the
names come from its own zip:

- Moodle, *Upload multiple feedback files in a zip*: a folder such as
  `Ada Doe_123456_assignsubmission_file`, or such a beginning of a file's name
  (`is_valid_filename_for_import` in its mod/assign/feedback/file/importziplib.php).
- Canvas, *Upload Submissions*: `doeada_LATE_12345_67890_`, with the number of a file that the
  student has handed in (`infer_comment_context_from_filename` in its app/models).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from loopgrade.desk.handed_in import BadSource, Item, opened, owner_of, wrapper_of
from loopgrade.desk.roster import Roster, Unknown
from loopgrade.desk.writing import whole

Platform = Literal["moodle", "canvas"]
PLATFORMS: tuple[Platform, ...] = ("moodle", "canvas")

_BEGINNING = {
    "moodle": re.compile(r".+?_\d{1,20}_assignsubmission_file(?:_|$)", re.DOTALL),
    "canvas": re.compile(r"[^_].*?_(?:late_)?\d{1,20}_\d{1,20}_", re.IGNORECASE | re.DOTALL),
}


def pack(
    platform: Platform,
    like: Path,
    pages: Mapping[str, Sequence[Path]],
    roster: Roster,
    target: Path,
) -> list[str]:
    """Write a zip that gives each student their pages.

    Args:
        platform: which.
        like: its own zip of what was handed in.
        pages: the files of each student, by id.
        roster: the class.
        target: the zip to write; what is there is replaced.

    Returns:
        Who gets none of it, and why, a sentence each.

    Raises:
        BadSource: `like` is no zip of that platform's.
        OSError: `target` cannot be written.
    """
    with opened(like) as items:
        places, refused = _places(platform, items, roster)
    if not places and not refused:
        raise BadSource(
            f"{like} is no zip of {platform.title()}'s; give the one that you downloaded there."
        )
    with whole(target) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for student in sorted(places.keys() & pages.keys()):
            for page in pages[student]:
                archive.write(page, places[student] + page.name)
    for student in sorted(pages.keys() - places.keys()):
        refused.append(f"{student} handed in nothing there; send the page by another way.")
    return refused


def _places(
    platform: Platform, items: Sequence[Item], roster: Roster
) -> tuple[dict[str, str], list[str]]:
    """Return what the name of each student's page begins with, and who is not known."""
    wrapper = wrapper_of(items)
    found: dict[str, dict[str, str]] = {}
    refused: dict[str, None] = {}
    for item in sorted(items, key=lambda each: each.key):
        parts = item.parts[1:] if wrapper else item.parts
        owner = owner_of(parts)
        begins = _BEGINNING[platform].match(parts[0])
        if owner.platform.casefold() != platform or begins is None or item.problem:
            continue
        try:
            number = owner.number if platform == "canvas" else ""
            student = roster.find(owner.names, number).id
        except Unknown as error:
            refused[str(error)] = None
            continue
        # The last of several files: it is there, and Canvas asks for one that is.
        place = f"{parts[0]}/" if len(parts) > 1 else begins[0]
        found.setdefault(student, {})[owner.number] = place
    several = {student for student, places in found.items() if len(places) > 1}
    for student in sorted(several):
        numbers = ", ".join(found.pop(student))
        refused[f"Several are called {student} there (numbers {numbers}); send it to them."] = None
    return {student: place for student, told in found.items() for place in told.values()}, [
        *refused
    ]
