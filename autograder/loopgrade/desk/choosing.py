"""Whose a file is that came in, and which of several notebooks counts.

A notebook is found by the grade ids of its cells, whatever its name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from loopgrade.classroom.states import Register
from loopgrade.desk.handed_in import Item, Owner, owner_of, wrapper_of
from loopgrade.desk.roster import Roster, Student, Unknown
from loopgrade.desk.timestamps import nbgraders_moment
from loopgrade.desk.worksheet import Worksheet
from loopgrade.steps.cells import grade_id_of
from loopgrade.steps.reading import NoNotebook, parsed_notebook
from loopgrade.steps.stamp import TIMESTAMP_FILE
from loopgrade.steps.submission import MAX_BYTES
from looplab.pictures.describing import one_line

MAX_OF_ONE = 5 * MAX_BYTES
"""Of one student's files not more bytes than this are read."""


@dataclass(frozen=True)
class Found:
    """A notebook of the lesson that somebody handed in.

    Attributes:
        item: the file.
        notebook: which of the lesson's notebooks it is.
        text: its bytes.
        works: whether there is work in it.
        when: what a timestamp.txt beside it says; None where there is none.
    """

    item: Item
    notebook: str
    text: bytes
    works: bool
    when: datetime | None


@dataclass
class Hand:
    """What one student handed in.

    Attributes:
        student: who.
        chosen: the notebook that counts, by its name in the lesson.
        when: the moment, in UTC; None where nobody knows.
        late: whether the platform says that it came too late.
        on_platform: whether it came by a platform; then a timestamp.txt is the student's own.
        said: what a teacher should know, a sentence each.
    """

    student: Student
    chosen: dict[str, Found] = field(default_factory=dict)
    when: datetime | None = None
    late: bool = False
    on_platform: bool = False
    said: list[str] = field(default_factory=list)


# Whose is what


def hands_of(
    items: Sequence[Item], register: Register, roster: Roster, sheet: Worksheet | None = None
) -> tuple[Iterator[Hand], list[str]]:
    """Return what each student handed in, and why some of it is nobody's, a sentence each.

    Files are read when a student's turn comes, so the source must be open still.

    Args:
        items: the files.
        register: the lesson's.
        roster: the class.
        sheet: Moodle's worksheet, where there is one.
    """
    told = {each.number: each for each in sheet.participants} if sheet else {}
    mine: dict[str, list[Item]] = {}
    hands: dict[str, Hand] = {}
    places: dict[str, set[tuple[str, ...]]] = {}
    refused: dict[str, None] = {}
    wrapper = wrapper_of(items)
    wrapped = bool(wrapper) and not (roster.students and roster.knows(wrapper))
    for item in items:
        owner = owner_of(item.parts[1:] if wrapped else item.parts)
        try:
            who = told.get(owner.number) if owner.platform == "Moodle" else None
            student = _student(owner, roster, who.names if who else ())
        except Unknown as error:
            refused[item.problem or str(error)] = None
            continue
        hand = hands.setdefault(student.id, Hand(student))
        hand.late |= owner.late
        hand.on_platform |= bool(owner.platform)
        hand.when = hand.when or (who.handed_in if who else None)
        mine.setdefault(student.id, []).append(item)
        if owner.platform:
            places.setdefault(student.id, set()).add((*owner.names, owner.number))

    def chosen() -> Iterator[Hand]:
        for id in sorted(hands):
            hand = hands.pop(id)  # with its files: not all of them are kept at once
            if len(places.get(id, ())) > 1:
                numbers = ", ".join(sorted(each[-1] for each in places[id]))
                hand.said.append(f"several have this name (numbers {numbers}); give --worksheet.")
            else:
                _choose(hand, mine[id], register)
            yield hand

    return chosen(), list(refused)


def _student(owner: Owner, roster: Roster, names: Sequence[str]) -> Student:
    if owner.platform:
        number = owner.number if owner.platform == "Canvas" else ""
        return roster.find(names or owner.names, number)
    *folders, file = owner.names
    stem = file.rpartition(".")[0] or file
    if not roster.students:
        return roster.find([folders[0] if folders else stem])
    for part in (*folders, stem):
        if id := roster.knows(part):
            return roster.students[id]
    return roster.find([folders[0] if folders else stem])


# Which of several


def _choose(hand: Hand, items: Sequence[Item], register: Register) -> None:
    """Take of a student's files the notebooks that count."""
    found: dict[str, list[Found]] = {}
    left: list[Item] = []
    for item, text in _texts(hand, items, left):
        try:
            one = _found(hand, item, text, register, items)
            found.setdefault(one.notebook, []).append(one)
        except NoNotebook as error:
            if _says_notebook(item):
                hand.said.append(f"{item.name} {error}.")
            else:
                left.append(item)
    if not found and not hand.said:
        hand.said.append(_nothing(left))
    for notebook, several in found.items():
        hand.chosen[notebook] = best = max(
            several, key=lambda each: (each.works, each.when or datetime.min, each.item.key)
        )
        hand.when = best.when or hand.when
        others = {each.text: each for each in several if each.text != best.text}
        if others and best.works:
            names = ", ".join(each.item.name for each in others.values())
            why = "is the last" if any(each.works for each in others.values()) else "holds work"
            told = f"of several the one that {why} is taken, {best.item.name}, not {names}."
            hand.said.append(told)
    if hand.late and hand.chosen and hand.when is None:
        hand.said.append("it came late, and Canvas does not say when; write a timestamp.txt.")


def _texts(hand: Hand, items: Sequence[Item], left: list[Item]) -> Iterator[tuple[Item, bytes]]:
    """Yield the files that may be notebooks, so many as one student may have; leave the rest."""
    budget = MAX_OF_ONE
    for item in sorted(items, key=lambda each: each.key):
        if item.problem:
            hand.said.append(item.problem)
            continue
        try:
            may_be = item.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
            text = item.read(MAX_BYTES + 1) if may_be or _says_notebook(item) else None
        except OSError as error:
            hand.said.append(f"{item.name} cannot be read ({error.strerror}); ask for it again.")
            continue
        if text is None:
            left += [item] * (item.parts[-1] != TIMESTAMP_FILE)
        elif len(text) > MAX_BYTES:
            hand.said.append(f"{item.name} has more than {MAX_BYTES >> 20} MiB; ask for less.")
        elif (budget := budget - len(text)) < 0:
            hand.said.append(f"{item.name} and what follows is too much; ask for one notebook.")
            return
        else:
            yield item, text


def _says_notebook(item: Item) -> bool:
    return item.parts[-1].casefold().endswith(".ipynb")


def _found(hand: Hand, item: Item, text: bytes, register: Register, items: Sequence[Item]) -> Found:
    cells = parsed_notebook(text).cells
    ids = Counter(filter(None, map(grade_id_of, cells)))
    notebook, mine = max(
        ((name, len(ids.keys() & known.keys())) for name, known in register.book.known.items()),
        key=lambda pair: pair[1],
    )
    if not mine:
        raise NoNotebook(f"has no cell of {register.lesson}; ask for that notebook")
    when = _when(hand, item, items)
    return Found(item, notebook, text, register.holds_work(cells, notebook), when)


def _when(hand: Hand, item: Item, items: Iterable[Item]) -> datetime | None:
    """Return what the timestamp.txt beside a notebook says."""
    for each in () if hand.on_platform else items:
        if each.parts == (*item.parts[:-1], TIMESTAMP_FILE) and not each.problem:
            try:
                told = each.read(1000).decode("utf-8", "replace")
            except OSError:
                told = ""
            if (when := nbgraders_moment(told)) is None and told.strip():
                hand.said.append(f"{each.name} is no date, and is left out.")
            return when
    return None


def _nothing(left: Sequence[Item]) -> str:
    zips = [each.name for each in left if each.name.casefold().endswith((".zip", ".7z", ".rar"))]
    if zips:
        return f"{zips[0]} is packed once more; unpack it, or ask for the notebook itself."
    names = ", ".join(each.parts[-1] for each in left)
    return f"there is no notebook (there is {one_line(names, 100) or 'nothing'}); ask for it."
