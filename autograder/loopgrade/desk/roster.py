"""Who is in the class, and which of them a platform means by a name, a number or an address."""

from __future__ import annotations

import glob
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook

from loopgrade.desk.lists import BadList, read_list
from looplab.pictures.describing import one_line


@dataclass(frozen=True)
class Student:
    """Somebody of the class.

    Attributes:
        id: the name of their folder, and what the gradebook calls them.
        first: the first name.
        last: the last name.
        email: their address; empty where nobody knows.
        number: what the platform calls them; empty where nobody knows.
        also: other ids that they have there.
    """

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    number: str = ""
    also: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.first} {self.last}".strip()


class Unknown(Exception):
    """Nobody of the class is meant, or more than one; the text says what to do."""


class Roster:
    """The class.

    Args:
        students: who is in it; where nobody is, anybody is taken by the name that they have.
        problems: what was wrong with the list, a sentence each.

    >>> roster = Roster([Student("a1", "Ada", "Doe", "ada@example.org")])
    >>> roster.find(["Doe, Ada"]).id, roster.find(["ADA@example.org"]).id
    ('a1', 'a1')
    """

    def __init__(self, students: Iterable[Student], problems: Sequence[str] = ()) -> None:
        self.students = {each.id: each for each in students}
        self.problems = tuple(problems)
        self._ids: dict[str, set[str]] = {}
        self._names: dict[str, set[str]] = {}
        for each in self.students.values():
            for text in {each.id, each.email, *each.also} - {""}:
                self._ids.setdefault(_same(text), set()).add(each.id)
            for text in _orders(each.name):
                self._names.setdefault(text, set()).add(each.id)

    def find(self, names: Sequence[str], number: str = "") -> Student:
        """Return who is meant.

        Args:
            names: what a platform calls them: ids, addresses or names; the first that
                somebody of the class has tells who it is.
            number: the platform's number of them; it must not tell another.

        Raises:
            Unknown: nobody has any, or several have the same.
        """
        shown = one_line(names[-1], 60)
        if not self.students:
            return Student(_folder_name(names[-1]), number=number)
        by_number = {each.id for each in self.students.values() if number and each.number == number}
        by_name = self._called(names)
        found = by_number & by_name or by_number | by_name
        if len(found) > 1:
            both = one_line(", ".join(sorted(found)), 60)
            told = "say which, by a list with numbers and addresses (--worksheet)"
            raise Unknown(f"{shown} may be {both}; {told}.")
        if not found:
            raise Unknown(f"{shown} is not in the roster; add them there, or rename the file.")
        return self.students[found.pop()]

    def _called(self, names: Sequence[str]) -> set[str]:
        for name in names:
            for known, key in ((self._ids, _same(name)), (self._names, _letters(name))):
                if key in known:
                    return known[key]
        return set()

    def knows(self, text: str) -> str:
        """Return the id of whom a file's or folder's name is of, or begins with; empty for nobody.

        >>> Roster([Student("ada"), Student("ada2")]).knows("ada2_lesson.ipynb")
        'ada2'
        """
        try:
            return self.find([text]).id
        except Unknown:
            fits = (
                each
                for each in self.students
                if _same(text).startswith(_same(each))
                and not text[len(each) : len(each) + 1].isalnum()
            )
            return max(fits, key=len, default="")


def read_roster(path: Path) -> Roster:
    """Return the class that a CSV file lists: `id`, `name` and `email`, in any order.

    Args:
        path: the file; platforms' own names of these columns are understood too.

    Raises:
        BadList: it cannot be read, or has no column with ids.
    """
    listed = read_list(path)
    places = {role: listed.column(*names) for role, names in _COLUMNS.items()}
    if places["id"] is None:
        have = one_line(", ".join(listed.columns), 100)
        raise BadList(
            f"{path} has no column `id` (it has {have}); name the columns id, name, email."
        )
    also = [n for name in _ALSO if (n := listed.column(name)) is not None]
    number = listed.column("lms_user_id", "canvas_id")
    if listed.column("sis_login_id", "sis_user_id", "section") is not None:  # it is Canvas's list
        number = listed.column("id")
    students: dict[str, Student] = {}
    problems = []
    for line, row in enumerate(listed.rows, 2):
        told = {role: "" if n is None else row[n].strip() for role, n in places.items()}
        if not told["id"]:
            # A blank line, or one of Canvas's own.
            if any(told.values()) and "pointspossible" not in _letters(row[0]):
                problems.append(f"{path.name}, line {line}, has no id and is left out.")
            continue
        first, last = told["first"], told["last"]
        if not first and not last:
            first, last = _parts(told["name"])
        student = Student(
            told["id"],
            first,
            last,
            told["email"],
            "" if number is None else row[number].strip(),
            frozenset(row[n].strip() for n in also) - {""},
        )
        if why := no_folder(student.id):
            problems.append(f"{path.name}, line {line}, is left out: {why}")
        elif student.id in students:
            problems.append(f"{path.name} has {one_line(student.id, 60)} twice; the first counts.")
        else:
            students[student.id] = student
    if not students:
        raise BadList(f"{path} lists nobody; it needs a line for each student.")
    return Roster(students.values(), problems)


_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "student_id", "username", "user_name", "id_number", "sis_login_id"),
    "name": ("name", "full_name", "student", "student_name"),
    "first": ("first_name", "given_name"),
    "last": ("last_name", "surname", "family_name"),
    "email": ("email", "email_address", "e-mail", "mail"),
}
_ALSO = ("sis_user_id", "sis_login_id", "id_number", "username")


def no_folder(id: str) -> str:
    """Return why an id cannot be the name of a student's folder; empty where it can.

    >>> no_folder("ada"), no_folder("../ada")
    ('', "'../ada' is no name for a folder; give a plain one.")
    """
    if len(os.fsencode(id)) > 200:
        return f"'{one_line(id, 40)}' is too long for a folder; give a shorter one."
    plain = id.isprintable() and not glob.has_magic(id) and not set(id) & set('/\\:<>"|+')
    if not plain or id.startswith(".") or not id.strip():
        return f"'{one_line(id, 60)}' is no name for a folder; give a plain one."
    return ""


def _folder_name(label: str) -> str:
    label = " ".join(label.split())
    if why := no_folder(label):
        raise Unknown(why)
    return label


def _parts(name: str) -> tuple[str, str]:
    """Return first and last name.

    >>> _parts("Ada B. Doe"), _parts("Doe, Ada")
    (('Ada B.', 'Doe'), ('Ada', 'Doe'))
    """
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    first, _, last = name.strip().rpartition(" ")
    return first.strip(), last


def _same(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _letters(name: str) -> str:
    """Return a name as platforms leave it: letters of any script, without what is between."""
    plain = _same(name)
    return "".join(each for each in plain if unicodedata.category(each)[0] in "LMN")


def _orders(name: str) -> set[str]:
    """Return the letters of a name, whichever of its words comes first."""
    words = [_letters(word) for word in re.split(r"[\s,_]+", name)]
    return {"".join(words[n:] + words[:n]) for n in range(len(words))} - {""}


# The gradebook


def known_students(db_url: str, course_id: str) -> list[Student]:
    """Return who is in the gradebook, by id.

    Args:
        db_url: the gradebook's, as SQLAlchemy has it.
        course_id: the course's, as nbgrader has it.
    """
    with Gradebook(db_url, course_id) as gradebook:
        return [
            Student(
                each.id,
                each.first_name or "",
                each.last_name or "",
                each.email or "",
                each.lms_user_id or "",
            )
            for each in gradebook.students
        ]


def enter_students(db_url: str, course_id: str, students: Iterable[Student]) -> None:
    """Enter students in the gradebook, or what is new of them; nobody is taken out.

    Args:
        db_url: the gradebook's, as SQLAlchemy has it.
        course_id: the course's, as nbgrader has it.
        students: the class.
    """
    with Gradebook(db_url, course_id) as gradebook:
        for each in students:
            told = {
                "first_name": each.first,
                "last_name": each.last,
                "email": each.email,
                "lms_user_id": each.number,
            }
            gradebook.update_or_create_student(each.id, **{k: v for k, v in told.items() if v})
