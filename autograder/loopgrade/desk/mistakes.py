"""What a class has not understood: failures that are one mistake, by the answer bank's name for it.

Two answers make the same mistake where they lose the same tests, and the same happens in each.
The bank's wrong answers are examined with the course's own secret, so their random inputs are
the class's. What was seen of them is remembered, by a hash of all that it depends on.
"""

from __future__ import annotations

import ast
import hashlib
import json
import multiprocessing
import os
import re
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import looplab
from loopgrade.authoring.lesson import Lesson, LessonError, grade_id, read_lesson
from loopgrade.bank.draws import Draw, OfCourse
from loopgrade.bank.verify import Answer, examine_answer, read_answers
from loopgrade.desk.messages import parts
from loopgrade.examination import sandbox
from loopgrade.steps.secret import course_secret

MEMORY = ".looplab_mistakes.json"
"""In the course's folder: what the bank's wrong answers did."""

Losses = Mapping[str, str]
"""What each test that was lost said, by grade id."""


@dataclass(frozen=True)
class Known:
    """A wrong answer of the bank.

    Attributes:
        exercise: what it answers.
        name: its file's name.
        exact: what it loses, as it was said.
        loose: the same without numbers and names of its own.
    """

    exercise: str
    name: str
    exact: frozenset[tuple[str, str]]
    loose: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Mistake:
    """What several students did wrong in the same way.

    Attributes:
        exercise: in which.
        students: who.
        tests: those that they lost, by grade id.
        named: the wrong answers of the bank that do the same.
        sure: whether those do exactly the same, and not only something like it.
        said: what the first of the tests said to one of them.
    """

    exercise: str
    students: tuple[str, ...]
    tests: tuple[str, ...]
    named: tuple[str, ...]
    sure: bool
    said: str

    def __str__(self) -> str:
        """Say it in a line.

        >>> print(Mistake("gen", ("ada", "bob"), ("gen-a",), ("never_closes",), True, ""))
        2 students: `never_closes` (gen-a)
        """
        count = f"{len(self.students)} student{'s' * (len(self.students) != 1)}"
        names = " or ".join(f"`{name}`" for name in self.named[:3])
        if len(self.named) > 3:
            names += f" or {len(self.named) - 3} more"
        what = (names if self.sure else f"like {names}") if names else self.said
        return f"{count}: {what} ({', '.join(self.tests)})"


def happening(said: str) -> str:
    """Return what happened, of all that a test said.

    Args:
        said: the test's message, several lines.

    >>> happening("✗ turns (1 point)\\n  expected   4\\n  happened   it gave\\n             7")
    'it gave 7'
    """
    told = dict(parts(said)).get("happened")
    return told or re.sub(r"^✗ [^:]*:?", "", said.partition("\n")[0]).strip()


def loosened(text: str, own: frozenset[str]) -> str:
    """Return what happened without numbers, and without names that only one program has.

    Args:
        text: what happened.
        own: names that the program made up.

    >>> loosened("it gave (1, 'x') after 2.5 s in line 7: mine waits", frozenset({"mine"}))
    "it gave (N, '…') after N s in line N: NAME waits"
    """
    text = re.sub(r"""'[^']*'|"[^"]*\"""", "'…'", text)
    text = re.sub(r"[A-Za-z_]\w*", lambda word: "NAME" if word[0] in own else word[0], text)
    return re.sub(r"\d[\d,.]*\d|\d", "N", text)


def own_names(text: str, given: str = "") -> frozenset[str]:
    """Return the names that a program makes up.

    Args:
        text: the program.
        given: what it began with; names in it are not its own.

    >>> sorted(own_names("def f(job):\\n    mine = job", "def f(job): ..."))
    ['mine']
    """
    return _bound(text) - _bound(given)


def _bound(text: str) -> frozenset[str]:
    if len(text) > 50_000:
        return frozenset()
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found = {node.name for node in nodes if isinstance(node, _DEFINING)}
    found |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    found |= {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return frozenset(found)


_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def patterns(
    losses: Losses, own: frozenset[str]
) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """Return what an answer loses, as it was said, and without numbers and its own names.

    Args:
        losses: what each test that was lost said.
        own: names that the answer made up.
    """
    told = {test: happening(said) for test, said in losses.items()}
    return frozenset(told.items()), frozenset(
        (test, loosened(text, own)) for test, text in told.items()
    )


def mistakes(
    exercise: str,
    losses: Mapping[str, Losses],
    own: Mapping[str, frozenset[str]],
    known: Sequence[Known],
) -> list[Mistake]:
    """Return what students did wrong in an exercise, the most frequent first.

    Args:
        exercise: its name.
        losses: of each student who lost anything in it.
        own: the names that each made up.
        known: the bank's wrong answers to it.
    """
    groups: dict[object, list[str]] = {}
    told: dict[object, tuple[tuple[str, ...], bool]] = {}
    for student, mine in losses.items():
        exact, loose = patterns(mine, own.get(student, frozenset()))
        sure = tuple(each.name for each in known if each.exact == exact)
        named = sure or tuple(each.name for each in known if each.loose == loose)
        key: object = (named, bool(sure), frozenset(mine)) if named else loose
        groups.setdefault(key, []).append(student)
        told[key] = (named, bool(sure))
    found = []
    for key, students in groups.items():
        first = losses[students[0]]
        tests = tuple(sorted(first))
        said = happening(first[tests[0]])
        found.append(Mistake(exercise, tuple(students), tests, *told[key], said))
    return sorted(found, key=lambda each: (-len(each.students), each.tests, each.named, each.said))


# The answer bank


def known_mistakes(
    course: Path,
    lesson: str,
    lost: Mapping[str, set[str]],
    *,
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> list[Known]:
    """Return what the bank's wrong answers to a lesson lose, with the course's secret.

    Args:
        course: the folder that holds `autograder/`.
        lesson: its name.
        lost: the tests that somebody lost, by exercise; an answer that is to lose through
            none of them is not examined.
        progress: told how many are examined, of how many, and which was last.

    Returns:
        Nothing where the course has no such lesson, or no answers to it.
    """
    source = course / "autograder" / "lessons" / f"{lesson}.py"
    if not source.is_file():
        return []
    try:
        read = read_lesson(source)
        bank = read_answers(course, read)
    except LessonError:  # half written: `looplab verify` says where
        return []
    answers = [each for each in bank if _may_match(each, read, lost)]
    folder = course / "autograder"
    secret = course_secret(folder)
    level = sandbox.strongest()
    memory = _remembered(folder)
    keys = {id(each): _key(each, source, secret, level) for each in answers}
    todo = [each for each in answers if keys[id(each)] not in memory]
    if todo:
        draw = OfCourse(secret=secret)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
            running = {pool.submit(_losses, read, each, level, draw): each for each in todo}
            for count, done in enumerate(as_completed(running), 1):
                answer = running[done]
                memory[keys[id(answer)]] = done.result()
                progress(count, len(todo), answer.name)
        _remember(folder, memory)
    stubs = {each.exercise: each.source for each in bank if each.kind == "stub"}
    return [
        Known(
            each.exercise,
            each.name,
            *patterns(memory[keys[id(each)]], own_names(each.source, stubs[each.exercise])),
        )
        for each in answers
    ]


def _may_match(answer: Answer, lesson: Lesson, lost: Mapping[str, set[str]]) -> bool:
    if answer.kind != "wrong" or answer.exercise not in lost:
        return False
    exercise = next(each for each in lesson.exercises if each.name == answer.exercise)
    return any(
        test.name == answer.loses and grade_id(test) in lost[answer.exercise]
        for test in exercise.tests
    )


def _losses(lesson: Lesson, answer: Answer, level: sandbox.Level, draw: Draw) -> dict[str, str]:
    (verified,) = examine_answer(lesson, answer, level, [draw])
    return {
        verdict.grade_id: verdict.message for _, verdict in verified.verdicts if not verdict.passed
    }


def _key(answer: Answer, source: Path, secret: bytes, level: str) -> str:
    told = [looplab.__version__, sys.version, level, secret.hex(), source.read_text("utf-8")]
    told += [answer.exercise, answer.name, answer.source]
    return hashlib.sha256("\0".join(told).encode("utf-8", "replace")).hexdigest()[:32]


def _remembered(folder: Path) -> dict[str, dict[str, str]]:
    try:
        found = json.loads((folder / MEMORY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remember(folder: Path, memory: Mapping[str, Losses]) -> None:
    draft = folder / f"{MEMORY}.{secrets.token_hex(8)}"
    draft.write_text(json.dumps(memory, indent=1), encoding="utf-8")
    draft.replace(folder / MEMORY)
