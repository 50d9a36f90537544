"""Take the pictures of the teacher's and the student's pages: python docs/pages.py.

A class is made of the answer bank, graded and reported in a temporary folder; Chromium shows the
pages. `pip install '.[test]'` brings playwright, and the system's packages Chromium.
"""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from loopgrade.authoring.build import build
from loopgrade.bank.demo import Student, hand_in, students_of
from loopgrade.bank.verify import read_answers
from loopgrade.classroom.batch import grade
from loopgrade.desk.feedback import feedback
from loopgrade.desk.new_course import new_course
from loopgrade.desk.report import report
from loopgrade.examination import sandbox

LESSON = "08_many_at_once"
SIZE = 24
MISTAKES = (
    "fetch-all-wrong-sequential",
    "fetch-all-wrong-plain-gather",
    "within-wrong-waits-for-all",
)
HERE = Path(__file__).resolve().parent
WIDE, HIGH = 1000, 900


def graded_class(root: Path) -> None:
    """Make a course of one lesson in `root`, hand in for a class, and grade it."""
    new_course(HERE.parent, root, [LESSON])
    with (root / "autograder" / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"c.Examine.isolation = {sandbox.strongest()!r}\n")
    [built] = build(root)
    found = students_of(built.lesson, read_answers(root, built.lesson))
    right = [each for each in found if each.right]
    wrong = [each for name in MISTAKES for each in found if each.name == name]
    for number in range(SIZE):
        # Few mistakes, each made by several: so it is in a class.
        chosen = right[number % len(right)] if number % 2 else wrong[number // 2 % len(wrong)]
        student = Student(f"s{number + 1:02}", chosen.answers, chosen.right)
        hand_in(built.release, root / "autograder" / "submitted", LESSON, student)
    grade(root, LESSON)


def main() -> None:
    """Write report.png and feedback.png beside this file."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        root = Path(folder) / "course"
        graded_class(root)
        page_of_all = root / "report.html"
        page_of_all.write_text("".join(report(root, LESSON, "html")), encoding="utf-8")
        pages = feedback(root, LESSON).pages
        browser = play.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport={"width": WIDE, "height": HIGH})
        for name, path in (("report", page_of_all), ("feedback", pages["s01"][0])):
            page.goto(path.as_uri())
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
