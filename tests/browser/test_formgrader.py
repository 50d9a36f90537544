"""A teacher grades in formgrader, in a real browser; what students wrote takes nothing over.

Set LOOPLAB_SCREENSHOTS to a folder, and pictures of what was seen are left there.
"""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hostile import HOSTILE
from nbgrader.api import Gradebook
from small import ANSWERS, LESSON, RIGHT

from loopgrade.examination import sandbox

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SCREENSHOTS = os.environ.get("LOOPLAB_SCREENSHOTS")
SERVED = ("http://127.0.0.1:", "http://localhost:", "data:", "about:")
MATHJAX = "https://cdnjs.cloudflare.com/"
"""Formgrader's own page asks for it, whatever a student wrote."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

SETTINGS = """
c.Examine.isolation = {level!r}
c.Exchange.root = {exchange!r}
c.Exchange.cache = {cache!r}
c.Dates.due = {{"01_small": "2026-01-10 12:00 UTC"}}
c.LateSubmissionPlugin.penalty_method = "zero"
"""


def hostile(notebook: Any) -> None:
    for told in HOSTILE.values():
        notebook.cells.append(nbformat.v4.new_markdown_cell(told))


def at(path: Path, when: str) -> None:
    """Lay beside a notebook what `nbgrader submit` does."""
    (path.parent / "timestamp.txt").write_text(when)
    (path.parent / "submission_secret.txt").write_text(path.parts[-3] * 8)


@pytest.fixture
def formgrader(small_course: Path, hand_in: Callable[..., Path], tmp_path: Path) -> Iterator[str]:
    """Formgrader over a class of three: right, wrong and hostile, and late."""
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    root = small_course / "autograder"
    told = {"exchange": str(exchange), "cache": str(tmp_path / "cache")}
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(SETTINGS.format(level=sandbox.strongest(), **told))
    at(hand_in("ada", **RIGHT), "2026-01-09 12:00 UTC")
    wrong = {"fetch_all": ANSWERS["fetch_all/wrong/sequential.py"], "twice": RIGHT["twice"]}
    at(hand_in("eve", hostile, **wrong), "2026-01-09 12:00 UTC")
    at(hand_in("tim", **RIGHT), "2026-01-12 12:00 UTC")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = tmp_path / "jupyter_server_config.py"
    settings.write_text(
        'c.ServerApp.jpserver_extensions = {"nbgrader.server_extensions.formgrader": True}\n'
    )
    log = (tmp_path / "server.log").open("wb")
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"),
            *(f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token="),
            f"--config={settings}",
        ],
        cwd=root,
        stdout=log,
        stderr=log,
        env={
            **os.environ,
            "HOME": str(tmp_path),
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        },
    )
    try:
        base = f"http://127.0.0.1:{port}/formgrader"
        wait_for(base, server, tmp_path / "server.log")
        yield base
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise AssertionError(log.read_text())


class Desk:
    """A page that notes whatever runs, loads or asks."""

    def __init__(self, page: Any, name: str) -> None:
        self.page, self.name = page, name
        self.asked: list[str] = []
        self.ran: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("dialog", lambda dialog: (self.ran.append(dialog.message), dialog.dismiss()))
        page.add_init_script("window.grade = () => { window.taken = true }")

    def shoot(self, what: str) -> None:
        if SCREENSHOTS:
            Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{SCREENSHOTS}/formgrader-{what}.png", full_page=True)

    def is_untouched(self) -> None:
        assert self.page.evaluate("window.taken === undefined")
        assert self.ran == []
        foreign = [url for url in self.asked if not url.startswith((*SERVED, "file:", MATHJAX))]
        assert foreign == []


@pytest.fixture
def desk() -> Iterator[Desk]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.set_default_timeout(60_000)
        yield Desk(page, "formgrader")
        browser.close()


def press(desk: Desk, student: str, column: str) -> None:
    """Press a button in a student's row, and close the window that says that it was done."""
    rows = desk.page.locator("#main-table tr")
    rows.filter(has_text=student).locator(f"td.{column} a").click()
    done = desk.page.locator(".modal.in")
    done.wait_for()
    assert "Success" in done.inner_text(), done.inner_text()
    done.locator(".modal-footer button").click()
    done.wait_for(state="detached")


def submission_page(course: Path, student: str) -> str:
    with Gradebook(f"sqlite:///{course / 'autograder' / 'gradebook.db'}", "looplab") as book:
        return str(book.find_submission_notebook(LESSON, LESSON, student).id)


def test_a_teacher_grades_by_hand_and_gives_feedback_back(
    formgrader: str, desk: Desk, small_course: Path, tmp_path: Path
) -> None:
    page = desk.page
    page.goto(f"{formgrader}/manage_submissions/{LESSON}")
    for student in ("ada", "eve", "tim"):
        press(desk, student, "autograde")
    rows = page.locator("#main-table tr")
    assert "4 / 4" in rows.filter(has_text="ada").inner_text()
    assert "2 / 4" in rows.filter(has_text="eve").inner_text()
    # Formgrader shows what the work earned; the penalty is in the gradebook and on the page.
    assert "4 / 4" in rows.filter(has_text="tim").inner_text()
    desk.shoot("class")

    page.goto(f"{formgrader}/submissions/{submission_page(small_course, 'eve')}")
    score = page.locator("input#fetch_all-overlap")
    page.wait_for_function("document.querySelector('#fetch_all-order').placeholder !== ''")
    assert score.get_attribute("placeholder") == "0"
    desk.shoot("eve")

    # Nothing that she wrote is a part of the page: each button and field is formgrader's own.
    assert page.locator(".full-credit").count() == 3
    assert page.locator("input.score").count() == 3
    assert page.locator("textarea.comment").count() == 2
    for button in page.locator(".full-credit").all():
        button.scroll_into_view_if_needed()
        assert button.evaluate(
            "e => { const r = e.getBoundingClientRect();"
            " return document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2) === e }"
        )
    for link in page.locator(".rendered_html a, .rendered_html summary, .rendered_html img").all():
        link.dispatch_event("mouseover")
        href = link.get_attribute("href") or "#"
        assert href.startswith(("https://", "http://", "mailto:", "#")), href
    desk.is_untouched()

    score.fill("1.5")
    score.blur()
    comment = page.locator("textarea#fetch_all-comment")
    comment.fill("Start them <b>all</b>, then wait.")
    comment.blur()
    page.wait_for_load_state("networkidle")

    with Gradebook(f"sqlite:///{small_course / 'autograder' / 'gradebook.db'}", "looplab") as book:
        grade = book.find_grade("fetch_all-overlap", LESSON, LESSON, "eve")
        assert (grade.auto_score, grade.manual_score, grade.score) == (0, 1.5, 1.5)
        said = book.find_comment("fetch_all", LESSON, LESSON, "eve")
        assert said.comment == "Start them <b>all</b>, then wait."
        late = book.find_submission(LESSON, "tim")
        assert (late.score, late.late_submission_penalty) == (4, 4)

    page.goto(f"{formgrader}/manage_submissions/{LESSON}")
    for student in ("eve", "tim"):
        press(desk, student, "generate-feedback")
        press(desk, student, "release-feedback")
    released = sorted((tmp_path / "exchange" / "looplab" / "feedback").rglob("*.html"))
    assert len(released) == 2

    texts = []
    for number, path in enumerate(released):
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        texts.append(page.locator("body").inner_text())
        desk.shoot(f"feedback-{number}")
        assert page.locator(".full-credit, script, iframe, form, input, button").count() == 0
    desk.is_untouched()
    assert MATHJAX not in " ".join(desk.asked[-4:])
    (hers,) = [text for text in texts if "Start them <b>all</b>, then wait." in text]
    assert "3.5 of 4 points" in hers
    (his,) = [text for text in texts if text is not hers]
    assert "0 of 4 points, after 4 for being 48 hours late" in his


def test_there_are_forty_snippets() -> None:
    assert len(HOSTILE) == 40
