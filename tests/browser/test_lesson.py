"""A student opens a lesson in JupyterLab, in a real browser, and works through it.

The product runs as in `looplab lab FOLDER --no-browser`: a JupyterLab of its own, with a home
folder nobody has used before, and Chromium. Set LOOPLAB_SCREENSHOTS to a folder, and pictures
of what was seen are left there.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROOT = Path(__file__).resolve().parents[2]
LESSON = "02_yield_and_send"
ANSWERS = ROOT / "autograder" / "answers" / LESSON
NOTEBOOK = ROOT / "notebooks" / f"{LESSON}.ipynb"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SCREENSHOTS = os.environ.get("LOOPLAB_SCREENSHOTS")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Every dialog and every notification that appears, however briefly.
WATCH = """
window.popUps = [];
new MutationObserver(changes => {
    for (const change of changes)
        for (const node of change.addedNodes)
            if (node instanceof Element && (node.matches(".jp-Dialog, .Toastify__toast")
                    || node.querySelector(".jp-Dialog, .Toastify__toast")))
                window.popUps.push(node);
}).observe(document, {childList: true, subtree: true});
"""


# The product


class Lab:
    """A running `looplab lab`, in a home folder of its own.

    Args:
        home: the folder that takes the place of the student's home.
        folder: where the copies of the notebooks are to be.
    """

    def __init__(self, home: Path, folder: Path) -> None:
        settings = home / ".jupyter" / "lab" / "user-settings" / "@jupyterlab"
        # All cells stay in the page, also those that are scrolled out of sight.
        write_json(
            settings / "notebook-extension" / "tracker.jupyterlab-settings",
            {"windowingMode": "none"},
        )
        # In a container whoever tests is root, and JupyterLab wants to be asked.
        write_json(
            home / ".jupyter" / "jupyter_server_config.json", {"ServerApp": {"allow_root": True}}
        )
        mine = {key: text for key, text in os.environ.items() if not key.startswith("JUPYTER")}
        self.folder, self._log = folder, home / "lab.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "loopgrade.cli", "lab", str(folder), "--no-browser"],
                cwd=ROOT,
                env={
                    **mine,
                    "HOME": str(home),
                    "JUPYTER_PORT": str(free_port()),
                    "PYTHONPATH": os.pathsep.join(sys.path),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.address, self.token = self._wait_for_address()

    def _wait_for_address(self) -> tuple[str, str]:
        deadline, said = time.monotonic() + 60, ""
        while time.monotonic() < deadline and self._process.poll() is None:
            said = self._log.read_text(encoding="utf-8", errors="replace")
            if found := re.search(r"(http://localhost:\d+)/(lab/tree/.+\?token=(\w+))", said):
                self.first = f"{found[1]}/{found[2]}"
                return found[1], found[3]
            time.sleep(0.1)
        self._kill()
        pytest.fail(f"looplab lab printed no address:\n{said}")

    def close(self) -> None:
        """Ask the server to shut down, as File > Shut Down does, and wait for the command."""
        request = urllib.request.Request(
            f"{self.address}/api/shutdown",
            method="POST",
            headers={"Authorization": f"token {self.token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10):
                pass
            assert self._process.wait(timeout=20) == 0
        finally:
            self._kill()

    def _kill(self) -> None:
        """End what is left of the command and its server; mostly nothing."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def write_json(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# What a student sees of it


class Lesson:
    """The lesson in the browser: its cells by their number, from the top.

    Args:
        page: the page that shows JupyterLab with the notebook.
        cells: the cells of the notebook's file.
    """

    def __init__(self, page: Any, cells: list[dict[str, Any]]) -> None:
        self.page, self.cells = page, cells
        self.sources = ["".join(cell["source"]) for cell in cells]
        self.code = [i for i, cell in enumerate(cells) if cell["cell_type"] == "code"]

    def drawing(self) -> list[int]:
        """Return the cells whose last line draws a timeline."""
        return [i for i in self.code if self.sources[i].endswith("\nrun.timeline()")]

    def tests(self, exercise: str = "") -> list[int]:
        """Return the test cells: of one exercise, or all."""
        return [
            i
            for i in self.code
            if self.sources[i].startswith("check(") and self.cells[i]["id"].startswith(exercise)
        ]

    def answer(self, exercise: str) -> int:
        """Return the answer cell of an exercise."""
        return next(i for i in self.code if self.cells[i]["id"] == exercise)

    def tick(self, test: int) -> str:
        """Return what a test cell shows when nothing fails."""
        found = re.match(r'check\("(.+)", points=(\d+)\)', self.sources[test])
        assert found is not None
        return f"✓ {found[1]} ({found[2]} point{'' if found[2] == '1' else 's'})"

    def shown(self, index: int) -> Any:
        """Return the element of a cell."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def is_folded(self, index: int) -> bool:
        """Whether a cell's text is folded away."""
        return int(self.shown(index).locator(".jp-InputPlaceholder").count()) > 0

    def prompt(self, index: int) -> str:
        """Return what stands to the left of a cell: `[7]:`, or `[*]:` while it runs."""
        return str(self.shown(index).locator(".jp-InputPrompt").inner_text()).strip()

    def output(self, index: int) -> str:
        """Return the text of what a cell put out, without that of pictures."""
        all_ = self.shown(index).locator(".jp-OutputArea-output")
        found = all_.filter(has_not=self.page.locator("figure")).all_inner_texts()
        return "\n".join(text.strip("\n") for text in found).strip("\n")

    def pictures(self, index: int) -> list[int]:
        """Return the width in pixels of each picture that a cell put out."""
        found = self.shown(index).locator(".jp-OutputArea-output svg[role=img]")
        return list(
            found.evaluate_all("all => all.map(each => each.getBoundingClientRect().width)")
        )

    def menu(self, *path: str) -> None:
        """Choose from JupyterLab's menus."""
        words = [re.compile(f"^{re.escape(each)}$") for each in path]
        self.page.locator(".lm-MenuBar-item", has_text=words[0]).click()
        for depth, label in enumerate(words[1:]):
            open_menu = self.page.locator(".lm-Menu").nth(depth)
            open_menu.locator(".lm-Menu-itemLabel", has_text=label).click()

    def restart(self) -> None:
        """Kernel > Restart Kernel, and say yes."""
        self.menu("Kernel", "Restart Kernel…")
        self.page.locator(".jp-Dialog button.jp-mod-warn").click()
        self.page.evaluate("popUps.splice(0)")  # it has been asked for
        self.page.locator(".jp-StatusBar-Widget", has_text="Idle").wait_for()

    def run_all(self) -> None:
        """Run > Run All Cells, and wait for the last one."""
        self.menu("Run", "Run All Cells")
        self.wait_until_run(self.code[-1])

    def write(self, index: int, text: str) -> None:
        """Replace the text of a cell."""
        self.shown(index).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def start(self, index: int) -> None:
        """Click beside a cell and press Ctrl-Enter."""
        seen = self.shown(index).locator(".jp-OutputArea-child")
        seen.evaluate_all("all => all.forEach(each => each.setAttribute('data-seen', ''))")
        prompt = self.shown(index).locator(".jp-InputPrompt")
        prompt.click(position={"x": 5, "y": 5})
        self.page.keyboard.press("Control+Enter")

    def wait_until_run(self, index: int, *, before: str = "[ ]:") -> None:
        """Wait until a cell has a number, and another one than before.

        A test is folded and has no number: until it has an output which was not there.
        """
        if self.is_folded(index):
            output = self.shown(index).locator(".jp-OutputArea-child:not([data-seen])")
            output.first.wait_for(timeout=60_000)
            self.page.locator(".jp-StatusBar-Widget", has_text="Idle").wait_for()
            return
        prompt = self.shown(index).locator(".jp-InputPrompt")
        sync_api.expect(prompt).not_to_have_text(before)
        sync_api.expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=60_000)

    def run(self, *indices: int) -> None:
        """Run cells, one after the other."""
        for index in indices:
            before = self.prompt(index)
            self.start(index)
            self.wait_until_run(index, before=before)

    def add(self, text: str) -> int:
        """Write a new cell at the end of the notebook, and return its number."""
        count = self.page.locator(".jp-Notebook .jp-Cell").count()
        self.shown(count - 1).locator(".jp-InputPrompt").click()
        self.page.keyboard.press("b")
        self.write(count, text)
        return int(count)

    def keep_picture(self, name: str, index: int) -> None:
        """Leave a picture of the window, scrolled to a cell, if somebody asked for pictures."""
        if SCREENSHOTS:
            self.shown(index).evaluate("cell => cell.scrollIntoView({block: 'center'})")
            self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


def bank(name: str) -> tuple[str, str]:
    """Return an answer of the bank without its first line, and what that line says."""
    first, _, text = (ANSWERS / name).read_text(encoding="utf-8").partition("\n")
    return text.rstrip("\n"), first.partition(":")[2].strip()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The course, opened in copies; the folder's name has a space and a letter beyond ASCII."""
    home = tmp_path_factory.mktemp("home")
    lab = Lab(home, home / "my wörk")
    yield lab
    lab.close()


def test_what_it_prints_opens_the_first_lesson_clean_and_trusted(tmp_path: Path) -> None:
    # A server of its own: what another test has opened would be opened again.
    lab = Lab(tmp_path, tmp_path / "mine")
    with contextlib.closing(lab), sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.goto(lab.first)
        page.locator(".jp-StatusBar-Widget", has_text=re.compile(r"Python 3.* \| Idle")).wait_for()
        page.get_by_role("heading", name="00 · Start here").wait_for()
        tabs = page.locator("#jp-main-dock-panel .lm-TabBar-tab")
        assert tabs.all_inner_texts() == ["00_start_here.ipynb"]  # no Launcher
        assert page.locator(".lm-TabBar-tab.jp-mod-dirty").count() == 0
        assert page.locator("[title^='Notebook trusted']").count() == 1
        if SCREENSHOTS:
            page.screenshot(path=Path(SCREENSHOTS) / "first lesson.png")
        chromium.close()


def test_every_fixed_drawing_is_drawn_with_its_words(lab: Lab) -> None:
    texts = [
        "".join(cell["source"])
        for path in (ROOT / "notebooks").glob("*.ipynb")
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    ]
    drawings = [each for text in texts for each in re.findall(r"(?ms)^```mermaid$.*?^```$", text)]
    cells = [{"cell_type": "markdown", "metadata": {}, "source": each} for each in drawings]
    write_json(
        lab.folder / "drawings.ipynb",
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4},
    )
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = chromium.new_page(viewport={"width": 1280, "height": 4000})
        # In a workspace of its own: what is open in one is opened again.
        page.goto(f"{lab.address}/lab/workspaces/drawings/tree/drawings.ipynb?token={lab.token}")
        shown = page.locator(".jp-RenderedMermaid")
        sync_api.expect(shown).to_have_count(len(drawings), timeout=60_000)
        assert page.locator(".jp-RenderedMermaid.jp-mod-warning").all_inner_texts() == []
        for drawing in shown.all():
            assert drawing.locator("img").get_attribute("alt")
            assert drawing.locator("figcaption").inner_text()
        chromium.close()


@pytest.fixture(scope="module")
def lesson(lab: Lab) -> Iterator[Lesson]:
    """The lesson, open in the browser; all its cells have run once."""
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(WATCH)
        page.goto(f"{lab.address}/lab/tree/{LESSON}.ipynb?token={lab.token}")
        # JupyterLab drops a Run All that comes before the kernel.
        page.locator(".jp-StatusBar-Widget", has_text=re.compile(r"Python 3.* \| Idle")).wait_for()
        cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
        lesson = Lesson(page, cells)
        lesson.keep_picture("opened", 0)
        lesson.run_all()
        yield lesson
        chromium.close()


def test_run_all_reaches_the_last_cell(lesson: Lesson) -> None:
    numbers = {count: lesson.prompt(index) for count, index in enumerate(lesson.code, 1)}
    tests = {count for count, index in enumerate(lesson.code, 1) if index in lesson.tests()}
    assert numbers == {n: "" if n in tests else f"[{n}]:" for n in numbers}
    for index in lesson.tests():
        assert lesson.output(index)
        folded = lesson.shown(index).locator(".jp-InputPlaceholder").inner_text()
        assert folded.strip() == lesson.sources[index].partition("\n")[0]
    for index in lesson.drawing():
        assert [width > 600 for width in lesson.pictures(index)] == [True], lesson.sources[index]
        lesson.keep_picture(f"light {index}", index)
    assert len(lesson.drawing()) >= 7  # a round each, and the deadlock


def test_nothing_is_solved_yet_and_no_test_shows_a_traceback(lesson: Lesson) -> None:
    for index in lesson.tests():
        output = lesson.output(index)
        assert output == lesson.tick(index).replace("✓", "·") + ": not started"
        assert "Traceback" not in output
        assert ".py" not in output
        assert "✓" not in output
    for index in lesson.code:
        assert "looplab" not in lesson.output(index)
    lesson.keep_picture("light, nothing is solved", lesson.tests("round_robin-")[0])


def test_a_right_answer_gets_its_ticks(lesson: Lesson) -> None:
    tests = lesson.tests("round_robin-")
    text, _ = bank("round_robin/right/list_and_finally.py")
    lesson.write(lesson.answer("round_robin"), text)
    lesson.run(lesson.answer("round_robin"), *tests)
    *ticks, last = [lesson.output(index) for index in tests]
    assert ticks == [lesson.tick(index) for index in tests[:-1]]
    total = "round_robin: ✓ 5/5 points. Next: producer_consumer."
    assert last.splitlines() == [lesson.tick(tests[-1]), total]
    assert len(tests) >= 4
    lesson.keep_picture("light, right", tests[-1])


def test_progress_is_kept_beside_the_notebooks(lesson: Lesson) -> None:
    index = lesson.add("from looplab import progress\n\nprogress()")
    lesson.run(index)
    table = lesson.shown(index).locator("table")
    row = table.locator("tr", has_text="02 ·").inner_text()
    assert "round_robin ✓ 5/5" in row and "running_mean 0/4" in row
    assert "not tried" in table.locator("tr", has_text="03 ·").inner_text()
    lesson.keep_picture("light, progress", index)


def test_a_wrong_answer_is_told_what_to_try(lesson: Lesson) -> None:
    tests = lesson.tests("round_robin-")
    text, loses = bank("round_robin/wrong/never_closes.py")
    lesson.write(lesson.answer("round_robin"), text)
    lesson.run(lesson.answer("round_robin"), *tests)
    (lost,) = [index for index in tests if loses in lesson.tick(index)]
    *message, total = lesson.output(lost).splitlines()
    assert re.fullmatch(r"round_robin: 3/5 points\. Look first at “passes an error on .+”\.", total)
    assert message[0] == lesson.tick(lost).replace("✓", "✗")
    labels = [line[2:13].strip() for line in message[1:]]
    assert [label for label in labels if label] == ["expected", "happened", "hint"]
    outputs = lesson.shown(lost).locator(".jp-OutputArea-output")
    assert outputs.locator("nth=-2").locator("svg[role=img]").count() == 1  # below the message
    assert lesson.output(tests[0]) == lesson.tick(tests[0])  # the order is right
    lesson.keep_picture("light, wrong", lost)


DID_NOT_RUN = "✗ your cell did not run, so nothing was judged: line 1, expected ':'"
CHANGED = "✗ you have changed the cell `round_robin` since it ran: run it again first"


def test_no_tick_is_for_an_older_answer(lesson: Lesson) -> None:
    answer, (test, *_) = lesson.answer("round_robin"), lesson.tests("round_robin-")
    text, _ = bank("round_robin/right/list_and_finally.py")
    lesson.write(answer, text)
    lesson.run(answer, test)
    assert lesson.output(test) == lesson.tick(test)
    lesson.write(answer, text + "\n\n\ndef more():\n    return 0")  # and it is not run
    dirty = lesson.page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab.jp-mod-dirty")
    sync_api.expect(dirty).to_have_count(1)
    lesson.page.keyboard.press("Control+S")
    sync_api.expect(dirty).to_have_count(0)
    lesson.run(test)
    assert lesson.output(test) == CHANGED
    lesson.write(answer, text.replace("def round_robin(*gens):", "def round_robin(*gens)", 1))
    lesson.run(answer, test)
    assert lesson.output(test) == DID_NOT_RUN
    lesson.keep_picture("light, did not run", test)


def test_an_answer_that_never_ends_is_ended_and_stop_ends_all_checks(lesson: Lesson) -> None:
    answer, tests = lesson.answer("round_robin"), lesson.tests("round_robin-")
    lesson.write(answer, "def round_robin(*gens):\n    while True:\n        pass")
    lesson.run(answer, tests[0])
    assert "still running after 5 s\n" in lesson.output(tests[0])
    assert re.search(r"  line [23] │ +(while True:|pass)", lesson.output(tests[0]))
    lesson.keep_picture("light, never ends", tests[0])
    for test in tests[1:]:
        lesson.start(test)
    lesson.page.locator(".jp-StatusBar-Widget", has_text="Busy").wait_for()
    lesson.page.get_by_title("Interrupt the kernel").click()
    lesson.wait_until_run(tests[1])
    name = lesson.tick(tests[1]).replace("✓", "■")
    assert lesson.output(tests[1]) == f"{name}: stopped before it was judged"
    index = lesson.add("print(6 * 7)")
    lesson.run(index)
    assert lesson.output(index) == "42"
    assert [lesson.output(test) for test in tests[2:]] == [""] * len(tests[2:])
    lesson.keep_picture("light, stopped checks", tests[1])


def test_the_stop_button_ends_an_await(lesson: Lesson) -> None:
    index = lesson.add("import asyncio\nawait asyncio.sleep(3600)")
    lesson.start(index)
    sync_api.expect(lesson.shown(index).locator(".jp-InputPrompt")).to_have_text("[*]:")
    lesson.page.get_by_title("Interrupt the kernel").click()
    lesson.wait_until_run(index)
    assert "CancelledError" in lesson.output(index)
    lesson.keep_picture("light, stopped", index)
    index = lesson.add("print(6 * 7)")
    lesson.run(index)
    assert lesson.output(index) == "42"


def test_after_a_restart_a_check_says_what_to_run_first(lesson: Lesson) -> None:
    lesson.restart()
    test = lesson.tests("round_robin-")[0]
    lesson.run(test)
    assert lesson.output(test) == "✗ run the cell with `round_robin` first"
    text, _ = bank("round_robin/right/list_and_finally.py")
    lesson.write(lesson.answer("round_robin"), text)
    lesson.run(lesson.answer("round_robin"), test)
    assert lesson.output(test) == lesson.tick(test)


def test_a_dark_theme_hides_nothing(lesson: Lesson) -> None:
    lesson.menu("Settings", "Theme", "JupyterLab Dark")
    lesson.page.locator("body[data-jp-theme-light='false']").wait_for(state="attached")
    picture = lesson.shown(lesson.drawing()[0]).locator("svg[role=img]")
    paper, ink = (
        picture.locator(f"{tag} >> nth=0").evaluate("each => getComputedStyle(each).fill")
        for tag in ("path", "text")
    )
    assert luminance(paper) < 0.02  # dark as the page
    assert contrast(paper, ink) > 4.5
    (ticked, *_) = lesson.tests("round_robin-")
    text, _ = bank("round_robin/right/list_and_finally.py")
    lesson.write(lesson.answer("round_robin"), text)
    lesson.run(lesson.answer("round_robin"), ticked)
    white, green = (
        lesson.shown(ticked).get_by_text("✓").evaluate(f"each => getComputedStyle(each).{name}")
        for name in ("color", "backgroundColor")
    )
    assert contrast(white, green) > 4.5
    lesson.keep_picture("dark, right", ticked)
    for index in [*lesson.drawing(), lesson.tests("producer_consumer-")[0]]:
        lesson.keep_picture(f"dark {index}", index)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_nothing_popped_up(lesson: Lesson) -> None:
    """No question about news, no dialog: all that has appeared since the lesson was opened."""
    assert lesson.page.evaluate("popUps.map(each => each.textContent)") == []


def test_no_tools_for_instructors_are_in_sight(lesson: Lesson) -> None:
    seen = lesson.page.locator("body").inner_text()
    assert "Run" in seen
    for words in ("Create Assignment", "Nbgrader", "Formgrader", "Validate", "Jupytext"):
        assert words not in seen
