"""What a student's desk promises, measured in a real browser on the lessons as they are solved.

Each promise is a line of the table: what was measured, the most that is promised, what it was.
"""

import json
import re
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from in_jupyterlab import (
    CHROMIUM,
    LESSONS,
    QUIET,
    THEMES,
    WIDTHS,
    Lab,
    Lesson,
    solved,
    sync_api,
    violations,
)

FIRST = "00_start_here"
SLOW = 'check("ends", points=1)\nrun = observe(endless_)\nexpect(run).took(1)'
ENDLESS = "def endless_():\n    while True:\n        pass"
SWALLOWS = (
    "def endless_():\n    while True:\n        try:\n            while True:\n"
    "                pass\n        except BaseException:\n            pass"
)
# From the press to what it brings, by the page's own clock: how long the browser is driven from
# outside, and how long that looks for the result, is not what a student waits for.
WATCH = """
(watched, [event, sign]) => {
    const seen = window.seen = {pressed: 0, shown: 0};
    const press = () => { seen.pressed ||= performance.now(); };
    addEventListener(event, press, {capture: true, once: true});
    new MutationObserver(changes => {
        const added = changes.flatMap(change => [...change.addedNodes]);
        const isThere = sign.startsWith(".")
            ? added.some(node => node instanceof Element
                && (node.matches(sign) || node.querySelector(sign)))
            : watched.textContent.includes(sign);
        if (seen.pressed && isThere) seen.shown = performance.now();
    }).observe(watched, {childList: true, subtree: true, characterData: true});
}
"""
RUN_ALLS = 10
MEGABYTE = 2**20


@dataclass(frozen=True)
class Promise:
    """A line of the table.

    Attributes:
        what: what was measured.
        most: the most that is promised, in `unit`.
        was: what it was.
        unit: of both.
    """

    what: str
    most: float
    was: float
    unit: str

    @property
    def kept(self) -> bool:
        return self.was <= self.most

    def __str__(self) -> str:
        mark = "✓" if self.kept else "✗"
        return f"{mark} {self.what:<56} {self.was:8.2f} {self.unit:<3} (at most {self.most:g})"


def desk(lessons: Sequence[str] | None) -> int:
    """Measure what is promised, print the table, and return how many promises are broken."""
    broken = 0
    names = [name for name in LESSONS if not lessons or name in lessons]
    with tempfile.TemporaryDirectory(prefix="looplab-desk-") as folder, _browser() as browser:
        home = Path(folder)
        (home / "solved").mkdir()
        for name in names:
            text = json.dumps(solved(name))
            (home / "solved" / f"{name}.ipynb").write_text(text, encoding="utf-8")
        for promise in _promises(browser, home, names):
            print(promise, flush=True)
            broken += not promise.kept
    print("What wrong answers pass, `looplab verify` says; what Stop ends, also tests/browser.")
    return broken


@contextmanager
def _browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            yield chromium
        finally:
            chromium.close()


def _promises(browser: Any, home: Path, names: Sequence[str]) -> Iterator[Promise]:
    with closing(Lab(home, home / "fresh", whole=False)):
        pass  # from now on it is warm
    start = time.monotonic()
    with closing(Lab(home, home / "fresh", whole=False)) as lab:
        page = browser.new_page()
        page.goto(lab.first)
        page.get_by_role("heading", name="00 · Start here").wait_for()
        _idle(page)
        yield Promise("command to usable lesson 00, warm", 6, time.monotonic() - start, "s")
        page.close()
    with closing(Lab(home, home / "solved")) as lab:
        yield from _at_work(browser, lab, names[0])
        for name in names:
            yield from _whole(browser, lab, name)
        yield _growth(browser, lab, names[0])


def _at_work(browser: Any, lab: Lab, name: str) -> Iterator[Promise]:
    """Yield how soon a check answers, and how soon Stop and the server do meanwhile."""
    lesson = _opened(browser, lab, name)
    lesson.run_all()
    test = lesson.tests()[-1]
    lesson.run(test)
    yield Promise("a check that passes, press to verdict", 0.2, _verdict(lesson, test), "s")
    answer = lesson.answer(lesson.cells[test]["id"].partition("-")[0])
    first = lesson.sources[answer].partition("\n")[0]
    lesson.write(answer, f"{first}\n    return None")
    lesson.run(answer)
    yield Promise("a check with a picture, press to verdict", 0.5, _verdict(lesson, test), "s")
    for what, text in (("an endless loop", ENDLESS), ("one that swallows it", SWALLOWS)):
        program, judged = lesson.add(text), lesson.add(SLOW)
        lesson.run(program)
        lesson.start(judged)
        _busy(lesson.page)
        answers = max(_seconds(lambda: _status(lab)) for _ in range(5))
        yield Promise(f"/api/status while a check runs {what}", 0.5, answers, "s")
        yield Promise(f"Stop, press to idle: {what}", 1, _stopped(lesson), "s")
    hours = lesson.add("import asyncio\nawait asyncio.sleep(3600)")
    lesson.start(hours)
    _busy(lesson.page)
    yield Promise("Stop, press to idle: an await", 1, _stopped(lesson), "s")
    lesson.menu("Run", "Run All Cells")
    _busy(lesson.page)
    yield Promise("Stop, press to idle: Run All", 1, _stopped(lesson), "s")
    lesson.page.close()


def _whole(browser: Any, lab: Lab, name: str) -> Iterator[Promise]:
    """Yield what a whole lesson leaves: memory, bytes, and what keeps somebody out."""
    lesson = _opened(browser, lab, name)
    _run_all(lesson)
    yield Promise(f"{name}: kernel memory", 400, _memory() / MEGABYTE, "MB")
    lesson.page.keyboard.press("Control+S")
    dirty = lesson.page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab.jp-mod-dirty")
    sync_api.expect(dirty).to_have_count(0)
    size = (lab.folder / f"{name}.ipynb").stat().st_size
    yield Promise(f"{name}: saved", 1.5, size / MEGABYTE, "MB")
    lesson.page.evaluate(
        "document.querySelectorAll('details').forEach(each => { each.open = true })"
    )
    found = [each for look in _looks() for each in violations(lesson, *look)]
    print(*found, sep="\n", end="\n" if found else "")
    yield Promise(f"{name}: axe violations of ours", 0, len(found), "")
    _closed(lesson)


def _growth(browser: Any, lab: Lab, name: str) -> Promise:
    lesson = _opened(browser, lab, name)
    _run_all(lesson)
    before = _memory()
    for _ in range(RUN_ALLS):
        _run_all(lesson)
    grown = (_memory() - before) / MEGABYTE
    lesson.page.close()
    return Promise(f"{name}: growth over {RUN_ALLS} Run Alls", 10, grown, "MB")


# What is done in the browser


def _opened(browser: Any, lab: Lab, name: str) -> Lesson:
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 900})
    page.set_default_timeout(240_000)
    where = f"workspaces/{name}{time.monotonic_ns()}/tree/{name}.ipynb"
    page.goto(f"{lab.address}/lab/{where}?token={lab.token}")
    _idle(page)
    return Lesson(page, solved(name)["cells"])


def _closed(lesson: Lesson) -> None:
    """Close a lesson and its kernel: the next one's is then the only one."""
    lesson.menu("Kernel", "Shut Down Kernel")
    lesson.page.locator(".jp-StatusBar-Widget", has_text="No Kernel").wait_for()
    lesson.page.close()


def _run_all(lesson: Lesson) -> None:
    """Run all cells, and wait for the last one, which has a number and another one than before."""
    last = lesson.shown(lesson.code[-1]).locator(".jp-InputPrompt")
    before = last.inner_text()
    lesson.menu("Run", "Run All Cells")
    sync_api.expect(last).not_to_have_text(before)
    sync_api.expect(last).to_have_text(re.compile(r"\[\d+\]"), timeout=240_000)
    _idle(lesson.page)


def _verdict(lesson: Lesson, test: int) -> float:
    """Run a check, and return how long after the press its last output is there, in seconds."""
    cell = lesson.shown(test)
    return _waited(lesson, cell, "keydown", ".jp-OutputArea-child", lambda: lesson.run(test))


def _stopped(lesson: Lesson) -> float:
    """Press Stop once, and return how long the kernel is busy after that, in seconds."""

    def stop() -> None:
        lesson.page.get_by_title("Interrupt the kernel").click()
        _idle(lesson.page)

    return _waited(lesson, lesson.page.locator("#jp-main-statusbar"), "click", "Idle", stop)


def _waited(lesson: Lesson, watched: Any, event: str, sign: str, do: Callable[[], None]) -> float:
    """Do something, and return the seconds from a press to the last time that its sign was new.

    Args:
        lesson: where it is done.
        watched: the element in which the sign appears.
        event: of the page, which is the press.
        sign: a class of an element that is added, or a text that is there.
        do: what presses, and waits until the sign is there.
    """
    watched.evaluate(WATCH, [event, sign])
    do()
    lesson.page.wait_for_function("seen.shown > 0")
    return float(lesson.page.evaluate("seen.shown - seen.pressed")) / 1000


def _looks() -> list[tuple[str, int]]:
    return [(theme, width) for theme in THEMES for width in WIDTHS]


def _idle(page: Any) -> None:
    page.locator(".jp-StatusBar-Widget", has_text=re.compile(r"Python 3.* \| Idle")).wait_for()


def _busy(page: Any) -> None:
    page.locator(".jp-StatusBar-Widget", has_text="Busy").wait_for()
    time.sleep(0.5)  # it is in the middle of it


def _status(lab: Lab) -> None:
    request = urllib.request.Request(
        f"{lab.address}/api/status", headers={"Authorization": f"token {lab.token}"}
    )
    with urllib.request.urlopen(request, timeout=60):
        pass


def _memory() -> int:
    """Return the bytes that the largest kernel holds in memory."""
    kernels = [
        each.memory_info().rss
        for each in psutil.Process().children(recursive=True)
        if "ipykernel_launcher" in each.cmdline()
    ]
    return int(max(kernels))


def _seconds(what: Callable[[], None]) -> float:
    start = time.monotonic()
    what()
    return time.monotonic() - start
