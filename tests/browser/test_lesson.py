"""A student opens a lesson in JupyterLab, in a real browser, and works through it.

The product runs as in `looplab lab FOLDER --no-browser`: a JupyterLab of its own, with a home
folder nobody has used before, and Chromium. Set LOOPLAB_SCREENSHOTS to a folder, and pictures
of what was seen are left there.
"""

import json
import os
import re
import shutil
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
        self._log = home / "lab.log"
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
            )
        self.address, self.token = self._wait_for_address()

    def _wait_for_address(self) -> tuple[str, str]:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            said = self._log.read_text(encoding="utf-8")
            if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab\?token=(\w+)", said):
                return found[1], found[2]
            time.sleep(0.1)
        self._process.kill()
        pytest.fail(f"looplab lab printed no address:\n{self._log.read_text(encoding='utf-8')}")

    def close(self) -> None:
        """Ask the server to shut down, as File > Shut Down does, and wait for the command."""
        request = urllib.request.Request(
            f"{self.address}/api/shutdown",
            method="POST",
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=10):
            pass
        assert self._process.wait(timeout=20) == 0


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

    def code(self) -> list[int]:
        """Return the code cells."""
        return [i for i, cell in enumerate(self.cells) if cell["cell_type"] == "code"]

    def drawing(self) -> list[int]:
        """Return the cells whose last line draws a timeline."""
        return [i for i in self.code() if self.source(i).endswith("\nrun.timeline()")]

    def tests(self, exercise: str = "") -> list[int]:
        """Return the test cells: of one exercise, or all."""
        return [
            i
            for i, cell in enumerate(self.cells)
            if cell["metadata"].get("nbgrader", {}).get("grade")
            and cell["id"].startswith(f"{exercise}-" if exercise else "")
        ]

    def answer(self, exercise: str) -> int:
        """Return the answer cell of an exercise."""
        return next(i for i, cell in enumerate(self.cells) if cell["id"] == exercise)

    def source(self, index: int) -> str:
        """Return the text of a cell, as the file has it."""
        return "".join(self.cells[index]["source"])

    def test_name(self, index: int) -> str:
        """Return the name and the points of a test cell, as its tick shows them."""
        name, points = re.match(r'check\("(.+)", points=(\d+)\)', self.source(index)).groups()
        return f"{name} ({points} point{'' if points == '1' else 's'})"

    def shown(self, index: int) -> Any:
        """Return the element of a cell."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def prompt(self, index: int) -> str:
        """Return what stands to the left of a cell: `[7]:`, or `[*]:` while it runs."""
        return str(self.shown(index).locator(".jp-InputPrompt").inner_text()).strip()

    def output(self, index: int) -> str:
        """Return the text of what a cell put out."""
        return "\n".join(self.shown(index).locator(".jp-OutputArea-output").all_inner_texts())

    def pictures(self, index: int) -> list[dict[str, Any]]:
        """Return the width in pixels of each picture that a cell put out, and its text."""
        found = self.shown(index).locator(".jp-OutputArea-output img").evaluate_all(
            "images => images.map(each => ({width: each.naturalWidth, alt: each.alt}))"
        )
        return list(found)

    def wait_until_run(self, index: int) -> None:
        """Wait until a cell has its number."""
        number = self.shown(index).locator(".jp-InputPrompt", has_text=re.compile(r"\[\d+\]"))
        sync_api.expect(number).to_be_visible(timeout=60_000)

    def run_all(self) -> None:
        """Run > Run All Cells, and wait for the last one."""
        self.menu("Run", "Run All Cells")
        self.wait_until_run(self.code()[-1])

    def run(self, index: int) -> None:
        """Click into a cell, press Ctrl-Enter, and wait until it has run."""
        before = self.prompt(index)
        self.shown(index).locator(".cm-content").click(position={"x": 5, "y": 5})
        self.page.keyboard.press("Control+Enter")
        if before != "[ ]:":  # a second run has a number of its own
            sync_api.expect(
                self.shown(index).locator(".jp-InputPrompt", has_text=before)
            ).to_have_count(0)
        self.wait_until_run(index)

    def write(self, index: int, text: str) -> None:
        """Replace the text of a cell."""
        editor = self.shown(index).locator(".cm-content")
        editor.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def menu(self, *path: str) -> None:
        """Choose from JupyterLab's menus."""
        bar = self.page.locator(".lm-MenuBar-item", has_text=re.compile(f"^{path[0]}$"))
        bar.click()
        for depth, words in enumerate(path[1:]):
            label = self.page.locator(".lm-Menu").nth(depth).locator(".lm-Menu-itemLabel")
            label.filter(has_text=re.compile(f"^{words}$")).click()

    def keep_picture(self, name: str, index: int) -> None:
        """Leave a picture of the window, scrolled to a cell, if somebody asked for pictures."""
        if SCREENSHOTS:
            self.shown(index).scroll_into_view_if_needed()
            self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The course, opened in copies; the folder's name has a space and a letter beyond ASCII."""
    home = tmp_path_factory.mktemp("home")
    lab = Lab(home, home / "my wörk")
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def lesson(lab: Lab) -> Iterator[Lesson]:
    """The lesson, open in the browser with its kernel running; no cell has run."""
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(WATCH)
        page.goto(f"{lab.address}/lab/tree/{LESSON}.ipynb?token={lab.token}")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for()
        cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
        yield Lesson(page, cells)
        chromium.close()


def test_explore(lesson):
    lesson.run_all()
    import pdb
    print(lesson.page.evaluate("window.popUps.length"))
    for i in lesson.code():
        print(i, lesson.prompt(i), lesson.pictures(i))
        print(lesson.output(i)[:300])
