"""Attacks through a notebook's file, its metadata and its folder, on a class that is graded."""

import json
import logging
import os
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from small import LESSON, RIGHT, submission

from loopgrade.authoring.settings import read_settings, undisturbed
from loopgrade.classroom.batch import grade
from loopgrade.classroom.rows import Row
from loopgrade.classroom.states import State
from loopgrade.classroom.table import table
from loopgrade.examination import sandbox

LEVEL = sandbox.strongest()
WRONG = {
    **RIGHT,
    "fetch_all": "async def fetch_all(job, n):\n    return [await job(i) for i in range(n)]",
}

HandIn = Callable[..., Path]

SCRIPT = "<script>alert('{}')</script><img src=x onerror=alert('{}')>"


def with_scripts(notebook: Any) -> None:
    v4 = nbformat.v4
    script = SCRIPT.format("markdown", "markdown")
    raw = v4.new_raw_cell(SCRIPT.format("raw", "raw"))
    raw.metadata.update(format="text/html", raw_mimetype="text/html")
    html = v4.new_output("display_data", data={"text/html": SCRIPT.format("html", "html")})
    printed, raised = (SCRIPT.format(name, name) for name in ("out", "error"))
    code = v4.new_code_cell(
        f"print({printed!r})\nraise ValueError({raised!r})",
        outputs=[html],
        metadata={"tags": [f"'\"> {SCRIPT.format('tag', 'tag')}"]},
    )
    notebook.cells += [
        v4.new_markdown_cell(script),
        v4.new_markdown_cell(
            "[link](javascript:alert('link')) <a href='javascript:alert(1)'>x</a>"
        ),
        v4.new_markdown_cell("<svg onload=alert('svg')><style>body {display: none}</style>"),
        v4.new_markdown_cell("![picture](attachment:not_there.png)"),
        v4.new_markdown_cell("> " * 3000 + "deep"),
        raw,
        code,
    ]
    notebook.metadata["title"] = f"</title>{script}"
    notebook.metadata["language_info"] = {"name": script, "pygments_lexer": f'">{script}'}
    state = {"state": {"x": f"</script>{script}"}, "version_major": 2, "version_minor": 0}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": state}


def with_half_a_surrogate(notebook: Any) -> None:
    notebook.cells.append(nbformat.v4.new_markdown_cell("\ud800"))
    notebook.cells.append(
        nbformat.v4.new_code_cell("print('\\ud800'); raise ValueError('\\udc00')")
    )


def with_odd_metadata(notebook: Any) -> None:
    notebook.nbformat_minor = 99
    notebook.metadata["deep"] = "DEEP"
    notebook.metadata["nan"] = float("nan")
    notebook.metadata["looplab"] = {"isolation": "bubblewrap", "seeds": {}, "version": "9"}


def with_points_of_its_own(notebook: Any) -> None:
    told = {"schema_version": 3, "grade": True, "solution": True, "locked": False, "task": False}
    hundred = nbformat.v4.new_output("execute_result", data={"text/plain": "100"})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [hundred]
    for cell_type in ("markdown", "code"):
        for grade_id in (f"mine_{cell_type}", f"../../{cell_type}"):
            cell = getattr(nbformat.v4, f"new_{cell_type}_cell")("100")
            own = {**told, "points": 100, "grade_id": grade_id, "cell_type": cell_type}
            cell.metadata["nbgrader"] = own
            notebook.cells.append(cell)


def with_many_cells(notebook: Any) -> None:
    notebook.cells += [nbformat.v4.new_code_cell("1") for _ in range(400)]


def with_a_large_cell(notebook: Any) -> None:
    notebook.cells.append(nbformat.v4.new_code_cell(f"x = '{'x' * 10_000_000}'"))


CHANGES = [
    with_scripts,
    with_half_a_surrogate,
    with_odd_metadata,
    with_points_of_its_own,
    with_many_cells,
    with_a_large_cell,
]


def _name(folder: Path, name: bytes) -> None:
    os.close(os.open(os.fsencode(folder) + b"/" + name, os.O_CREAT | os.O_WRONLY))


def link_to_a_secret(folder: Path) -> None:
    (folder / "notes.txt").symlink_to(folder.parents[2] / "canary.txt")


def link_to_a_folder(folder: Path) -> None:
    (folder / "data").symlink_to(folder.parents[2])


def deep_link(folder: Path) -> None:
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "gradebook").symlink_to("/".join([".."] * 5 + ["gradebook.db"]))


def endless_link(folder: Path) -> None:
    (folder / "endless").symlink_to("/dev/zero")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def holes(folder: Path) -> None:
    """It takes nothing of the disk, until it is copied."""
    with (folder / "data.bin").open("wb") as file:
        file.truncate(2**40)


ODD_FOLDERS = [link_to_a_secret, link_to_a_folder, deep_link, endless_link, pipe]


def odd_names(folder: Path) -> None:
    for name in (
        b"\xff\xfe",
        b"\x1b[2J\x1b]0;title\x07",
        b"two\nlines",
        b"..\\..\\x",
        b"-rf",
        b"$(id)",
    ):
        _name(folder, name)
    for name in ("nbgrader_config.py", "looplab.py", "sitecustomize.py", "gradebook.db"):
        (folder / name).write_text("raise SystemExit('student code ran here')")
    (folder / "other.ipynb").write_text("not a notebook")


@pytest.fixture(scope="module")
def graded(
    built_course: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Row], list[Row]]:
    """One class with all of it, so that what harms others shows."""
    root = tmp_path_factory.mktemp("attacked") / "course"
    shutil.copytree(built_course, root)
    (root / "autograder" / "canary.txt").write_text("canary-42")
    (root / "autograder" / ".looplab_secret").write_text("canary-secret")

    def hand_in(student: str, change: Callable[[Any], None] | None = None, **answers: str) -> Path:
        notebook = nbformat.read(root / "notebooks" / f"{LESSON}.ipynb", as_version=4)
        for cell in notebook.cells:
            cell.source = answers.get(
                cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source
            )
        if change is not None:
            change(notebook)
        path = submission(root, student)
        path.parent.mkdir(parents=True)
        deep = '{"a":' * 300 + "1" + "}" * 300
        path.write_text(json.dumps(notebook).replace('"DEEP"', deep), encoding="utf-8")
        return path

    hand_in("first", **RIGHT)
    hand_in("zlast", **RIGHT)
    for change in CHANGES:
        hand_in(f"w_{change.__name__}", change, **WRONG)
    for spoil in (odd_names, holes, *ODD_FOLDERS):
        spoil(hand_in(f"f_{spoil.__name__}", **WRONG).parent)
    path = hand_in("u_named_oddly", **WRONG)
    path.unlink()
    odd_names(path.parent)
    hand_in("*", **WRONG)
    hand_in("two\nlines \x1b[2J", **WRONG)
    rows = grade(root, LESSON, level=LEVEL)
    return root, {row.student: row for row in rows}, rows


Class = tuple[Path, dict[str, Row], list[Row]]


def test_each_submission_gets_what_it_earned(graded: Class) -> None:
    _, by_name, rows = graded
    assert by_name["first"].points == by_name["zlast"].points == 4
    for change in (*CHANGES, odd_names):
        row = by_name.get(f"w_{change.__name__}") or by_name[f"f_{change.__name__}"]
        assert (row.status, row.points, row.of) == ("graded", 2, 4), row
    assert len(rows) == len(by_name) == len(CHANGES) + len(ODD_FOLDERS) + 7


def test_what_is_no_file_is_not_followed(graded: Class) -> None:
    root, by_name, _ = graded
    for spoil in ODD_FOLDERS:
        row = by_name[f"f_{spoil.__name__}"]
        assert (row.state, row.points) == (State.UNREADABLE, 0)
        assert "link" in row.why
    outside = [*root.rglob("autograded/**/*"), *root.rglob("feedback/**/*")]
    for path in outside:
        assert not path.is_symlink()
        assert path.is_dir() or b"canary" not in path.read_bytes(), path


def test_what_grows_when_it_is_copied_is_not(graded: Class) -> None:
    root, by_name, _ = graded
    row = by_name["f_holes"]
    assert (row.state, row.points) == (State.UNREADABLE, 0)
    assert "more than 100 MiB; ask for it alone" in row.why
    assert not list(root.rglob("autograded/**/data.bin"))


def test_names_do_not_reach_the_terminal(graded: Class) -> None:
    _, _, rows = graded
    text = table(rows)
    assert all(line.isprintable() for line in text.split(os.linesep))
    assert len(text.split(os.linesep)) == len(rows) + 2
    text.encode()


def test_no_script_runs_in_the_browser_of_a_teacher(graded: Class) -> None:
    root, _, _ = graded
    settings = read_settings(root / "autograder")
    student = f"w_{with_scripts.__name__}"
    with undisturbed():
        log = logging.Logger("nbgrader")
        log.addHandler(logging.NullHandler())
        folder = CourseDirectory(config=settings.config, log=log, root=settings.root)
        api = NbGraderAPI(folder, config=settings.config, log=log)
        told = api.generate_feedback(LESSON, student)
        assert told["success"], told
        feedback = Path(settings.root, "feedback", student, LESSON, f"{LESSON}.html")
        pages = [feedback.read_text(encoding="utf-8")]
    pages.append(formgrader_page(settings, student))
    for page in pages:
        for name in ("markdown", "raw", "html", "out", "error", "tag"):
            assert f"<script>alert('{name}" not in page
            assert not any("onerror" in tag for tag in page.split("<img")[1:] if name in tag[:60])
        assert 'href="javascript:' not in page
        assert "<svg onload" not in page
        assert "body {display: none}</style>" not in page


def formgrader_page(settings: Any, student: str) -> str:
    """Return a submission as formgrader shows it."""
    from nbgrader.server_extensions.formgrader import handlers

    config = settings.config.copy()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    file = Path(settings.root, "autograded", student, LESSON, f"{LESSON}.ipynb")
    names = "assignment_id notebook_id submission_id base_url student last_name first_name"
    resources = dict.fromkeys([*names.split(), "notebook_path"], "x")
    resources.update(index=0, total=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the notebook says odd things of its language
        html, _ = HTMLExporter(config=config).from_filename(str(file), resources=resources)
    return str(html)
