"""Every lesson, solved and run in JupyterLab: whoever cannot see it well misses nothing of ours.

axe-core reads what the lessons and `looplab` put into the page, light and dark, wide and narrow.
What is JupyterLab's own, its menus and the editors of its cells, is not ours to mend. Two lessons
are opened; `pytest --every-lesson tests/browser/test_every_lesson.py` opens all, in some minutes.
"""

import json
import re
from collections.abc import Iterator

import pytest
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

pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")


pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The course, with the solutions."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "solved"
    folder.mkdir()
    for name in LESSONS:
        (folder / f"{name}.ipynb").write_text(json.dumps(solved(name)), encoding="utf-8")
    lab = Lab(home, folder)
    yield lab
    lab.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Open the first lesson and the largest; with `--every-lesson` all of them."""
    every = metafunc.config.getoption("--every-lesson")
    metafunc.parametrize("name", LESSONS if every else [LESSONS[0], LESSONS[-1]])


def test_nothing_of_ours_keeps_anybody_out(lab: Lab, name: str) -> None:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = chromium.new_page(viewport={"width": WIDTHS[0], "height": 900})
        page.set_default_timeout(240_000)
        # In a workspace of its own: what is open in one is opened again.
        page.goto(f"{lab.address}/lab/workspaces/{name}/tree/{name}.ipynb?token={lab.token}")
        page.locator(".jp-StatusBar-Widget", has_text=re.compile(r"Python 3.* \| Idle")).wait_for()
        lesson = Lesson(page, solved(name)["cells"])
        lesson.menu("Run", "Run All Cells")
        last = lesson.shown(lesson.code[-1]).locator(".jp-InputPrompt")
        sync_api.expect(last).to_have_text(f"[{len(lesson.code)}]:", timeout=240_000)
        graded = [test for test in lesson.tests() if "nbgrader" in lesson.cells[test]["metadata"]]
        lost = [lesson.output(test) for test in graded if "✓" not in lesson.output(test)]
        assert lost == []
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        looks = [(theme, width) for theme in THEMES for width in WIDTHS]
        assert [each for look in looks for each in violations(lesson, *look)] == []
        chromium.close()
