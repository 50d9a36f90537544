"""What this machine has and lacks, and the one command that mends each."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import metadata

from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError

from loopgrade import course
from loopgrade.authoring.settings import nbgrader_folder, read_settings
from loopgrade.classroom import database
from loopgrade.classroom.workers import reason
from loopgrade.examination import canary, sandbox

PACKAGES = ("jupyterlab", "nbgrader", "nest-asyncio2", "matplotlib", "jupytext")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: its name.
        works: whether it is as it should be.
        told: what was found, in words.
        remedy: what mends it; empty where it works.
        needed: whether nothing works without it.
    """

    what: str
    works: bool
    told: str
    remedy: str = ""
    needed: bool = True


def examine_machine() -> list[Finding]:
    """Look at everything that LoopLab uses."""
    found = [_python()]
    found += [_package(name) for name in PACKAGES]
    found += [_isolation(), _grading(), _course(), *_gradebook()]
    return found


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    works = sys.version_info >= (3, 11)
    return Finding("Python", works, version, "" if works else "install Python 3.11 or newer")


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, False, "not installed", f"python -m pip install {name}")


def _isolation() -> Finding:
    diagnosis = sandbox.diagnose()
    if diagnosis.works:
        told = " and ".join(sandbox.lacks())
        told = f"bubblewrap, without {told}" if told else "bubblewrap, with all limits"
        return Finding("isolation", True, told, needed=False)
    told = f"{diagnosis.problem} Students need nothing; grading does."
    return Finding("isolation", False, told, diagnosis.remedy, needed=False)


def _grading() -> Finding:
    """Examine a small exercise: the conditions of every verdict, in small."""
    level = sandbox.strongest()
    if found := canary.fault_in_small(level):
        remedy = "install the Pythons and packages that LoopLab was tested with (constraints.txt)"
        return Finding("grading", False, f"{found}; grades would mean nothing", remedy)
    return Finding("grading", True, f"a right answer keeps its points, a stub has none ({level})")


def _course() -> Finding:
    try:
        return Finding("course", True, str(course.find()))
    except course.NoCourse as error:
        return Finding("course", False, str(error), "python -m pip install .", needed=False)


def _gradebook() -> list[Finding]:
    """Look at the database of the course that this folder belongs to, if it belongs to one."""
    try:
        settings = read_settings(nbgrader_folder(course.graded()))
    except course.NoCourse:
        return []
    folder = CourseDirectory(config=settings.config, root=settings.root)
    try:
        return [Finding("gradebook", True, database.described(folder.db_url), needed=False)]
    except database.NoDriver as error:
        told, _, remedy = str(error).partition("; ")
        return [Finding("gradebook", False, told, remedy)]
    except SQLAlchemyError as error:
        told = f"the database does not answer ({reason(error)})"
        return [Finding("gradebook", False, told, "start it, or mend c.CourseDirectory.db_url")]


def report(found: list[Finding]) -> str:
    """Return the findings as lines of text.

    >>> print(report([Finding("thing", False, "missing", "get it")]))
    ✗ thing   missing
        mend it: get it
    """
    width = max(len(each.what) for each in found) + 4
    lines = []
    for each in found:
        lines.append(f"{'✓' if each.works else '✗'} {each.what:<{width - 1}}{each.told}".rstrip())
        if each.remedy:
            lines.append(f"    mend it: {each.remedy}")
    return "\n".join(lines)
