"""The pages of the teacher's desk in a real browser: readable by all, and nothing runs or loads."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from small import ANSWERS, LESSON, RIGHT

from loopgrade.classroom.batch import grade
from loopgrade.desk.feedback import feedback
from loopgrade.desk.report import report
from loopgrade.examination import sandbox

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LEVEL = sandbox.strongest()
SCHEMES = ("light", "dark")
WIDTHS = (1200, 400)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


def hostile(notebook: Any) -> None:
    new = nbformat.v4.new_markdown_cell
    notebook.cells += [
        new("<img src=x onerror=alert(1)><script>alert(1)</script>"),
        new("# Again\n\n#### deep\n\n| | a |\n|-|-|\n| 1 | 2 |"),
        new("![](http://127.0.0.1:9/a.png) <link rel=stylesheet href=http://127.0.0.1:9/a.css>"),
    ]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def pages(hand_in: Callable[..., Path], small_course: Path) -> dict[str, Path]:
    """Feedback for a wrong and a right answer, the list of both, and the report."""
    slow = ANSWERS["fetch_all/wrong/sequential.py"]
    crash = "def twice(n):\n    return n + '<script>'"
    hand_in("eve", hostile, fetch_all=slow, twice=crash)
    hand_in("ada", **RIGHT)
    grade(small_course, LESSON, level=LEVEL)
    with (small_course / "autograder" / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(f"c.Examine.isolation = {LEVEL!r}\n")
    given = feedback(small_course, LESSON)
    told = small_course / "report.html"
    told.write_text("".join(report(small_course, LESSON, "html", with_bank=False)), "utf-8")
    found = {name: paths[0] for name, paths in given.pages.items()}
    return {**found, "index": given.index, "report": told}


def test_every_page_can_be_read_by_all_and_runs_nothing(
    browser: Any, pages: dict[str, Path]
) -> None:
    for name, path in pages.items():
        for scheme in SCHEMES:
            for width in WIDTHS:
                where = f"{name}, {scheme}, {width}"
                look(browser, path, scheme, width, where, fits=name in ("eve", "ada"))


def look(browser: Any, path: Path, scheme: str, width: int, where: str, *, fits: bool) -> None:
    size = {"width": width, "height": 900}
    # The page's own policy would keep axe out.
    context = browser.new_context(color_scheme=scheme, viewport=size, bypass_csp=True)
    page = context.new_page()
    asked: list[str] = []
    shown: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (shown.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    found = axe.Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], where
    assert shown == [], where
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == [], where
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light"), where
    # Teachers' tables are wider than a telephone.
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") or not fits, where
    context.close()


def test_it_prints_light_also_for_who_reads_it_dark(browser: Any, pages: dict[str, Path]) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(pages["eve"].as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    colours = "[getComputedStyle(document.body).color, getComputedStyle(document.body).background]"
    ink, paper = page.evaluate(colours)
    assert (ink, "rgb(255, 255, 255)" in paper) == ("rgb(26, 26, 26)", True)
    assert page.pdf().startswith(b"%PDF")
    context.close()
