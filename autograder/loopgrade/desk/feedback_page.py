"""What one student gets back: one page that runs nothing, loads nothing, and shows what happened.

Every text of the student's is escaped, or cleaned by `harmless_html`. Should something slip through
all the same, the page's own policy forbids the browser to run or to load it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

from nbgrader import utils

from loopgrade.desk.judged import Judged, Outcome
from loopgrade.desk.page import COLOURS, END, head_of
from loopgrade.steps.markdown import harmless_html
from loopgrade.steps.outputs import FLAG
from looplab.pictures.describing import describe
from looplab.pictures.plan import Fault
from looplab.pictures.timeline import draw
from looplab.pictures.web import dark_colours
from looplab.runs.run import Run
from looplab.runs.wire import WireError

MAX_BYTES = 150_000
"""Of a page; what of the lesson is more is left out."""

MAX_PICTURES = 80_000
"""Characters of all pictures of a page; tests that are lost further down have words alone."""

MAX_OUTPUT = 2_000
"""Characters of what one cell showed."""

STYLE = f"""
{COLOURS}
body {{ color: var(--ink); background: var(--paper); font: 1rem/1.5 system-ui, sans-serif;
  margin: 2rem auto; max-width: 60rem; padding: 0 1rem; overflow-wrap: anywhere }}
h1, h2 {{ line-height: 1.2 }}
h2 {{ border-bottom: 1px solid var(--line); display: flex; justify-content: space-between }}
a {{ color: var(--link) }}
ul.tests {{ list-style: none; padding: 0 }}
ul.tests > li {{ margin: .8rem 0 }}
.test {{ display: flex; gap: .6rem; margin: 0 }}
.test .points {{ margin-left: auto; white-space: nowrap }}
.mark {{ font-weight: bold }}
.beside {{ font-size: .9rem; margin: 0 0 0 1.4rem }}
.full .mark {{ color: var(--good) }}
.lost .mark {{ color: var(--bad) }}
.lost .name {{ font-weight: bold }}
dl {{ display: grid; gap: .1rem 1rem; grid-template-columns: 6rem 1fr;
  margin: .3rem 0 .6rem 1.4rem }}
dd {{ margin: 0 }}
pre, code {{ background: var(--soft); font: .9rem/1.4 ui-monospace, monospace }}
pre, dd code {{ white-space: pre-wrap }}
pre {{ margin: .5rem 0; padding: .5rem }}
figure {{ margin: .5rem 0 }}
.wide {{ overflow-x: auto }}
.comment {{ border-left: .3rem solid var(--link); padding-left: .8rem; white-space: pre-wrap }}
.lesson {{ margin-top: 3rem }}
.lesson img {{ max-width: 100% }}
table {{ border-collapse: collapse }}
th, td {{ border: 1px solid var(--line); padding: .2rem .5rem; text-align: left }}
@media screen and (prefers-color-scheme: dark) {{ .looplab-timeline {{ {dark_colours()} }} }}
@media print {{ body {{ margin: 0; max-width: none }} .tests li, figure {{ break-inside: avoid }} }}
"""


@dataclass(frozen=True)
class Feedback:
    """What a page is about.

    Attributes:
        lesson: its name.
        student: the name, or where nobody knows it the id.
        exercises: what came of each.
        penalty: the points that it loses for being late.
        late: by how many seconds.
        cells: of the notebook, as it was graded.
    """

    lesson: str
    student: str
    exercises: Sequence[Judged]
    penalty: float = 0.0
    late: float = 0.0
    cells: Sequence[Any] = ()

    @property
    def of(self) -> float:
        """What could be earned."""
        return sum(each.of for each in self.exercises)

    @property
    def points(self) -> float:
        """What counts in the end."""
        return max(0.0, sum(each.points for each in self.exercises) - self.penalty)


def feedback_page(told: Feedback) -> str:
    """Return the page.

    Args:
        told: what it is about.
    """
    parts = [head_of(f"{told.lesson}: feedback for {told.student}", STYLE), *_summary(told)]
    pictures = _Pictures()
    for exercise in told.exercises:
        parts += _exercise(exercise, pictures)
    left = MAX_BYTES - len("".join(parts).encode()) - 1_000
    parts += _lesson(told, left)
    return "".join([*parts, END])


def _summary(told: Feedback) -> Iterator[str]:
    yield f"<h1>{escape(told.lesson)}</h1>\n<p>{escape(told.student)}</p>\n"
    yield f"<p><strong>{told.points:g} of {told.of:g} points</strong>"
    if told.penalty:
        yield f", after {told.penalty:g} for being {told.late / 3600:.0f} hours late"
    yield "</p>\n"


# The first screen


class _Pictures:
    """The pictures of a page: each is shown once, and all together are not too large."""

    def __init__(self) -> None:
        self._shown: set[str] = set()
        self._left = MAX_PICTURES

    def figure(self, test: Outcome) -> str:
        """Return what a test's program did as a picture with words; empty where nobody knows."""
        if not test.run or test.run in self._shown:
            return ""
        line = _line(test)
        drawn = drawing(test.run, line, test.reference)
        if drawn is not None and test.reference and len(drawn[0]) > self._left:
            drawn = drawing(test.run, line)
        if drawn is None:
            return ""
        self._shown.add(test.run)
        svg, words = drawn
        told = f"<details><summary>In words</summary><pre>{escape(words)}</pre></details>"
        if len(svg) > self._left:
            return f"<figure>{told}</figure>\n"
        self._left -= len(svg)
        own = _with_own_ids(svg, f"p{len(self._shown)}-")
        return (
            '<figure class="looplab-timeline"><div class="wide" tabindex="0" role="group" '
            f'aria-label="Timeline of {escape(test.name)}">{own}</div>{told}</figure>\n'
        )


@lru_cache(maxsize=512)
def drawing(run: str, line: int | None, reference: str = "") -> tuple[str, str] | None:
    """Return a run as SVG and in words; a class makes the same mistakes, so each is drawn once.

    Args:
        run: as JSON.
        line: of the program, where it goes wrong; None where it is not known.
        reference: what is drawn below it, on the same scale; empty for nothing.

    Returns:
        None where an older looplab wrote it.
    """
    try:
        told = [Run.from_json(json.loads(each)) for each in (run, reference) if each]
    except WireError:
        return None
    names, fault = ("yours", "a right answer"), Fault(line)
    if len(told) == 1:
        return draw(told[0], fault=fault).svg(), describe(told[0])
    words = (f"{name}: {describe(each)}" for name, each in zip(names, told, strict=True))
    return draw(*told, names=names, fault=fault).svg(), "\n\n".join(words)


def _line(test: Outcome) -> int | None:
    """Return the line of the answer that is quoted, which is where it goes wrong."""
    labels = (label.removeprefix("line ") for label, _ in test.said if label.startswith("line "))
    return next((int(label) for label in labels if label.isdecimal()), None)


def _with_own_ids(svg: str, prefix: str) -> str:
    """Return a picture whose ids no other picture of the page has."""
    ids = "|".join(map(re.escape, re.findall(r' id="([^"]+)"', svg)))
    if not ids:
        return svg
    return re.sub(rf'( id="|url\(#|href="#)({ids})(?=["\)])', rf"\g<1>{prefix}\g<2>", svg)


def _exercise(told: Judged, pictures: _Pictures) -> Iterator[str]:
    yield (
        f"<section>\n<h2><span>{escape(told.exercise)}</span> "
        f"<span>{told.points:g} of {told.of:g}</span></h2>\n"
    )
    for text in told.comments:
        yield f'<p>Your teacher writes:</p>\n<p class="comment">{escape(text)}</p>\n'
    yield '<ul class="tests">\n'
    for test in told.tests:
        yield from _test(test, pictures)
    yield "</ul>\n</section>\n"


def _test(test: Outcome, pictures: _Pictures) -> Iterator[str]:
    kind, mark = ("full", "✓") if test.full else ("lost", "✗")
    hand = ", given by hand" if test.by_hand else ""
    yield (
        f'<li class="{kind}"><p class="test"><span class="mark">{mark}</span> '
        f'<span class="name">{escape(test.name)}</span> '
        f'<span class="points">{test.points:g} of {test.of:g}{hand}</span></p>\n'
    )
    if test.beside:
        yield '<p class="beside">run beside your code, as nbgrader does: a weaker promise</p>\n'
    if test.said:
        rows = (
            f"<dt>{escape(label)}</dt><dd>{_part(label, text)}</dd>" for label, text in test.said
        )
        yield f"<dl>{''.join(rows)}</dl>\n"
    yield pictures.figure(test)
    yield "</li>\n"


def _part(label: str, text: str) -> str:
    if label.startswith("line "):
        return f"<code>{escape(text)}</code>"
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


# The lesson, folded


def _lesson(told: Feedback, left: int) -> Iterator[str]:
    yield '<details class="lesson"><summary>The lesson, as you handed it in</summary>\n'
    level = 1
    for cell in told.cells:
        if utils.is_grade(cell) and not utils.is_solution(cell):
            continue  # a test; the student has its text, and not that of its hidden part
        if cell.cell_type == "markdown":
            shown, level = _under(_html_of(cell.source), level)
        else:
            shown = "".join(_code(cell))
        left -= len(shown.encode())
        if left < 0:
            yield "<p>The rest is left out here; it is in your own notebook.</p>\n"
            break
        yield shown
    yield "</details>\n"


@lru_cache(maxsize=2048)
def _html_of(markdown: str) -> str:
    """Return a cell of Markdown as HTML; most cells are the lesson's, which all students have."""
    # nbconvert's link to a heading leads nowhere: no id of a student's is on the page.
    shown = re.sub(r'<a href="#[^"]*">(?:¶|&#182;)</a>', "", harmless_html(markdown))
    shown = re.sub(r'<img(?![^<>]* alt=")', '<img alt=""', shown)
    return shown.replace("<th></th>", "<td></td>")  # a heading of nothing names nothing


def _under(shown: str, level: int) -> tuple[str, int]:
    """Return HTML whose headings stand below the page's own and leave none out, and the last level.

    Args:
        shown: of `harmless_html`, so each `<` is a tag's.
        level: of the heading before.
    """

    def moved(found: re.Match[str]) -> str:
        nonlocal level
        if not found[1]:
            level = min(int(found[2]) + 1, level + 1, 6)
        return f"<{found[1]}h{level}>"

    return re.sub(r"<(/?)h([1-6])>", moved, shown), level


def _code(cell: Any) -> Iterator[str]:
    if cell.source.strip():
        yield f"<pre><code>{escape(cell.source)}</code></pre>\n"
    for output in cell.get("outputs", []):
        if (text := _text_of(output)) and not output.get("metadata", {}).get(FLAG):
            more = "\n…" * (len(text) > MAX_OUTPUT)
            yield f"<pre>{escape(text[:MAX_OUTPUT])}{more}</pre>\n"


def _text_of(output: Any) -> str:
    """Return what a cell showed, in words: of a run too, whose JSON is for programs."""
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return str(output.get("data", {}).get("text/plain", ""))
