"""One submission: trusted test cells against a student's code, which runs elsewhere.

The examiner runs the test cells; a *subject* in a sandbox runs the student's cells. A
test cell is the same text that a student runs in a notebook. Here `observe` sends the
program's name, or a scenario's source, to the subject, and gets a `Run` back. While the
program runs, the examiner decides what time it is and what the services say, so how
long it took, and what it asked for and when, is the examiner's own record.

Each exercise has a subject of its own, which runs the student's other cells but not the
answers to other exercises, and of the lesson's own cells what those need. A subject that
dies costs that exercise and no other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from loopgrade.examination import sandbox
from loopgrade.examination.awake import awake
from loopgrade.examination.beside import examine_beside
from loopgrade.examination.forking import ForkServer
from loopgrade.examination.needs import needed, why_missing
from loopgrade.examination.notation import Notation, PlainCell
from loopgrade.examination.smells import UNREADABLE, smells
from loopgrade.examination.subject import (
    MAX_BYTES,
    Ended,
    Gone,
    Odd,
    Subject,
    never_the_students,
)
from loopgrade.examination.test_cell import (
    HIDDEN,
    PlainTest,
    TrustedTest,
    Verdict,
    error_type,
    run_test,
    stopped,
    with_name,
)
from looplab.observer.expecting import CheckFailed
from looplab.observer.schedules import Found
from looplab.pictures.describing import one_line
from looplab.runs.run import Run
from looplab.runs.wire import Json
from looplab.subject.protocol import CellOutput
from looplab.virtual.world import World

EXERCISE_SECONDS = 90.0
"""Of patience with the answer to an exercise and all its tests."""

OTHER_SECONDS = 60.0
"""Of patience with the submission's other cells, for each exercise: they take none of the above."""

QUICK_SECONDS = 1.0
"""When `OTHER_SECONDS` are used up, other cells that take no longer still run."""

MAX_STUCK = 8
"""Cells that may be stopped for one exercise; then none runs that has not shown that it ends."""


@dataclass(frozen=True)
class StudentCell:
    """A code cell of the submission that is not a test.

    Attributes:
        index: its place in the notebook.
        source: its text.
        exercise: the exercise that it answers; None for any other cell.
        ours: whether it is the lesson's own, and as the lesson has it.
    """

    index: int
    source: str
    exercise: str | None = None
    ours: bool = False


@dataclass
class Examination:
    """What came of one submission.

    Attributes:
        verdicts: one for each test, by its grade id.
        outputs: what each cell of the student's printed and showed, by its index. The lesson's
            own cells show nothing here: whoever reads them has the lesson.
        flags: what smells of tampering, by exercise: for a human, no points hang on it.
        room: bytes of outputs that may still be kept.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    outputs: dict[int, tuple[CellOutput, ...]] = field(default_factory=dict)
    flags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    room: int = MAX_BYTES


def examine(
    cells: Sequence[StudentCell],
    tests: Sequence[TrustedTest],
    *,
    level: sandbox.Level,
    seed: Callable[[str], str],
    server: ForkServer | None = None,
    keep: bool = False,
) -> Examination:
    """Run each test against the student's cells.

    Args:
        cells: the submission's code cells, in order, without its tests.
        tests: the trusted tests, in the lesson's order.
        level: how isolated the student's code runs.
        seed: gives the seed of a test by its grade id.
        server: has their sandbox, for answers that may share one. Left out, the submission has
            one to itself.
        keep: whether the verdicts are to have what was observed, also where a test passed.

    Raises:
        SandboxError: the machine fails, and the submission cannot be judged.
    """
    found, notation = Examination(), Notation()
    plain = [notation.plain(cell.source) for cell in cells]
    read = _smells_by_exercise(cells, plain)
    ours = [test for test in tests if not isinstance(test, PlainTest)]
    theirs = [test for test in tests if isinstance(test, PlainTest)]
    both = list(zip(cells, plain, strict=True))
    with ForkServer(level) if server is None else nullcontext(server) as server:
        for exercise in dict.fromkeys(test.exercise for test in ours):
            mine = [test for test in ours if test.exercise == exercise]
            with _Desk(both, mine, server, found, keep) as desk:
                for test in mine:
                    found.verdicts[test.grade_id] = desk.judge(test, seed(test.grade_id))
            texts = read if desk.everything else (None, exercise)
            flags = [*(told for text in texts for told in read[text]), *sorted(desk.flags)]
            if flags:
                found.flags[exercise] = tuple(dict.fromkeys(flags))
        if theirs:
            _add_beside(found, both, theirs, server, read)
    return found


def _add_beside(
    found: Examination,
    cells: Sequence[tuple[StudentCell, PlainCell]],
    tests: Sequence[PlainTest],
    server: ForkServer,
    read: Mapping[str | None, list[str]],
) -> None:
    """Add what comes of the tests that run beside the student's code, all of it."""
    came = examine_beside([(cell.index, plain) for cell, plain in cells], tests, server)
    found.verdicts.update(came.verdicts)
    for cell, _ in cells:
        outputs, size = came.outputs.get(cell.index, ()), came.sizes.get(cell.index, 0)
        if cell.index in found.outputs:
            continue
        if cell.ours:
            outputs = tuple(each for each in outputs if each.kind == "error")
        found.outputs[cell.index] = outputs if found.room >= size else _NOT_KEPT
        found.room -= min(size, found.room)
    # Any line of the notebook has a hand in them.
    flags = [*(each for told in read.values() for each in told), *sorted(came.notices)]
    for exercise in dict.fromkeys(test.exercise for test in tests) if flags else ():
        found.flags[exercise] = tuple(dict.fromkeys([*found.flags.get(exercise, ()), *flags]))


def _smells_by_exercise(
    cells: Sequence[StudentCell], plain: Sequence[PlainCell]
) -> Mapping[str | None, list[str]]:
    """Return what smells in the text of the answers, and under None in that of other cells."""
    found: dict[str | None, list[str]] = defaultdict(list)
    for cell, python in zip(cells, plain, strict=True):
        if not cell.ours:
            found[cell.exercise] += smells(python.source) if python.readable else [UNREADABLE]
    return found


class _Desk:
    """One exercise of one submission, with the subject that works at it.

    Attributes:
        flags: what smells of tampering.
        everything: whether the answers to other exercises run too.
    """

    def __init__(
        self,
        cells: Sequence[tuple[StudentCell, PlainCell]],
        tests: Sequence[TrustedTest],
        server: ForkServer,
        found: Examination,
        keep: bool,
    ) -> None:
        self._keeps = keep
        self._cells, self._exercise, self._server = cells, tests[0].exercise, server
        self._found, self._tests = found, [test.source for test in tests]
        self._stuck: set[int] = set()
        self._ended: set[object] = set()
        self.everything = False
        self._subject: Subject | None = None
        self._knows_hidden = False
        self._until = awake() + EXERCISE_SECONDS
        self._at_the_latest = self._until + OTHER_SECONDS
        self._left = OTHER_SECONDS
        self._took: dict[int, float] = {}
        self._troubles: dict[int, tuple[str, str]] = {}
        self._needs: Mapping[int, str] | None = None
        self._over = ""
        self.flags: set[str] = set()

    def __enter__(self) -> _Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self._dismiss()

    def judge(self, test: TrustedTest, seed: str) -> Verdict:
        """Run a test; where a name is missing, once more with the answers to other exercises."""
        verdict = self._try(test, seed)
        if not verdict.passed and self._lacks_a_name(verdict) and not self.everything:
            self.everything = True
            self._dismiss()
            verdict = self._try(test, seed)
        if not verdict.passed and not verdict.hidden and self._knows_hidden and not self._over:
            # What it says goes back to the student. A subject that has seen a hidden test
            # could say what it saw, so it is a fresh one that speaks.
            self._dismiss()
            verdict = self._try(test, seed)
        self._knows_hidden |= HIDDEN in test.source and (verdict.passed or verdict.hidden)
        return verdict

    def _lacks_a_name(self, verdict: Verdict) -> bool:
        return verdict.run is not None and error_type(verdict.run) == "NameError"

    def _try(self, test: TrustedTest, seed: str) -> Verdict:
        if self._over:
            return _lost(test, self._over)
        try:
            return run_test(test, self, seed, keep=self._keeps)
        except Gone as gone:
            if self._is_given_another_chance(gone, test.grade_id):
                self._dismiss()
                return self._try(test, seed)
            # After one such end the exercise's other tests would wait for the next.
            self._over = str(gone)
            if isinstance(gone, Odd):
                self.flags.add(gone.notice)
            self._dismiss()
            return _lost(test, self._over)

    def _is_given_another_chance(self, gone: Gone, at: object) -> bool:
        """Whether the process ended at this place for the first time.

        A machine that is short of memory, or an administrator, ends processes too. Code that ends
        its own does so again.
        """
        first = isinstance(gone, Ended) and at not in self._ended
        self._ended.add(at)
        return first

    def explore(self, request: dict[str, Json]) -> Found | Run:
        """As `Asked.explore`."""
        with never_the_students():
            found = self._ready().explore(request)
        if isinstance(found, Run):
            self._tell_first_cause(found)
        return found

    def observe(self, request: dict[str, Json], world: World) -> Run:
        """As `Asked.observe`."""
        with never_the_students():
            run = self._ready().observe(request, world)
        self._tell_first_cause(run)
        return run

    def _tell_first_cause(self, run: Run) -> None:
        """Where a name is missing, say which cell should have defined it: that is what to mend."""
        if (error := run.error) is None or error.type != "NameError":
            return
        cause = self.trouble or why_missing(error.message, self._troubles.values(), not error.line)
        if cause:
            raise CheckFailed("your code defines what the exercise asks for", cause, "", run)

    @property
    def trouble(self) -> str:
        """As `Asked.trouble`."""
        answers = (cell.index for cell, _ in self._cells if cell.exercise == self._exercise)
        return next((self._troubles[n][1] for n in answers if n in self._troubles), "")

    def note(self, notice: str) -> None:
        """As `Asked.note`."""
        self.flags.add(notice)

    def _ready(self) -> Subject:
        """Return a subject that has run the student's cells."""
        while self._subject is None:
            if awake() > self._until:
                raise Gone(_too_long())
            self._subject = Subject(self._server)
            self._subject.be_done(self._until, _too_long())
            try:
                self._run_cells(self._subject)
            except Gone as gone:
                if isinstance(gone, Odd):
                    self.flags.add(gone.notice)
                self._dismiss()
        return self._subject

    def _run_cells(self, subject: Subject) -> None:
        for number, cell, plain in self._chosen():
            if not self._is_to_run(cell):
                continue
            start = awake()
            if cell.exercise != self._exercise:
                until = min(start + max(self._left, QUICK_SECONDS), self._at_the_latest)
                subject.be_done(until, _others_too_long())
            try:
                self._keep(cell, subject.cell(plain, number), subject.said)
            except Gone as gone:
                if self._is_given_another_chance(gone, cell.index):
                    raise
                self._stuck.add(cell.index)
                self._keep(cell, (CellOutput("error", "Stopped", str(gone)),))
                raise
            finally:
                self._count(cell, awake() - start)
                subject.be_done(self._until, _too_long())

    def _chosen(self) -> Iterator[tuple[int, StudentCell, PlainCell]]:
        """Yield the cells with their numbers; of the lesson's own what the others need."""
        numbered = [(number, *both) for number, both in enumerate(self._cells, 1)]
        if self.everything:
            yield from numbered
            return
        own: dict[int, str] = {}
        others: list[str] = []
        for number, cell, plain in numbered:
            if self._is_the_lessons(cell):
                own[number] = plain.source
            elif cell.exercise in (None, self._exercise):
                others.append(plain.source)
        if self._needs is None:  # for each subject of this exercise
            readable = all(plain.readable for _, _, plain in numbered)
            self._needs = needed(own, others, self._tests) if readable else own
        for number, cell, plain in numbered:
            if number not in own:
                yield number, cell, plain
            elif number in self._needs:
                yield number, cell, PlainCell(self._needs[number])

    def _is_the_lessons(self, cell: StudentCell) -> bool:
        return cell.ours and cell.exercise is None

    def _is_to_run(self, cell: StudentCell) -> bool:
        if cell.index in self._stuck:
            return False
        if cell.exercise == self._exercise:
            return True
        if cell.exercise and not self.everything:
            return False
        unknown = 0.0 if len(self._stuck) < MAX_STUCK else QUICK_SECONDS
        return self._left > 0 or self._took.get(cell.index, unknown) < QUICK_SECONDS

    def _count(self, cell: StudentCell, seconds: float) -> None:
        """Take what another cell has used from its own patience, and not from the exercise's."""
        if cell.exercise != self._exercise:
            self._took[cell.index] = seconds
            self._left -= seconds
            self._until = min(self._until + seconds, self._at_the_latest)

    def _keep(self, cell: StudentCell, outputs: tuple[CellOutput, ...], size: int = 0) -> None:
        mine = cell.exercise == self._exercise
        if self._is_the_lessons(cell):
            outputs = tuple(each for each in outputs if each.kind == "error")
        if mine or cell.index not in self._found.outputs:
            kept = self._found.room >= size
            self._found.room -= size if kept else 0
            self._found.outputs[cell.index] = outputs if kept else _NOT_KEPT
        error = next((output for output in outputs if output.kind == "error"), None)
        self._troubles.pop(cell.index, None)
        if error is not None:
            first_line = one_line(cell.source.strip().partition("\n")[0], 40)
            name = "the cell with your answer" if mine else f"your cell `{first_line}`"
            self._troubles[cell.index] = cell.source, stopped(name, error)

    def _dismiss(self) -> None:
        if self._subject is not None:
            self._subject.close()
            self.flags |= self._subject.notices
            self._subject = None
        self._knows_hidden = False


def _too_long() -> str:
    return (
        f"your code took more than the {EXERCISE_SECONDS:g} s that an exercise has in all: "
        "see that it stops, and does not wait"
    )


def _others_too_long() -> str:
    return (
        f"this cell was stopped: the cells that answer no exercise have {OTHER_SECONDS:g} s in all"
    )


_NOT_KEPT = (CellOutput("stream", "stderr", "(not kept: this notebook's outputs are too long)\n"),)


def _lost(test: TrustedTest, reason: str) -> Verdict:
    failed = CheckFailed("your code runs to its end", reason)
    return Verdict(test.grade_id, False, with_name(test, failed).message)
