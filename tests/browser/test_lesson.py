"""A student opens a lesson in JupyterLab, in a real browser, and works through it."""

import contextlib
import json
import re
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from in_jupyterlab import (
    CHROMIUM,
    QUIET,
    ROOT,
    SCREENSHOTS,
    WATCH,
    Lab,
    Lesson,
    sync_api,
    write_json,
)

FIRST = "00_start_here"
LESSON = "02_yield_and_send"
ANSWERS = ROOT / "autograder" / "answers" / LESSON
NOTEBOOK = ROOT / "notebooks" / f"{LESSON}.ipynb"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


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
        # What is turned off is not even loaded.
        told = json.loads(page.locator("#jupyter-config-data").inner_text())
        loaded = {each["name"] for each in told["federated_extensions"]}
        assert loaded and loaded.isdisjoint(told["disabledExtensions"])
        assert "@jupyter/nbgrader" in told["disabledExtensions"]
        if SCREENSHOTS:
            page.screenshot(path=Path(SCREENSHOTS) / "first lesson.png")
        chromium.close()


def test_the_first_kernel_begins_before_any_page_is_open(tmp_path: Path) -> None:
    with contextlib.closing(Lab(tmp_path, tmp_path / "mine")) as lab:
        assert f"/lab/tree/{FIRST}" in lab.first
        address = f"{lab.address}/api/sessions?token={lab.token}"
        begun, deadline = [], time.monotonic() + 30
        while not begun and time.monotonic() < deadline:
            with urllib.request.urlopen(address, timeout=10) as told:
                begun = json.load(told)
            time.sleep(0.2)
        assert [each["path"] for each in begun] == [f"{FIRST}.ipynb"]


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


def test_a_prediction_is_compared_below_the_program(lesson: Lesson) -> None:
    place = lesson.predictions()[0]
    assert lesson.output(place).startswith("Not predicted yet: write A, B, C or D between")
    lesson.write(place, lesson.sources[place].replace('""', '"B"', 1))
    lesson.run(place, place + 1)
    assert lesson.output(place).startswith("You say B: 5 5 5 and 5 4 3; countdown begins comes")
    told = "It was A: 5 5 5 and 5 4 3; main has a generator comes first. Below it says why."
    assert told in lesson.output(place + 1)
    lesson.keep_picture("predicted", place + 1)


def test_a_right_answer_gets_its_ticks(lesson: Lesson) -> None:
    tests = lesson.tests("round_robin-")
    text, _ = bank("round_robin/right/list_and_finally.py")
    lesson.write(lesson.answer("round_robin"), text)
    lesson.run(lesson.answer("round_robin"), *tests)
    *ticks, last = [lesson.output(index) for index in tests]
    assert ticks == [lesson.tick(index) for index in tests[:-1]]
    total = (
        "round_robin: ✓ 5/5 points. Next: producer_consumer. "
        'looplab.solution("round_robin") shows a solution, beside yours.'
    )
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


def test_check_all_judges_what_ran_by_all_tests(lesson: Lesson) -> None:
    index = lesson.code[-1]
    assert lesson.output(index) == "No exercise is begun yet: there is nothing to judge."
    lesson.run(index)
    table = lesson.shown(index).locator("table")
    row = table.locator("tr", has_text="round_robin").inner_text()
    assert row.split("\t") == ["round_robin", "✓ 5/5", "✓ 5/5"]
    assert "not begun" in table.locator("tr", has_text="running_mean").inner_text()
    assert "is not saved yet" in lesson.output(index)
    lesson.keep_picture("light, check all", index)


def test_one_press_of_stop_ends_check_all(lesson: Lesson) -> None:
    index = lesson.code[-1]
    lesson.start(index)
    lesson.page.locator(".jp-StatusBar-Widget", has_text="Busy").wait_for()
    lesson.page.get_by_title("Interrupt the kernel").click()
    lesson.page.locator(".jp-StatusBar-Widget", has_text="Idle").wait_for(timeout=5_000)
    assert lesson.output(index) == "■ check_all: stopped before it was judged"


def test_with_the_points_a_solution_is_shown_beside_ones_own(lesson: Lesson) -> None:
    index = lesson.add('from looplab import solution\n\nsolution("round_robin")')
    lesson.run(index)
    shown = lesson.shown(index)
    assert "A solution of round_robin:" in shown.inner_text()
    assert "The inner loop goes over a copy of the list" in shown.inner_text()  # why
    assert shown.locator("summary", has_text="Another way: ").count() >= 2
    assert len(lesson.pictures(index)) == 1
    assert "yours" in shown.locator("svg[role=img]").inner_html()
    lesson.keep_picture("light, solution", index)
    lesson.write(index, 'solution("running_mean")')
    lesson.run(index)
    assert lesson.output(index).startswith("Not yet: a check has judged 0 answers of yours here.")


def test_an_exercise_begins_again_in_its_own_cell(lesson: Lesson) -> None:
    answer = lesson.answer("round_robin")
    text, _ = bank("round_robin/right/list_and_finally.py")
    lesson.write(answer, f"import looplab; looplab.reset()\n{text}")
    lesson.run(answer)
    editor = lesson.shown(answer).locator(".cm-content")
    sync_api.expect(editor).to_contain_text("raise NotImplementedError")
    assert "looplab.reset" not in editor.inner_text()
    assert "round_robin begins again." in lesson.output(answer)
    lesson.keep_picture("light, begun again", answer)


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
    told = "still running after 5 s: neither `break` nor `return` leaves this loop"
    assert told in " ".join(lesson.output(tests[0]).split())
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
