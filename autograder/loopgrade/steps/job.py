"""The unit of grading: a submission's notebooks in, the graded notebooks out.

It is a pure function of bytes. There is no path in it and no gradebook, so it may be done in
any process, on any machine, and twice; what comes out is the same to the byte. What the
jobs of a lesson share, `Exam`, is the teacher's: tests, seeds, and what a grade rests on. What is
each one's own, `Paper`, is the student's, and nothing of it is run or imported here: it gets to
`Examine`, which has its sandbox.
"""

from __future__ import annotations

import base64
import json
import platform
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import nbformat
from traitlets.config import Config
from traitlets.utils.importstring import import_item

import looplab
from loopgrade.examination import sandbox
from loopgrade.examination.canary import fault_in_small
from loopgrade.steps.cells import GradedCell
from loopgrade.steps.pulse import Pulse
from loopgrade.steps.reading import parsed_notebook
from loopgrade.steps.soundness import code_hash
from loopgrade.steps.stamp import digest_of

TRIES = 3
"""How often a submission is examined whose examiner stood still meanwhile."""


class StoodStill(Exception):
    """The examiner stood still, so that nothing it found can be trusted."""


@dataclass(frozen=True)
class Exam:
    """What one notebook of a lesson is examined in.

    Attributes:
        known: what the gradebook knows of its cells, by grade id.
        own: the texts of the lesson's own cells, without blank lines around them.
        kernelspec: the lesson's, which every graded notebook gets.
        seeds: of each test, by grade id.
        conditions: what a grade rests on, but for the submission; see `stamp.conditions`.
    """

    known: Mapping[str, GradedCell]
    own: tuple[str, ...]
    kernelspec: Mapping[str, Any]
    seeds: Mapping[str, str]
    conditions: Mapping[str, Any]


@dataclass(frozen=True)
class Exams:
    """What the jobs of a lesson share.

    Attributes:
        of: each notebook's, by its name.
        steps: the names of the classes that do the work, in their order.
        config: what the course's nbgrader_config.py says of these classes.
        terms: what a machine must have to do it.
    """

    of: Mapping[str, Exam]
    steps: tuple[str, ...]
    config: Mapping[str, Any]
    terms: Terms

    def to_bytes(self) -> bytes:
        """Return it as JSON, compressed: it goes along with each job."""
        return zlib.compress(json.dumps(asdict(self), default=str).encode("ascii"))

    @classmethod
    def from_bytes(cls, told: bytes) -> Exams:
        """Return what `to_bytes` has written; for a grader's own bytes alone."""
        data = json.loads(zlib.decompress(told))
        of = {
            name: Exam(
                {key: GradedCell(**cell) for key, cell in each["known"].items()},
                tuple(each["own"]),
                each["kernelspec"],
                each["seeds"],
                each["conditions"],
            )
            for name, each in data["of"].items()
        }
        return cls(of, tuple(data["steps"]), data["config"], Terms(**data["terms"]))


@dataclass(frozen=True)
class Paper:
    """What a student handed in for a lesson.

    Attributes:
        notebooks: the bytes of each file, by the notebook's name.
        timestamp: what stands in timestamp.txt; empty where there is none.
    """

    notebooks: Mapping[str, bytes]
    timestamp: bytes = b""

    def to_bytes(self) -> bytes:
        """Return it as JSON."""
        found = {name: _as_text(each) for name, each in self.notebooks.items()}
        told = {"notebooks": found, "timestamp": _as_text(self.timestamp)}
        return json.dumps(told).encode("ascii")

    @classmethod
    def from_bytes(cls, told: bytes) -> Paper:
        """Return what `to_bytes` has written."""
        data = json.loads(told)
        notebooks = {name: base64.b64decode(each) for name, each in data["notebooks"].items()}
        return cls(notebooks, base64.b64decode(data["timestamp"]))


@dataclass(frozen=True)
class Terms:
    """What a machine must have in common with the grader's, for its grades to be the grader's own.

    Attributes:
        version: of LoopLab.
        code: a hash of LoopLab's lines.
        python: the version, in full.
        isolation: how isolated code must run.
    """

    version: str
    code: str
    python: str
    isolation: sandbox.Level

    @classmethod
    def here(cls, isolation: sandbox.Level) -> Terms:
        """Return what this machine has.

        Args:
            isolation: how isolated code must run.
        """
        return cls(looplab.__version__, code_hash(), platform.python_version(), isolation)

    def problem_here(self) -> str:
        """Return why this machine does not meet them, in one sentence; empty where it does."""
        mine = Terms.here(self.isolation)
        if mine.version != self.version:
            return f"it has LoopLab {mine.version} and the grader has {self.version}"
        if mine.python != self.python:
            return f"it has Python {mine.python} and the grader has {self.python}"
        if mine.code != self.code:
            return f"its LoopLab {mine.version} has other lines than the grader's"
        try:
            sandbox.require(self.isolation)
            found = fault_in_small(self.isolation)
        except sandbox.SandboxError as error:
            return str(error)
        return found and f"it does not grade soundly: {found}"


def graded(exams: bytes, paper: bytes) -> dict[str, str]:
    """Grade a submission.

    Args:
        exams: of `Exams.to_bytes`.
        paper: of `Paper.to_bytes`.

    Returns:
        The text of each graded notebook, by its name; verdicts and flags stand in it, and
        `classroom.results` reads them.

    Raises:
        StoodStill: this process did, each time.
        Exception: a step could not do its work.
    """
    for _ in range(TRIES):
        with Pulse() as pulse:
            found = _all_graded(_exams(exams), Paper.from_bytes(paper))
        if not pulse.stood_still:
            return found
    raise StoodStill(
        f"the machine that examined it stood still, {TRIES} times; give the same command again."
    )


def _all_graded(shared: Exams, submitted: Paper) -> dict[str, str]:
    return {
        name: _graded(shared, shared.of[name], text, digest_of(text, submitted.timestamp))
        for name, text in submitted.notebooks.items()
    }


def _graded(shared: Exams, exam: Exam, text: bytes, digest: str) -> str:
    notebook = parsed_notebook(text)
    resources: Any = {"nbgrader": {"exam": exam, "submission": digest}}
    config = Config(shared.config)
    for name in shared.steps:
        notebook, resources = import_item(name)(config=config)(notebook, resources)
    nbformat.validate(notebook)
    made: str = nbformat.writes(notebook)
    return made + "\n"


@lru_cache(maxsize=4)
def _exams(told: bytes) -> Exams:
    return Exams.from_bytes(told)


def names_of(steps: Iterable[Any]) -> tuple[str, ...]:
    """Return the names by which classes are imported.

    >>> names_of(["a.Step", Terms])
    ('a.Step', 'loopgrade.steps.job.Terms')

    Args:
        steps: classes or names, as nbgrader's settings have them.
    """
    return tuple(
        each if isinstance(each, str) else f"{each.__module__}.{each.__qualname__}"
        for each in steps
    )


def config_of(steps: Iterable[str], config: Config) -> dict[str, Any]:
    """Return what a course's settings say of some classes.

    Args:
        steps: their names.
        config: the course's.
    """
    kinds = {kind.__name__ for name in steps for kind in import_item(name).__mro__}
    return {name: dict(config[name]) for name in sorted(kinds) if name in config}


def _as_text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
