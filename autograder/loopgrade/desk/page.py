"""The pages for teachers: no script, nothing from elsewhere, and every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from loopgrade.classroom.rows import Row
from loopgrade.desk.alike import Alike
from loopgrade.desk.record import Line, Record

COLOURS = """
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #ffffff; --soft: #f0f0f4;
  --line: #767680; --good: #14663a; --bad: #a3211a; --link: #0b4f9e }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #f0f0f0; --paper: #16161a;
  --soft: #26262c; --line: #9a9aa6; --good: #7fd6a4; --bad: #ff9d94; --link: #8ab8ff } }
@media print { :root { color-scheme: light } }
"""
"""What every page of the desk is coloured with; each pair has a contrast of 4.5 or more."""

STYLE = (
    COLOURS
    + """
body { color: var(--ink); background: var(--paper); font: 1rem/1.5 system-ui, sans-serif;
  margin: 2rem auto; max-width: 75rem; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0; width: 100% }
caption { font-weight: bold; padding: .3rem 0; text-align: left }
a { color: var(--link) }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left;
  vertical-align: top }
thead th { background: var(--soft) }
td.n { text-align: right; white-space: nowrap }
pre { background: var(--soft); margin: 0; overflow-x: auto; padding: .5rem;
  white-space: pre-wrap; overflow-wrap: anywhere }
.pair { display: grid; gap: 1rem; grid-template-columns: 1fr 1fr }
@media print { body { margin: 0; max-width: none } }
"""
)


POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
"""A Content-Security-Policy: nothing runs, and nothing comes from elsewhere."""

BESIDE = " (run beside the student's code: a weaker promise)"
"""Behind a test that the examiner has not judged."""

END = "</main>\n</body>\n</html>\n"
"""Of every page."""


def head_of(title: str, style: str) -> str:
    """Return the beginning of a page, up to its first heading.

    Args:
        title: of the page.
        style: its CSS.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
    )


def page(records: Iterable[Record]) -> Iterator[str]:
    """Yield the page, lesson after lesson.

    Args:
        records: of the lessons.
    """
    yield head_of("LoopLab: report", STYLE)
    yield "<h1>Report</h1>\n"
    yield "<p>For teachers: it names hidden tests, and what happened in them.</p>\n"
    for record in records:
        yield from _section(record)
    yield END


def feedback_index(
    lesson: str, rows: Iterable[Row], names: Mapping[str, str], pages: Mapping[str, Sequence[Path]]
) -> str:
    """Return a list of a class's pages of feedback, for teachers.

    Args:
        lesson: its name.
        rows: what each student has.
        names: of the students, by id.
        pages: of each student, by id; the list lies beside the students' folders.
    """
    table = _table(
        "Who gets a page",
        ("student", "name", "state", "points", "of", "page"),
        (
            [
                row.student,
                names.get(row.student, ""),
                _state(row),
                _number(row.final),
                _number(row.of),
                _links(row.student, lesson, pages.get(row.student, ())),
            ]
            for row in rows
        ),
    )
    head = head_of(f"{lesson}: feedback", STYLE)
    return f"{head}<h1>{escape(lesson)}: feedback</h1>\n{table}{END}"


def _section(record: Record) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(record.lesson)}</h2>\n"
    yield "<h3>What the class has not understood</h3>\n"
    yield _table(
        "How many failed each test",
        ("test", "failed", "of"),
        ([each.test, _number(each.failed), _number(each.of)] for each in record.failures),
    )
    yield _table(
        "What went wrong in the same way; a name is that of an answer in the bank",
        ("exercise", "students", "mistake", "tests", "what happened", "who"),
        (
            [
                each.exercise,
                _number(len(each.students)),
                ", ".join(each.named if each.sure else [f"like {name}" for name in each.named]),
                ", ".join(each.tests),
                each.said,
                ", ".join(each.students),
            ]
            for each in record.mistakes
        ),
    )
    yield "<h3>Grades</h3>\n"
    yield _grades(record)
    yield "<h3>Worth a look</h3>\n"
    yield _table(
        "What was flagged, edited, deleted, doubled or laid beside",
        ("student", "what"),
        (
            [line.row.student, each]
            for line in record.lines
            for each in (
                *(_flag(line, name, why) for name, all in line.row.flags.items() for why in all),
                *line.odd,
            )
        ),
    )
    yield from map(_side_by_side, record.alike)
    yield "<h3>What the grades rest on</h3>\n"
    yield _rest(record.lines)
    yield "</section>\n"


class _number(str):
    """A cell that holds a number."""

    def __new__(cls, value: float | None) -> _number:
        return super().__new__(cls, "" if value is None else f"{value:g}")


class _links(str):
    """A cell that is HTML already: links to files."""

    def __new__(cls, student: str, lesson: str, pages: Sequence[Path]) -> _links:
        return super().__new__(
            cls,
            " ".join(
                f'<a href="{quote(student)}/{quote(lesson)}/{quote(page.name)}">'
                f"{escape(page.stem)}</a>"
                for page in pages
            ),
        )


def _table(caption: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table whose first column names its rows; where it has no row, a sentence."""
    body = "".join(f"<tr>{''.join(_cells(row))}</tr>\n" for row in rows)
    if not body:
        return f"<p>{escape(caption)}: none.</p>\n"
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in columns)
    return (
        f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}</tbody>\n</table>\n"
    )


def _cells(row: Iterable[str]) -> Iterator[str]:
    for place, text in enumerate(row):
        shown = text if isinstance(text, _links) else escape(text).replace("\n", "<br>")
        if place == 0:
            yield f'<th scope="row">{shown}</th>'
        else:
            yield (
                f'<td class="n">{shown}</td>' if isinstance(text, _number) else f"<td>{shown}</td>"
            )


def _grades(record: Record) -> str:
    exercises = list(
        dict.fromkeys(score.exercise for line in record.lines for score in line.row.scores)
    )
    columns = ("student", "name", "state", *exercises, "points", "penalty", "final", "why")
    return _table("Of each student", columns, (_grade(line, exercises) for line in record.lines))


def _grade(line: Line, exercises: Iterable[str]) -> list[str]:
    row = line.row
    graded = bool(row.scores)
    by_name = {score.exercise: score.points for score in row.scores}
    lost = [reason for score in row.scores for reason in score.lost]
    return [
        row.student,
        line.name,
        _state(row),
        *(_number(by_name.get(exercise)) for exercise in exercises),
        _number(row.points if graded else None),
        _number(row.penalty if graded else None),
        _number(row.final if graded else None),
        "\n".join(filter(None, [row.why, *lost])),
    ]


def _flag(line: Line, exercise: str, why: str) -> str:
    seen = f" ({line.seen[exercise]})" if exercise in line.seen else ""
    return f"{exercise}: the code {why}{seen}"


def _state(row: Row) -> str:
    return f"{row.state}, {row.late / 3600:.0f} h late" if row.late else str(row.state)


def _side_by_side(pair: Alike) -> str:
    shown = "".join(
        f"<div><p>{escape(student)}</p><pre>{escape(text)}</pre></div>"
        for student, text in zip(pair.students, pair.texts, strict=False)
    )
    head = f"{pair.exercise}: {pair.how}, {', '.join(pair.students)}"
    return f'<h4>{escape(head)}</h4>\n<div class="pair">{shown}</div>\n'


def _rest(lines: Iterable[Line]) -> str:
    """Return a table of what differs between grades: most rest on the same."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for line in lines:
        stamp = line.stamp
        if stamp:
            tests = "\n".join(
                f"{id} {told}{BESIDE * (id in stamp.get('beside', ()))}"
                for id, told in sorted(stamp["tests"].items())
            )
            told = (stamp["isolation"], stamp["version"], stamp["python"], stamp["secret"], tests)
            groups.setdefault(told, []).append(line.row.student)
    columns = ("students", "isolation", "looplab", "Python", "secret", "tests")
    rows = ([", ".join(students), *told] for told, students in groups.items())
    return _table("Isolation, versions, the secret's id, and a hash of each test", columns, rows)
