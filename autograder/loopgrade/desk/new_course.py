"""A course of one's own, made of some lessons of this one."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

from loopgrade.authoring.links import mended_links, titles
from loopgrade.steps.secret import SECRET_FILE, course_secret

IGNORED = f"""\
# What nbgrader and `looplab` make, and what nobody else should have
/autograder/source/
/autograder/release/
/autograder/submitted/
/autograder/autograded/
/autograder/feedback/
/autograder/.grading/
/autograder/gradebook.db*
/autograder/.looplab_references/
/autograder/*.csv
/autograder/{SECRET_FILE}*
/autograder/.looplab_*.json*
"""

ADVICE = """
# When a lesson is released and due, and for whom later. A date has a time and a zone.
# `looplab grade` enters it in the gradebook, and exports leave out what is not released yet.
# c.Dates.release = {{{first!r}: "2026-10-05 08:00 Europe/Berlin"}}
# c.Dates.due = {{{first!r}: "2026-10-12 23:59 Europe/Berlin"}}
# c.Dates.extensions = {{{first!r}: {{"ada": "2026-10-19 23:59 Europe/Berlin"}}}}

# What a late submission loses is said by a plugin of nbgrader's:
# c.AssignLatePenalties.plugin_class = "late.MyPlugin"

# Whether students see the solutions in their notebooks, once they have the points or have tried:
# c.Lessons.solutions = True

# What students get to know of a hidden test that failed: points, name, hint or everything.
# c.FeedbackPage.reveal = "hint"
"""


class NoNewCourse(Exception):
    """No course can be made; the text says what to do."""


def new_course(source: Path, target: Path, lessons: Sequence[str] | None = None) -> list[str]:
    """Make a course of its own, with its own secret, of lessons of another.

    Args:
        source: the folder of the other, which holds `autograder/`.
        target: where the new one is to be; there is nothing yet.
        lessons: names, or what they begin with, such as `02`; left out, all.

    Returns:
        The names of its lessons, in order.

    Raises:
        NoNewCourse: there is something at `target`, or there is no such lesson.

    Example:
        new_course(Path("looplab"), Path("my course"), ["02", "06"])
    """
    folder = source / "autograder"
    known = {path.stem: path.read_text(encoding="utf-8") for path in _sources(folder)}
    chosen = _chosen(list(known), lessons)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise NoNewCourse(f"{target} is there already; give a folder that is not there yet.")
    names = titles(known.values())
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    made = draft / "autograder"
    try:
        (made / "lessons").mkdir(parents=True)
        (draft / "notebooks").mkdir()
        for name in chosen:
            text = mended_links(known[name], name, chosen, names)
            (made / "lessons" / f"{name}.py").write_text(text, encoding="utf-8")
            if (folder / "answers" / name).is_dir():
                shutil.copytree(folder / "answers" / name, made / "answers" / name)
        for path in folder.glob("answers/*.toml"):
            (made / "answers").mkdir(exist_ok=True)
            shutil.copy(path, made / "answers")
        (made / "nbgrader_config.py").write_text(
            _config(folder, target.name, chosen[0]), encoding="utf-8"
        )
        (draft / ".gitignore").write_text(IGNORED, encoding="utf-8")
        course_secret(made)
        if target.exists():
            target.rmdir()
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return chosen


def _sources(folder: Path) -> list[Path]:
    return sorted((folder / "lessons").glob("*.py"))


def _chosen(known: Sequence[str], asked: Sequence[str] | None) -> list[str]:
    chosen = set()
    for text in asked or known:
        found = [name for name in known if name == text or name.startswith(f"{text}_")]
        if not found:
            raise NoNewCourse(f"There is no lesson {text}; there are {', '.join(known)}.")
        chosen |= {*found}
    return [name for name in known if name in chosen]


def _config(folder: Path, name: str, first: str) -> str:
    """Return the settings, with the course's own name."""
    text = (folder / "nbgrader_config.py").read_text(encoding="utf-8")
    id = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "course"
    line = f"c.CourseDirectory.course_id = {json.dumps(id)}"
    text = re.sub(r"^c\.CourseDirectory\.course_id = .*$", line, text, flags=re.MULTILINE)
    # In a course of one's own points count.
    text = re.sub(r"(?:^#.*\n)*^c\.Lessons\.solutions = .*\n\n?", "", text, flags=re.MULTILINE)
    return text + ADVICE.format(first=first)
