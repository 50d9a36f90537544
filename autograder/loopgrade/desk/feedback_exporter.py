"""What nbgrader's generate_feedback and formgrader's button write: a page of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import Exporter
from nbgrader.api import Gradebook
from traitlets import Dict, Enum
from traitlets import Unicode as Text

from loopgrade.classroom.gradebook import Entry, read_entries
from loopgrade.desk.feedback_page import Feedback, feedback_page
from loopgrade.desk.judged import REVEALS, Reveal, judged
from loopgrade.desk.references import References, references
from loopgrade.desk.roster import known_students
from loopgrade.steps.cells import graded_cells


class FeedbackPage(Exporter):  # type: ignore[misc]  # nbconvert has no types
    """A graded notebook as the page that its student gets."""

    file_extension = Text(".html").tag(config=True)
    reveal = Enum(
        REVEALS,
        default_value="hint",
        help="What a student gets to know of a hidden test that failed: 'points', also its 'name', "
        "also its 'hint', or 'everything'.",
    ).tag(config=True)
    reveal_of = Dict(
        value_trait=Enum(REVEALS), help="The same for single tests, by their grade ids."
    ).tag(config=True)

    def __init__(self, **told: Any) -> None:
        super().__init__(**told)
        self._entries: dict[str, dict[str, Entry]] = {}
        self._names: dict[str, str] = {}
        self._references: dict[tuple[str, str], References] = {}

    def from_file(self, file_stream: Any, resources: Any = None, **_: Any) -> Any:
        """Convert an open notebook, which the grader has written: it need not be proven again."""
        text = Path(file_stream.name).read_text(encoding="utf-8")
        return self.from_notebook_node(nbformat.v4.reads(text), resources)

    def from_notebook_node(self, nb: Any, resources: Any = None, **_: Any) -> Any:
        """Return the page, and what nbgrader needs in order to write it."""
        told = resources["nbgrader"]
        entry = self._entry(told["assignment"], told["student"])
        solved = self._solved(told["assignment"], told["notebook"])
        beside = nb.metadata.get("looplab", {}).get("beside", ())
        page = feedback_page(
            Feedback(
                told["notebook"],
                self._names.get(told["student"]) or told["student"],
                judged(nb.cells, entry, told["notebook"], self._revealed, beside, solved),
                entry.penalty,
                entry.late,
                nb.cells,
            )
        )
        return page, {**resources, "output_extension": self.file_extension}

    def _revealed(self, test: str) -> Reveal:
        level: Reveal = self.reveal_of.get(test, self.reveal)
        return level

    def _solved(self, lesson: str, notebook: str) -> References:
        if (lesson, notebook) not in self._references:
            folder = self.parent.coursedir
            with Gradebook(folder.db_url, folder.course_id) as gradebook:
                known = graded_cells(gradebook, lesson, notebook)
            level = self.config.Examine.get("isolation", "bubblewrap")
            self._references[lesson, notebook] = references(
                Path(folder.root), lesson, notebook, known, level
            )
        return self._references[lesson, notebook]

    def _entry(self, lesson: str, student: str) -> Entry:
        """Return what the gradebook has, read once: nbgrader makes an exporter each time."""
        if lesson not in self._entries:
            folder = self.parent.coursedir
            with Gradebook(folder.db_url, folder.course_id) as gradebook:
                self._entries[lesson] = read_entries(gradebook, lesson)
            known = known_students(folder.db_url, folder.course_id)
            self._names = {each.id: each.name for each in known}
        return self._entries[lesson].get(student, Entry())
