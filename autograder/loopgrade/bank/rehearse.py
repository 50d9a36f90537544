"""The whole course, run from its first cell to its last: a dress rehearsal.

Each lesson runs in two kernels, as a student runs it: once with the reference solutions, hidden
tests included, which must earn every point; and once as it is handed out, which must earn none.
The pictures that the first run draws make a gallery: all timelines of the course on one page, with
their words beside them, and what the demonstrations print, so that a change of what students see
shows as a difference of text.
"""

from __future__ import annotations

import asyncio
import html
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbclient
import nbformat

from loopgrade.authoring.build import Built, build
from loopgrade.bank.demo import copy_course

SECONDS = 60
"""Of real time that one cell may take."""

GALLERY_WIDTH = 820
"""Pixels."""

_TIMELINE = re.compile(r'<svg [^>]*aria-label="(?P<alt>Timeline: [^"]*)".*?</svg>', re.DOTALL)

REAL_TIME = re.compile(r"^%%timeline|clock=.real.", re.MULTILINE)
"""In the source of a cell whose picture differs from run to run."""

VARIES = "varies"
"""The tag of a cell that prints something else on another machine or another Python."""

THREAD = " (thread of "
"""In the words of a picture with threads: when one of them wakes a task depends on the machine."""


@dataclass(frozen=True)
class Picture:
    """A timeline that a lesson draws.

    Attributes:
        heading: of the part of the lesson in which it stands.
        svg: the picture.
        words: the same in words.
        alt: its title, in one line.
        is_real: whether it shows real time or threads, and so differs from run to run.
    """

    heading: str
    svg: str
    words: str
    alt: str
    is_real: bool


@dataclass(frozen=True)
class Rehearsed:
    """How a lesson ran.

    Attributes:
        lesson: its name.
        title: its heading.
        points: what the reference solutions earned.
        of: what can be earned.
        stub_points: what the lesson earned as it is handed out.
        problems: what went wrong: cells that failed and should not, or did not and should.
        pictures: the timelines, in order.
        printed: what the demonstrations print, as `printed_by` tells it.
    """

    lesson: str
    title: str
    points: float
    of: float
    stub_points: float
    problems: tuple[str, ...]
    pictures: tuple[Picture, ...]
    printed: str

    @property
    def ok(self) -> bool:
        """Whether all is as it must be."""
        return self.points == self.of > 0 == self.stub_points and not self.problems

    def __str__(self) -> str:
        told = f"{self.lesson}: {self.points:g} of {self.of:g} points with the reference solutions"
        told += f", {self.stub_points:g} with the stubs; {len(self.pictures)} pictures"
        return "\n".join([told, *(f"  ✗ {problem}" for problem in self.problems)])


def rehearse(
    course: Path,
    lessons: Sequence[str] | None = None,
    *,
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> list[Rehearsed]:
    """Run lessons in kernels, as many at once as there are processors.

    Args:
        course: the folder that holds `autograder/`; nothing is written there.
        lessons: names such as `08_many_at_once`; left out, all.
        progress: told how many notebooks have run, of how many, and which.

    Returns:
        One for each lesson, in the order of their names.

    Raises:
        LessonError: a lesson breaks a rule.
    """
    with tempfile.TemporaryDirectory(prefix="looplab-rehearsal-") as folder:
        root = Path(folder) / "course"
        copy_course(course, root)
        built = build(root, lessons)
        return asyncio.run(_rehearse_all(built, Path(folder), progress))


async def _rehearse_all(
    built: Sequence[Built], folder: Path, progress: Callable[[int, int, str], None]
) -> list[Rehearsed]:
    room = asyncio.Semaphore(os.cpu_count() or 1)
    done = 0

    async def run(path: Path) -> Any:
        nonlocal done
        async with room:
            notebook = await _executed(path, folder)
        done += 1
        progress(done, 2 * len(built), path.stem)
        return notebook

    async def rehearsal(each: Built) -> Rehearsed:
        async with asyncio.TaskGroup() as both:
            right = both.create_task(run(each.source))
            stub = both.create_task(run(each.release))
        return _judged(each.lesson.name, right.result(), stub.result())

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(rehearsal(each)) for each in built]
    return [task.result() for task in tasks]


async def _executed(path: Path, folder: Path) -> Any:
    """Return the notebook, run to its end whatever fails."""
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        timeout=SECONDS,
        allow_errors=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    # A kernel sees this process's packages, whether they are installed or on a path.
    found = os.pathsep.join(each for each in sys.path if each)
    await client.async_execute(env={**os.environ, "PYTHONPATH": found})
    return notebook


def _judged(name: str, right: Any, stub: Any) -> Rehearsed:
    tests = [cell for cell in right.cells if _points(cell)]
    titles = [cell.source for cell in right.cells if cell.cell_type == "markdown"]
    return Rehearsed(
        lesson=name,
        title=titles[0].partition("\n")[0].lstrip("# ") if titles else name,
        points=sum(_points(cell) for cell in tests if not _error(cell)),
        of=sum(_points(cell) for cell in tests),
        stub_points=sum(_points(cell) for cell in stub.cells if not _error(cell)),
        problems=tuple(_problems(right)),
        pictures=tuple(pictures_of(right)),
        printed=printed_by(right),
    )


def _points(cell: Any) -> float:
    told = cell.metadata.get("nbgrader", {})
    return float(told["points"]) if told.get("grade") else 0.0


def _error(cell: Any) -> str:
    """Return why a cell failed; nothing where it did not."""
    for output in cell.get("outputs", ()):
        if output.output_type == "error":
            told = f"{output.ename}: {output.evalue}"
            return "\n".join(output.traceback) if _points(cell) else told
    return ""


def _problems(notebook: Any) -> Iterator[str]:
    for number, cell in enumerate(notebook.cells):
        # A check is tagged as well: as it is handed out, it fails.
        meant = "raises-exception" in cell.metadata.get("tags", ()) and not _points(cell)
        first = cell.source.partition("\n")[0][:60]
        if cell.cell_type == "code" and bool(_error(cell)) is not meant:
            what = f"fails: {_error(cell)}" if _error(cell) else "is meant to fail and does not"
            yield f"cell {number} ({first}) {what}"


def pictures_of(notebook: Any) -> Iterator[Picture]:
    """Yield the timelines that an executed notebook shows."""
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = ([heading, *re.findall(r"^#+ (.+)$", cell.source, re.MULTILINE)])[-1]
            continue
        for output in cell.outputs:
            page = output.get("data", {}).get("text/html", "")
            if picture := _TIMELINE.search(page):
                yield Picture(
                    heading=heading,
                    svg=picture[0],
                    words=output.data["text/plain"],
                    alt=html.unescape(picture["alt"]),
                    is_real=bool(
                        REAL_TIME.search(cell.source) or THREAD in output.data["text/plain"]
                    ),
                )


def printed_by(notebook: Any) -> str:
    """Return what the demonstrations of an executed notebook print, each under its heading.

    What is shown of real time, and cells with the tag `varies`, are left out.
    """
    told, heading = [], ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = ([heading, *re.findall(r"^#+ (.+)$", cell.source, re.MULTILINE)])[-1]
            continue
        if "nbgrader" in cell.metadata or REAL_TIME.search(cell.source):
            continue
        printed = "".join(each.text for each in cell.outputs if each.get("name") == "stdout")
        if printed and VARIES not in cell.metadata.get("tags", ()):
            lines = [line.rstrip() for line in printed.splitlines()]
            told.append("\n".join([f"== {heading}", *lines, ""]))
    return "\n".join(told)


# The gallery


def write_gallery(rehearsed: Sequence[Rehearsed], docs: Path) -> Path:
    """Write a page with all pictures; those of lessons that were not rehearsed stay.

    Args:
        rehearsed: what to show.
        docs: the folder for `gallery.md`, and for `gallery/` with the pictures and their words.

    Returns:
        The page.
    """
    folder = docs / "gallery"
    for each in rehearsed:
        shutil.rmtree(folder / each.lesson, ignore_errors=True)
        (folder / each.lesson).mkdir(parents=True)
        for number, picture in enumerate(each.pictures, 1):
            (folder / each.lesson / f"{number:02}.svg").write_text(
                _alone(picture.svg), encoding="utf-8"
            )
        (folder / each.lesson / "words.txt").write_text(words_of(each.pictures), encoding="utf-8")
        (folder / each.lesson / "printed.txt").write_text(each.printed, encoding="utf-8")
        section = [f"## {each.title}\n"]
        for number, picture in enumerate(each.pictures, 1):
            alt = re.sub(r"([\[\]])", r"\\\1", picture.alt)
            section.append(f"*{picture.heading}*\n")
            section.append(f"![{alt}](gallery/{each.lesson}/{number:02}.svg)\n")
        (folder / each.lesson / "page.md").write_text("\n".join(section), encoding="utf-8")
    page = docs / "gallery.md"
    sections = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*/page.md"))]
    page.write_text("\n".join([_HEAD, *sections]), encoding="utf-8")
    return page


_HEAD = """\
# Gallery

Every timeline that the lessons draw, in their order. `looplab rehearse --gallery docs` makes this
page: it runs the whole course, and writes beside the pictures what they say in words.
"""


def words_of(pictures: Sequence[Picture]) -> str:
    """Return what pictures say in words; of real time, which differs each time, only that."""
    return "\n".join(
        f"{number:02} {picture.heading}\n"
        + ("(in real time)\n" if picture.is_real else f"{picture.words}\n")
        for number, picture in enumerate(pictures, 1)
    )


def _alone(svg: str) -> str:
    """Return a picture of a page as a file of its own, which has a width."""
    return re.sub(
        'style="width:[^;"]*;[^"]*?(?=stroke)', f'width="{GALLERY_WIDTH}" style="', svg, count=1
    )
