"""The product as a student has it: `looplab lab`, and a lesson in a real browser.

It runs as in `looplab lab FOLDER --no-browser`: a JupyterLab of its own, with a home folder nobody
has used before, and Chromium. Set LOOPLAB_SCREENSHOTS to a folder, and pictures of what was seen
are left there.
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
from pathlib import Path
from typing import Any

import pytest

from loopgrade.authoring.lesson import read_lesson
from loopgrade.authoring.regions import solution_text

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SCREENSHOTS = os.environ.get("LOOPLAB_SCREENSHOTS")
LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
WIDTHS = (1280, 800)
THEMES = {"JupyterLab Light": "true", "JupyterLab Dark": "false"}
JUPYTERLABS = '<div class="lm-Widget '  # a cell's frame, which scrolls a table that is wider
OURS = {"include": [[".jp-RenderedMarkdown"], [".jp-OutputArea-output"]]}

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
        whole: whether all cells stay in the page, also those that are scrolled out of sight. It
            is easier to look at; a student's JupyterLab has only those in sight.
    """

    def __init__(self, home: Path, folder: Path, *, whole: bool = True) -> None:
        settings = home / ".jupyter" / "lab" / "user-settings" / "@jupyterlab"
        tracker = settings / "notebook-extension" / "tracker.jupyterlab-settings"
        write_json(tracker, {"windowingMode": "none"} if whole else {})
        # In a container whoever tests is root, and JupyterLab wants to be asked.
        write_json(
            home / ".jupyter" / "jupyter_server_config.json", {"ServerApp": {"allow_root": True}}
        )
        # Who installs it has it compiled.
        foreign = ("JUPYTER", "PYTHONDONTWRITEBYTECODE")
        mine = {key: text for key, text in os.environ.items() if not key.startswith(foreign)}
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
        raise AssertionError(f"looplab lab printed no address:\n{said}")

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

    def predictions(self) -> list[int]:
        """Return the cells in which somebody predicts."""
        return [i for i in self.code if self.sources[i].startswith("predict(")]

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


# Every lesson


def solved(name: str) -> dict[str, Any]:
    """Return a lesson's notebook with the reference solutions in it."""
    notebook: dict[str, Any] = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text("utf-8"))
    lesson = read_lesson(ROOT / "autograder" / "lessons" / f"{name}.py")
    answers = {each.name: solution_text(each.answer.source) for each in lesson.exercises}
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"], "".join(cell["source"]))
    return notebook


def violations(lesson: Lesson, theme: str, width: int) -> list[str]:
    """Return what axe-core objects to in what the lessons and `looplab` put into the page.

    What is JupyterLab's own, its menus and the editors of its cells, is not ours to mend.
    """
    page = lesson.page
    light = page.locator(f"body[data-jp-theme-light='{THEMES[theme]}']")
    if not light.count():
        lesson.menu("Settings", "Theme", theme)
        light.wait_for(state="attached")
    page.set_viewport_size({"width": width, "height": 900})
    from axe_playwright_python.sync_playwright import Axe  # without it all else here works

    found = Axe().run(page, context=OURS).response["violations"]
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{theme} {width}.png")
    return [
        f"{theme}, {width}: {each['id']}: {node['target'][-1]} {node['html'][:200]}"
        for each in found
        for node in each["nodes"]
        if not node["html"].startswith(JUPYTERLABS)
    ]
