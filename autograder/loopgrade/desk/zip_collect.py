"""What `nbgrader zip_collect` asks of each file: whose it is, and which notebook.

nbgrader asks for a pattern that file names follow. Here the same is asked that
`looplab collect` asks: the class, and the grade ids in the file. A pattern of the course's own
is heeded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.plugins import FileNameCollectorPlugin

from loopgrade.classroom.states import NoLesson, Register
from loopgrade.desk.choosing import hands_of
from loopgrade.desk.handed_in import opened
from loopgrade.desk.roster import Roster, known_students


class ByGradeIds(FileNameCollectorPlugin):  # type: ignore[misc]  # nbgrader has no types
    """Find a student's notebook by its cells, and the student by the class."""

    _found: dict[str, dict[str, Any]] | None = None

    def collect(self, submitted_file: str) -> dict[str, Any] | None:
        """Return whose a file is and which notebook; None where it is not collected.

        Args:
            submitted_file: one of those that nbgrader has unpacked.
        """
        if self.named_regexp:  # the course says itself how its files are named
            named: dict[str, Any] | None = super().collect(submitted_file)
            return named
        if self._found is None:
            self._found = self._find()
        return self._found.get(submitted_file)

    def _find(self) -> dict[str, dict[str, Any]]:
        app = self.parent
        folder = app.coursedir
        unpacked = Path(app._format_collect_path(app.extracted_directory))
        level = self.config.Examine.get("isolation", "bubblewrap")
        try:
            register = Register.read(folder, folder.assignment_id, level)
        except NoLesson as error:
            self.log.error("%s", error)
            return {}
        roster = Roster(known_students(folder.db_url, folder.course_id))
        found: dict[str, dict[str, Any]] = {}
        with opened(unpacked) as items:
            hands, refused = hands_of(items, register, roster)
            for hand in hands:
                refused += [f"{hand.student.id}: {each}" for each in hand.said]
                for name, each in hand.chosen.items():
                    told = {"student_id": hand.student.id, "file_id": f"{name}.ipynb"}
                    if hand.when is not None:
                        told["timestamp"] = str(hand.when)
                    found[str(unpacked.joinpath(*each.item.parts))] = told
        for sentence in refused:
            self.log.warning("%s", sentence)
        return found
