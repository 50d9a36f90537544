"""Leave a picture of every lesson as a browser shows it: python tests/browser/tour.py FOLDER.

Each notebook is opened in JupyterLab, run from top to bottom, and kept as a long picture: light,
or dark with --dark. For people who want to look at what a change has done to the whole course.
"""

import argparse
import json
import re
import sys
import tempfile
from pathlib import Path

from playwright import sync_api

sys.path.insert(0, str(Path(__file__).parents[1]))

from in_jupyterlab import CHROMIUM, QUIET, ROOT, Lab, write_json  # in the folder above

MINUTES = 3
"""The most that one lesson may take."""


def main() -> None:
    """Visit each lesson."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="for the pictures")
    parser.add_argument("lessons", nargs="*", help="all, where none is named")
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    lessons = options.lessons or sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    with tempfile.TemporaryDirectory() as folder, sync_api.sync_playwright() as playwright:
        home = Path(folder)
        if options.dark:
            settings = home / ".jupyter" / "lab" / "user-settings" / "@jupyterlab"
            write_json(
                settings / "apputils-extension" / "themes.jupyterlab-settings",
                {"theme": "JupyterLab Dark"},
            )
        lab = Lab(home, home / "lessons")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            for lesson in lessons:
                path = options.folder / f"{lesson}-{'dark' if options.dark else 'light'}.png"
                visit(chromium, lab, lesson, path)
                print(path, flush=True)
        finally:
            chromium.close()
            lab.close()


def visit(chromium: sync_api.Browser, lab: Lab, lesson: str, path: Path) -> None:
    """Run a lesson in a page of its own, and keep a picture of all of it."""
    notebook = json.loads((ROOT / "notebooks" / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    cells = sum(cell["cell_type"] == "code" for cell in notebook["cells"])
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(MINUTES * 60_000)
    page.goto(f"{lab.address}/lab/tree/{lesson}.ipynb?token={lab.token}&reset")
    page.locator(".jp-StatusBar-Widget", has_text=re.compile(r"Python 3.* \| Idle")).wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    last = page.locator(".jp-CodeCell .jp-InputPrompt").nth(cells - 1)
    sync_api.expect(last).to_have_text(f"[{cells}]:", timeout=MINUTES * 60_000)
    # As high as the notebook is, so that one picture holds all of it.
    height = page.locator(".jp-WindowedPanel-inner").first.evaluate("each => each.scrollHeight")
    page.set_viewport_size({"width": 1280, "height": int(height) + 200})
    page.locator(".jp-WindowedPanel-outer").first.evaluate("each => { each.scrollTop = 0 }")
    page.wait_for_timeout(500)
    page.screenshot(path=path)
    page.close()


if __name__ == "__main__":
    main()
