"""The `looplab` command.

Exit status: 0 done, 1 something was found wrong with the input, 2 wrong usage or a
missing tool. Errors are one sentence; `--debug` shows the traceback.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import looplab
from loopgrade import course, desk_commands, quick_start
from loopgrade.examination import sandbox
from loopgrade.progress import Progress
from looplab.notebook.keeping import KEPT, restore, save


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    quick_start.leave_out()
    options = _parser().parse_args(argv)
    try:
        status = int(options.run(options))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # who reads has enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt as stopped:
        print(f"\n{stopped or 'Stopped.'}", file=sys.stderr)
        return 130
    except Exception as error:
        if options.debug:
            raise
        print(f"looplab: {error}", file=sys.stderr)
        return 2 if isinstance(error, sandbox.SandboxError | course.NoCourse) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="looplab", description="A course on asyncio that you can watch run, and its grader."
    )
    parser.add_argument("--version", action="version", version=f"looplab {looplab.__version__}")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text, parents=[shared])
        made.set_defaults(run=run)
        return made

    lab = command("lab", _lab, "Open the course in JupyterLab.")
    lab.add_argument(
        "folder", nargs="?", type=Path, help="work in copies here; none is overwritten"
    )
    lab.add_argument("--no-browser", action="store_true", help="print the address, open nothing")

    check = command("check", _check, "Judge your own notebooks by all tests, as if handed in.")
    check.add_argument(
        "notebooks",
        nargs="*",
        metavar="LESSON",
        help="a lesson, such as 02, or a file; left out, all in this folder",
    )
    check.add_argument(
        "--pictures", type=Path, metavar="FOLDER", help="save timelines of what failed there"
    )

    check.add_argument("--json", action="store_true", help="print what came of it as JSON")

    solution = command("solution", _solution, "Show a solution of an exercise.")
    solution.add_argument("notebook", metavar="LESSON", help="a lesson, such as 02, or a file")
    solution.add_argument("exercise", metavar="EXERCISE")
    solution.add_argument("--json", action="store_true", help="print it as JSON")

    save = command("save", _save, "Keep your answers, predictions and progress in one small file.")
    restore = command("restore", _restore, "Put kept work back into the notebooks of this folder.")
    for each in (save, restore):
        each.add_argument("file", nargs="?", type=Path, metavar="FILE", help="by default " + KEPT)
    restore.add_argument("--replace", action="store_true", help="also over work that is there")

    build = command("build", _build, "Make the student notebooks from the lessons.")
    build.add_argument("lessons", nargs="*", metavar="LESSON")
    build.add_argument(
        "--evidence",
        type=Path,
        metavar="FOLDER",
        help="write there what tests rest on",
    )

    verify = command("verify", _verify, "Examine every answer of the answer bank.")
    verify.add_argument("lessons", nargs="*", metavar="LESSON")
    verify.add_argument("--workers", type=int, help="how many at once")
    verify.add_argument("--no-mutants", action="store_true", help="the files of the bank alone")
    verify.add_argument(
        "--references", action="store_true", help="the references and the right answers alone"
    )
    verify.add_argument(
        "--secrets", type=_count, default=1, metavar="N", help="with N secrets, for other inputs"
    )

    rehearse = command(
        "rehearse", _rehearse, "Run whole lessons, with right answers and with none."
    )
    rehearse.add_argument("lessons", nargs="*", metavar="LESSON")
    rehearse.add_argument(
        "--gallery", type=Path, metavar="FOLDER", help="write gallery.md and its pictures there"
    )

    grade = command("grade", _grade, "Grade what was handed in for a lesson.")
    grade.add_argument("lessons", nargs="+", metavar="LESSON", help="lessons, or `all`")
    grade.add_argument("--students", nargs="+", metavar="STUDENT", help="only these")
    which = grade.add_mutually_exclusive_group()
    which.add_argument(
        "--changed",
        action="store_const",
        const="changed",
        dest="which",
        help="what waits, and what has changed since it was graded (the default)",
    )
    which.add_argument(
        "--all",
        action="store_const",
        const="all",
        dest="which",
        help="also what is graded, and has not changed",
    )
    grade.set_defaults(which="changed")
    grade.add_argument(
        "--dry-run", action="store_true", help="say what would change, and enter nothing"
    )
    grade.add_argument(
        "--new-secret", action="store_true", help="grade all again with the secret that is here"
    )
    grade.add_argument("--reasons", action="store_true", help="say why each point was lost")
    where = grade.add_mutually_exclusive_group()
    where.add_argument("--workers", type=_count, metavar="N", help="how many processes at once")
    where.add_argument("--scheduler", metavar="ADDRESS", help="Dask's, whose workers examine")
    grade.add_argument(
        "--isolation",
        choices=sandbox.LEVELS,
        default="bubblewrap",
        help="how isolated a student's code must run",
    )

    desk_commands.add(command)
    demo = command("demo", _demo, "Grade a class of made-up submissions in a temporary folder.")
    demo.add_argument("--term", action="store_true", help="play a whole term, to the exports")
    demo.add_argument(
        "--students", type=_count, default=60, metavar="N", help="of a term's class; by default 60"
    )
    command("doctor", _doctor, "Say what this machine has and lacks, and what mends it.")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("give a whole number from 1 on")
    return int(text)


def _lab(options: argparse.Namespace) -> int:
    return course.lab(options.folder, browser=not options.no_browser)


def _check(options: argparse.Namespace) -> int:
    from loopgrade.classroom.oneself import check, data, notebooks_named, save_pictures, told

    root, level = course.find(), sandbox.strongest()
    found = []
    for notebook in notebooks_named(root, Path.cwd(), options.notebooks):
        found.append(check(root, notebook, level))
        if options.json:
            continue
        print(told(found[-1]), end="\n\n", flush=True)
        if options.pictures is not None:
            print(*save_pictures(found[-1], options.pictures), sep="\n")
    points, of = sum(each.points for each in found), sum(each.of for each in found)
    if options.json:
        print(json.dumps([data(each) for each in found]))
        return 0 if points == of else 1
    if len(found) > 1:
        print(f"{points:g} of {of:g} points in all")
    print(f"isolation: {level}")
    return 0 if points == of else 1


def _solution(options: argparse.Namespace) -> int:
    from loopgrade.classroom.oneself import notebooks_named, solution

    root = course.find()
    [notebook] = notebooks_named(root, Path.cwd(), [options.notebook])
    found = solution(root, notebook, options.exercise)
    if options.json:
        print(json.dumps(asdict(found)))
        return 0
    print(found.text)
    if found.why:
        print(f"\n{found.why}")
    for name, text in found.others:
        print(f"\n\n# Another way: {name}\n{text}")
    return 0


def _save(options: argparse.Namespace) -> int:
    print(save(Path.cwd(), options.file))
    return 0


def _restore(options: argparse.Namespace) -> int:
    print(restore(Path.cwd(), options.file, replace=options.replace))
    return 0


def _build(options: argparse.Namespace) -> int:
    from loopgrade.authoring.build import build
    from loopgrade.authoring.evidence import write_evidence
    from loopgrade.authoring.length import length_of
    from loopgrade.authoring.settings import read_settings
    from loopgrade.bank.verify import stub_passes
    from loopgrade.classroom.batch import require_lesson_sound

    root = course.own()
    stub = read_settings(root / "autograder").stub
    asked = stub_passes(stub, sandbox.strongest())
    found = build(root, options.lessons or None, stub_passes=asked)
    if options.evidence is not None:
        print(write_evidence([built.lesson for built in found], options.evidence))
    for built in found:
        print(f"{built.notebook.relative_to(root)}: {'written' if built.changed else 'unchanged'}")
        print(f"  {length_of(built.lesson)}")
        require_lesson_sound(root, built.lesson.name, sandbox.strongest())
    return 0


def _verify(options: argparse.Namespace) -> int:
    from loopgrade.bank.verify import summary, verify

    level = sandbox.strongest()
    found = verify(
        course.find(),
        options.lessons,
        level=level,
        workers=options.workers,
        with_mutants=not options.no_mutants,
        only_right=options.references,
        secrets=options.secrets,
        progress=Progress("verifying"),
    )
    wrong = sum(bool(each.problem) for each in found)
    print(summary(found))
    times = f", each with {options.secrets} secrets" if options.secrets > 1 else ""
    answers = len({(v.lesson, v.answer.exercise, v.answer.kind, v.answer.name) for v in found})
    print(f"{answers} answers{times}, {wrong} judged wrongly (isolation: {level})")
    return 1 if wrong or not found else 0


def _rehearse(options: argparse.Namespace) -> int:
    from loopgrade.bank.rehearse import rehearse, write_gallery

    found = rehearse(course.find(), options.lessons or None, progress=Progress("rehearsing"))
    print(*found, sep="\n")
    points, of = sum(each.points for each in found), sum(each.of for each in found)
    print(
        f"{len(found)} lessons: {points:g} of {of:g} points, with the stubs "
        f"{sum(each.stub_points for each in found):g}"
    )
    if options.gallery is not None:
        print(write_gallery(found, options.gallery))
    return 0 if found and all(each.ok for each in found) else 1


def _grade(options: argparse.Namespace) -> int:
    from loopgrade.classroom.batch import lessons_named

    lessons = lessons_named(course.graded(), options.lessons)
    several = len(lessons) > 1
    status = 0
    for number, lesson in enumerate(lessons):
        if several:
            print(f"{'' if number == 0 else os.linesep}{lesson}", flush=True)
        status = max(status, _grade_lesson(lesson, options))
    return status


def _grade_lesson(lesson: str, options: argparse.Namespace) -> int:
    from loopgrade.classroom.batch import grade
    from loopgrade.classroom.changes import announcement
    from loopgrade.classroom.states import State
    from loopgrade.classroom.table import flags, reasons, table

    rows = grade(
        course.graded(),
        lesson,
        students=options.students,
        level=options.isolation,
        which=options.which,
        dry_run=options.dry_run,
        new_secret=options.new_secret,
        workers=options.workers,
        scheduler=options.scheduler,
        progress=Progress("grading"),
        announce=lambda *found: print(announcement(*found), flush=True),
        tell=lambda told: print(told, file=sys.stderr, flush=True),
    )
    print(table(rows))
    if options.reasons and (told := reasons(rows)):
        print(told)
    if told := flags([row for row in rows if row.must_be_looked_at]):
        print("For a human to look at, in formgrader's Manual Grading; no points hang on it:")
        print(told)
    if options.dry_run:
        print("This was a dry run: nothing of it is entered.")
    print(f"isolation: {', '.join(sorted({row.isolation for row in rows} - {''})) or 'none'}")
    if beside := sorted({test for row in rows for test in row.beside}):
        print(f"run beside the student's code, a weaker promise: {', '.join(beside)}")
    # Who has handed in nothing lacks nothing of the grader's, unless they were asked for.
    ungraded = [
        row
        for row in rows
        if (not row.state.is_graded or row.why)  # a grade that is kept since there is no new one
        and not (options.dry_run and row.scores)
        and (options.students or row.state is not State.MISSING)
    ]
    return 1 if ungraded else 0


def _demo(options: argparse.Namespace) -> int:
    from loopgrade.bank.demo import demo
    from loopgrade.desk.term import term

    if options.term:
        return term(course.find(), options.students, progress=Progress("grading"))
    return demo(course.find(), progress=Progress("grading"))


def _doctor(_: argparse.Namespace) -> int:
    from loopgrade.doctor import examine_machine, report

    found = examine_machine()
    print(report(found))
    return 1 if any(each.needed and not each.works for each in found) else 0


if __name__ == "__main__":
    sys.exit(main())
