"""The commands of the teacher's desk: what comes in, what goes out, and what a class has."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from loopgrade import course
from loopgrade.examination import sandbox
from loopgrade.progress import Progress

Add = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
"""Makes the parser of a command, of its name, what it runs, and what it says."""


def add(command: Add) -> None:
    """Add the desk's commands.

    Args:
        command: makes the parser of one.
    """
    collect = command("collect", _collect, "Collect what was handed in on Moodle or Canvas.")
    collect.add_argument("lesson", metavar="LESSON")
    collect.add_argument("source", type=Path, metavar="SOURCE", help="a zip, or a folder")
    collect.add_argument("--roster", type=Path, metavar="CSV", help="the class: id, name, email")
    collect.add_argument(
        "--worksheet", type=Path, metavar="CSV", help="Moodle's grading worksheet: names and times"
    )
    collect.add_argument(
        "--replace", action="store_true", help="also what is there and may be newer"
    )

    own = command("course", _new_course, "Make a course of your own, or check the one here.")
    what = own.add_subparsers(required=True, metavar="new|check")
    new = what.add_parser("new", help="make one of lessons of this one")
    new.set_defaults(run=_new_course)
    new.add_argument("folder", type=Path, metavar="DIR", help="where it is to be")
    new.add_argument("--lessons", nargs="+", metavar="LESSON", help="names or numbers; else all")
    check = what.add_parser("check", help="say what is wrong with the one here")
    check.set_defaults(run=_check_course)
    check.add_argument("--no-bank", action="store_true", help="do not examine the answer bank")

    report = command("report", _report, "Say what a class has, and what it has not understood.")
    report.add_argument("lesson", metavar="LESSON", help="a lesson, or `all`")
    form = report.add_mutually_exclusive_group()
    for name, text in (
        ("html", "one page for a browser"),
        ("csv", "for a spreadsheet"),
        ("json", "for a program"),
    ):
        form.add_argument(f"--{name}", nargs="?", const="", metavar="FILE", help=text)
    report.add_argument(
        "--no-bank", action="store_true", help="give mistakes no names of the answer bank's"
    )

    seen = command("seen", _seen, "Keep that you have looked at what was flagged: it is all right.")
    seen.add_argument("lesson", metavar="LESSON")
    seen.add_argument("student", metavar="STUDENT")
    seen.add_argument("exercises", nargs="*", metavar="EXERCISE", help="left out, all flagged ones")
    seen.add_argument("--by", metavar="NAME", required=True, help="who has looked")

    feedback = command("feedback", _feedback, "Write what each student gets back, a page each.")
    feedback.add_argument("lesson", metavar="LESSON")
    feedback.add_argument("--students", nargs="+", metavar="STUDENT", help="only these")
    feedback.add_argument(
        "--zip",
        choices=("moodle", "canvas"),
        help="also a zip for it; say --like too",
    )
    feedback.add_argument(
        "--like", type=Path, metavar="ZIP", help="what you downloaded there: it has the names"
    )
    feedback.add_argument("--to", type=Path, metavar="FILE", help="the zip to write")

    erase = command("erase", _erase, "Erase all that this course keeps of a student.")
    erase.add_argument("student", metavar="STUDENT")
    erase.add_argument("--yes", action="store_true", help="else it is only said what there is")


def _collect(options: argparse.Namespace) -> int:
    from loopgrade.desk.collect import collect

    done = collect(
        course.graded(),
        options.lesson,
        options.source,
        roster=options.roster,
        worksheet=options.worksheet,
        replace=options.replace,
    )
    print(done)
    return 1 if done.refused else 0


def _new_course(options: argparse.Namespace) -> int:
    from loopgrade.desk.new_course import new_course

    made = new_course(course.find(), options.folder.absolute(), options.lessons)
    print(f"{options.folder}: {', '.join(made)}; go there, and run `looplab build`.")
    return 0


def _check_course(options: argparse.Namespace) -> int:
    from loopgrade.desk.checking import check_course

    level = sandbox.strongest()
    progress = Progress("examining the answer bank")
    problems = []
    for problem in check_course(
        course.own(), level, with_bank=not options.no_bank, progress=progress
    ):
        print(problem, flush=True)
        problems.append(problem)
    print(f"problems: {len(problems)} (isolation: {level})")
    return 1 if problems else 0


def _seen(options: argparse.Namespace) -> int:
    from loopgrade.desk.looking import all_right

    exercises = options.exercises or None
    found = all_right(course.graded(), options.lesson, options.student, exercises, by=options.by)
    print(f"{options.student}: {', '.join(found)} seen by {options.by}")
    return 0


def _erase(options: argparse.Namespace) -> int:
    from loopgrade.desk.erasing import erase

    print(erase(course.graded(), options.student, dry_run=not options.yes))
    if options.yes:
        print(f"{options.student} is erased.")
    else:
        print(f"Nothing is erased yet; `looplab erase {options.student} --yes` does it.")
    return 0


def _feedback(options: argparse.Namespace) -> int:
    from loopgrade.desk.feedback import feedback

    to = options.to or Path(f"{options.lesson}-feedback.zip")
    given = feedback(
        course.graded(),
        options.lesson,
        students=options.students,
        platform=options.zip,
        like=options.like,
        to=to,
        progress=Progress("writing feedback"),
    )
    print(given)
    if options.zip:
        print(to)
    return 1 if given.failed else 0


def _report(options: argparse.Namespace) -> int:
    from loopgrade.desk.report import FORMS, report
    from loopgrade.desk.writing import whole

    form = next((each for each in FORMS if getattr(options, each, None) is not None), FORMS[-1])
    parts = report(
        course.graded(),
        options.lesson,
        form,
        with_bank=not options.no_bank,
        progress=Progress("examining the answer bank"),
    )
    if not (name := getattr(options, form, "")):
        sys.stdout.writelines(parts)
        return 0
    with whole(Path(name)) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        file.writelines(parts)
    print(name)
    return 0
