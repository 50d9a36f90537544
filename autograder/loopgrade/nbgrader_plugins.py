"""The examiner, as steps of nbgrader.

`use_examiner(c)` in a course's nbgrader_config.py puts them in:

- `Repair`, before nbgrader's own sanitizing: test cells come from the gradebook, each
  once, whatever the submission says of them.
- `Examine`, in the place of nbgrader's Execute: the verdicts, made outside the process
  that runs the student's code.
- `Flag`, behind SaveAutoGrades: what smells of tampering waits for a teacher's eyes, in
  formgrader's *Manual Grading*, with its points as they are.
- `HideHiddenTests`, before feedback is written: students see no hidden test, nothing of
  what one said, and no flag.
- `harmless_html`, wherever a submission's Markdown is shown: no script of a student's runs
  in the browser of a teacher.

All else is nbgrader's: the gradebook, formgrader, late penalties, manual grades.
"""

from __future__ import annotations

import html
import json
import os
import platform
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.filters import markdown2html
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from traitlets import Enum

import looplab
from loopgrade import sandbox
from loopgrade.examiner import Examination, StudentCell, TrustedTest, Verdict, examine, seed_of
from loopgrade.submission import odd_file
from looplab.describing import describe
from looplab.subject import RUN_TYPE, CellOutput

SECRET_FILE = ".looplab_secret"
MAX_LINES = 40
FLAG = "looplab_flag"
"""In the metadata of an output that only teachers see."""

# fmt: off
MARKDOWN_TAGS = [
    "a", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "s",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
]
"""What Markdown may become in feedback and formgrader."""
# fmt: on

Notebook = Any
Resources = Any


def use_examiner(config: Any) -> None:
    """Let nbgrader grade with the examiner: for a course's nbgrader_config.py.

    Args:
        config: what `get_config()` returns.
    """
    # nbgrader's own lists, with Repair before the first and Examine in the place of Execute.
    config.Autograde.sanitize_preprocessors = [
        "loopgrade.nbgrader_plugins.Repair",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.DeduplicateIds",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.Autograde.autograde_preprocessors = [
        "loopgrade.nbgrader_plugins.Examine",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "loopgrade.nbgrader_plugins.Flag",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        "loopgrade.nbgrader_plugins.HideHiddenTests",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    # nbgrader's pages do not heed HTMLExporter.sanitize_html where they show Markdown.
    config.HTMLExporter.filters = {"markdown2html": "loopgrade.nbgrader_plugins.harmless_html"}


def harmless_html(markdown: str) -> str:
    """Return Markdown as HTML in which nothing can run: formgrader shows a student's.

    >>> harmless_html("*so* <script>grade()</script>")
    '<p><em>so</em> &lt;script&gt;grade()&lt;/script&gt;</p>\\n'
    """
    attributes = {"a": ["href", "title"], "img": ["alt", "src"], "*": ["class", "id"]}
    cleaner = SanitizeHTML(tags=MARKDOWN_TAGS, attributes=attributes)
    try:
        return str(cleaner.sanitize_html_tags(markdown2html(markdown)))
    except Exception:  # it is nested too deep, or shows a picture that is not there
        return f"<pre>{html.escape(markdown)}</pre>"


def writable(notebook: Any) -> Any:
    """Return a part of a notebook without halves of surrogate pairs, which no file can hold."""
    text = json.dumps(notebook, ensure_ascii=False)
    return nbformat.from_dict(json.loads(text.encode("utf-8", "replace")))


@dataclass(frozen=True)
class GradedCell:
    """A cell that the gradebook knows: its trusted text and what it is worth.

    Attributes:
        grade_id: its name in the gradebook.
        source: its text.
        checksum: nbgrader's, of the text and what the cell is for.
        points: what it is worth; None for a cell that earns none.
        is_answer: whether the student writes it.
    """

    grade_id: str
    source: str
    checksum: str
    points: float | None
    is_answer: bool

    @property
    def is_test(self) -> bool:
        """Whether it is a test cell: it earns points, and the student does not write it."""
        return self.points is not None and not self.is_answer

    @property
    def exercise(self) -> str:
        """The exercise that it belongs to."""
        return exercise_of(self.grade_id)

    def metadata(self) -> dict[str, Any]:
        """Return the cell's nbgrader metadata."""
        told: dict[str, Any] = {
            "schema_version": 3,
            "grade_id": self.grade_id,
            "grade": self.points is not None,
            "solution": self.is_answer,
            "locked": not self.is_answer,
            "task": False,
            "cell_type": "code",
            "checksum": self.checksum,
        }
        if self.points is not None:
            told["points"] = self.points
        return told


def exercise_of(grade_id: str) -> str:
    """Return the exercise of a cell.

    >>> exercise_of("round_robin-turns"), exercise_of("round_robin")
    ('round_robin', 'round_robin')
    """
    return grade_id.partition("-")[0]


def graded_cells(db_url: str, assignment: str, notebook: str) -> dict[str, GradedCell]:
    """Return the code cells that the gradebook knows of a notebook, by grade id."""
    with Gradebook(db_url) as gradebook:
        book = gradebook.find_notebook(notebook, assignment)
        points = {cell.name: float(cell.max_score) for cell in book.grade_cells}
        answers = {cell.name for cell in book.solution_cells}
        return {
            cell.name: GradedCell(
                cell.name,
                cell.source,
                cell.checksum,
                points.get(cell.name),
                cell.name in answers,
            )
            for cell in book.source_cells
            if cell.cell_type == "code"
        }


def grade_id_of(cell: Any) -> str | None:
    """Return the grade id that a submitted cell claims, if it claims one."""
    told = cell.metadata.get("nbgrader")
    grade_id = told.get("grade_id") if isinstance(told, Mapping) else None
    return grade_id if isinstance(grade_id, str) else None


class Repair(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Restore what the gradebook knows: each test once, with its own text and points.

    nbgrader alone loses a deleted test, gives nothing for a moved one, and stops at a
    doubled one.
    """

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Repair a submitted notebook."""
        Examine(parent=self).refuse_less_isolation()
        if odd := odd_file(Path(resources["metadata"]["path"])):
            raise ValueError(f"{odd!r} is a link, or no file; ask for the file itself.")
        told = resources["nbgrader"]
        known = graded_cells(told["db_url"], told["assignment"], told["notebook"])
        nb = writable(nb)
        nb.cells = repaired(nb.cells, known)
        return nb, resources


def repaired(cells: list[Any], known: Mapping[str, GradedCell]) -> list[Any]:
    """Return a submission's cells, with the cells that the gradebook knows restored.

    Args:
        cells: as they were handed in.
        known: what the gradebook knows, by grade id.
    """
    # Of cells that claim the same id the last counts: a copy stands below its original.
    claims = {grade_id_of(cell): number for number, cell in enumerate(cells)}
    kept = []
    for number, cell in enumerate(cells):
        grade_id = grade_id_of(cell)
        cell.metadata.pop("nbgrader", None)
        if grade_id is not None and grade_id in known:
            trusted = known[grade_id]
            if claims[grade_id] == number:
                kept.append(restored(cell, trusted))
                continue
            if trusted.is_test:
                continue
        kept.append(cell)
    for grade_id, trusted in known.items():
        if trusted.is_test and grade_id not in claims:
            kept.insert(_place(kept, trusted.exercise), restored(None, trusted))
    return kept


def restored(cell: Any, trusted: GradedCell) -> Any:
    """Return a cell as the gradebook knows it; an answer keeps the student's text."""
    source = trusted.source if cell is None or not trusted.is_answer else cell.source
    fresh = nbformat.v4.new_code_cell(source)
    fresh.id = trusted.grade_id
    fresh.metadata["nbgrader"] = nbformat.from_dict(trusted.metadata())
    return fresh


def _place(cells: list[Any], exercise: str) -> int:
    """Return where a missing test belongs: behind its exercise, or at the end."""
    mine = [n for n, cell in enumerate(cells) if exercise_of(grade_id_of(cell) or "") == exercise]
    return mine[-1] + 1 if mine else len(cells)


class Examine(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Run a submission in a sandbox and each of its tests outside it."""

    isolation = Enum(
        sandbox.LEVELS,
        default_value="bubblewrap",
        help="How isolated a student's code must run: 'bubblewrap', or 'process' with less.",
    ).tag(config=True)

    def refuse_less_isolation(self) -> None:
        """End nbgrader where this machine cannot isolate the student's code as asked.

        Raises:
            SystemExit: it cannot; the log says what to do.
        """
        try:
            sandbox.require(self.isolation)
        except sandbox.SandboxError as error:
            self.log.error("%s", error)
            raise SystemExit(1) from None

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Examine a repaired notebook, and write the verdicts as nbgrader reads them."""
        told = resources["nbgrader"]
        known = graded_cells(told["db_url"], told["assignment"], told["notebook"])
        secret = course_secret(Path.cwd())  # nbgrader works in the course's folder
        seeds = {
            grade_id: seed_of(secret, told["assignment"], grade_id)
            for grade_id, cell in known.items()
            if cell.is_test
        }
        examination = examine(
            student_cells(nb.cells, known),
            test_cells(nb.cells, known),
            level=self.isolation,
            seed=seeds.__getitem__,
        )
        write_outputs(nb.cells, examination)
        show_flags(nb.cells, examination)
        nb.metadata["looplab"] = nbformat.from_dict(
            {
                "version": looplab.__version__,
                "isolation": self.isolation,
                "python": platform.python_version(),
                "seeds": seeds,
                "flags": {name: list(told) for name, told in examination.flags.items()},
            }
        )
        return nb, resources


class Flag(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Ask for a manual grade where something smells of tampering; it changes no points."""

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Mark the grades of flagged exercises in the gradebook."""
        flags = nb.metadata["looplab"]["flags"]
        told = resources["nbgrader"]
        ids = [grade_id_of(cell) or "" for cell in nb.cells]
        with Gradebook(told["db_url"]) as gradebook:
            book = gradebook.find_submission_notebook(
                told["notebook"], told["assignment"], told["student"]
            )
            for grade in book.grades:
                if exercise_of(grade.name) in flags and grade.name in ids:
                    grade.needs_manual_grade = True
            gradebook.db.commit()
        return nb, resources


def course_secret(folder: Path) -> bytes:
    """Return the secret from which a course's tests get their seeds; make it at first use.

    Args:
        folder: the course's, where the gradebook lies.
    """
    path = folder / SECRET_FILE
    if not path.exists():
        # Written under another name first: two graders may start at once.
        draft = folder / f"{SECRET_FILE}.{secrets.token_hex(8)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes().strip()


def student_cells(cells: list[Any], known: Mapping[str, GradedCell]) -> list[StudentCell]:
    """Return what the subject runs: each code cell that is not a test."""
    found = []
    for index, cell in enumerate(cells):
        trusted = known.get(grade_id_of(cell) or "")
        if cell.cell_type != "code" or (trusted is not None and trusted.is_test):
            continue
        answers = trusted.exercise if trusted is not None and trusted.is_answer else None
        found.append(StudentCell(index, cell.source, answers))
    return found


def test_cells(cells: list[Any], known: Mapping[str, GradedCell]) -> list[TrustedTest]:
    """Return the tests, in the notebook's order, with their trusted text."""
    claimed = [known.get(grade_id_of(cell) or "") for cell in cells]
    return [
        TrustedTest(each.grade_id, each.exercise, each.source)
        for each in claimed
        if each is not None and each.is_test
    ]


def write_outputs(cells: list[Any], examination: Examination) -> None:
    """Write verdicts and outputs into the notebook's cells."""
    count = 0
    for index, cell in enumerate(cells):
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        verdict = examination.verdicts.get(grade_id_of(cell) or "")
        if verdict is not None:
            cell.outputs = writable(verdict_outputs(verdict))
        else:
            told = examination.outputs.get(index, ())
            cell.outputs = writable([notebook_output(each, count) for each in told])


def show_flags(cells: list[Any], examination: Examination) -> None:
    """Write into each flagged answer's cell, for teachers alone, why it is flagged."""
    for cell in cells:
        flags = examination.flags.get(grade_id_of(cell) or "", ())
        if flags:
            text = "\n".join(
                [
                    "For a human to look at; no points hang on it. The code",
                    *(f"- {e}" for e in flags),
                ]
            )
            cell.outputs.append(
                nbformat.v4.new_output(
                    "display_data", data={"text/plain": text}, metadata={FLAG: True}
                )
            )


def verdict_outputs(verdict: Verdict) -> list[Any]:
    """Return a verdict as the outputs of its cell: none, or one error that says why."""
    if verdict.passed:
        return []
    lines = verdict.message.splitlines()
    public = lines[0] if not verdict.hidden else f"{lines[0]}: a hidden test failed"
    if verdict.hidden and verdict.hint:
        public += f"\n  hint       {verdict.hint}"
    if verdict.run is not None and verdict.run.steps:
        lines += ["", *describe(verdict.run).splitlines()[:MAX_LINES]]
    return [
        nbformat.v4.new_output(
            "error",
            ename="HiddenCheckFailed" if verdict.hidden else "CheckFailed",
            evalue=public,
            traceback=lines,
        )
    ]


def notebook_output(told: CellOutput, count: int) -> Any:
    """Return what a student's cell showed, as plain text and pictures of runs only."""
    if told.kind == "stream":
        name = "stderr" if told.name == "stderr" else "stdout"
        return nbformat.v4.new_output("stream", name=name, text=told.text)
    if told.kind == "error":
        lines = list(told.traceback) or [f"{told.name}: {told.text}"]
        return nbformat.v4.new_output("error", ename=told.name, evalue=told.text, traceback=lines)
    data: dict[str, Any] = {"text/plain": told.text}
    if told.run is not None:
        data[RUN_TYPE] = told.run.to_json()
    if told.kind == "result":
        return nbformat.v4.new_output("execute_result", data=data, execution_count=count)
    return nbformat.v4.new_output("display_data", data=data)


class HideHiddenTests(ClearHiddenTests):  # type: ignore[misc]  # nbgrader has no types
    """Take hidden tests, and what they said, out of what a student gets back."""

    def preprocess_cell(
        self, cell: Any, resources: Resources, cell_index: int
    ) -> tuple[Any, Resources]:
        """Hide what is hidden in one cell."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if "outputs" in cell:
            cell.outputs = [each for each in cell.outputs if not each.get("metadata", {}).get(FLAG)]
        for output in cell.get("outputs", []):
            if output.get("ename") == "HiddenCheckFailed":
                output["traceback"] = output["evalue"].splitlines()
        return cell, resources
