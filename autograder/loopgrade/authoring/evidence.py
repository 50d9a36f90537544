"""What a test's points hang on: facts that are the examiner's own, and evidence from the subject.

The examiner owns the clock, what it is asked for by the services that a test hands over, and
every comparison with what is expected. What a scenario of the test sees runs beside the student's
code, and so does what is noted of tasks, threads and turns: code that sets out to can forge it.

    >>> run = "run = observe(twice, 7)\\nexpect(run).returned(14).nothing_left()"
    >>> facts_of(run)
    Facts(own=('what it returns',), evidence=('tasks that are left',))
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from loopgrade.authoring.lesson import Lesson

RESULT, ENDING, CLOCK = "what it returns", "how it ends", "the clock"
CALLS, ORDERS = "calls of services", "orders that are the examiner's"
SEEN, SEEN_END, SEEN_TIME = (
    "what a scenario returns",
    "how a scenario ends",
    "waits of a scenario",
)
LEFT, TURNS, THREADS, NOTED = (
    "tasks that are left",
    "turns",
    "threads",
    "what is noted of it",
)

OWN = (RESULT, ENDING, CLOCK, CALLS, ORDERS)
"""Facts of the examiner's, in the order in which they are told."""

EVIDENCE = (SEEN, SEEN_END, SEEN_TIME, LEFT, TURNS, THREADS, NOTED)
"""What the subject's process tells, in the order in which it is told."""

_SERVICES = frozenset({"jobs", "gens", "arrivals", "store"})

_OF_EACH = {
    "nothing_left": LEFT,
    "ran_at_most": TURNS,
    "without_threads": THREADS,
    "jobs_ended": CALLS,
    "took_items": CALLS,
    "closed_generators": CALLS,
}
"""Expectations whose fact is the same, whatever was observed."""

_OF_PROGRAM = {
    "returned": (RESULT, SEEN),
    "raised": (ENDING, SEEN_END),
    "cancelled": (ENDING, SEEN_END),
    "finished": (ENDING, SEEN_END),
    "took": (CLOCK, SEEN_TIME),
}
"""Expectations whose fact is the first, or the second of a scenario that has no service."""

_OF_RUN = {
    "calls": CALLS,
    "peak": CALLS,
    "duration": CLOCK,
    "leftovers": LEFT,
    "steps": TURNS,
    "callbacks": TURNS,
    "threads": THREADS,
    "lives": NOTED,
    "tasks": NOTED,
    "lost": NOTED,
    "blocked": NOTED,
    "warnings": NOTED,
    "output": NOTED,
    "ticks": NOTED,
}
"""What a test reads of a Run by itself."""


@dataclass(frozen=True)
class Facts:
    """What a test's points hang on.

    Attributes:
        own: facts of the examiner's.
        evidence: what the student's process tells.
    """

    own: tuple[str, ...]
    evidence: tuple[str, ...]


def facts_of(source: str) -> Facts:
    """Return what the points of a test hang on.

    Args:
        source: its text, with the hidden tests in it.
    """
    found = set(_Reader(ast.parse(source)).found())
    own = tuple(fact for fact in OWN if fact in found)
    return Facts(own, tuple(fact for fact in EVIDENCE if fact in found))


class _Reader:
    """Reads a test cell."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._scenarios = {
            each.name
            for each in tree.body
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        self._specs = {
            name
            for each in ast.walk(tree)
            if isinstance(each, ast.Assign) and _calls(each.value, _SERVICES)
            for name in _names(each.targets)
        }

    def found(self) -> Iterator[str]:
        """Yield each fact that an expectation rests on; some more than once."""
        weak = False
        for node in _in_order(self._tree):
            if isinstance(node, ast.Assign) and (seen := _observation(node.value)) is not None:
                weak = self._is_weak(seen)
                if _called(seen) == "explore":
                    yield ORDERS
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield from self._of_expectation(node.func.attr, weak)
            elif isinstance(node, ast.Attribute) and _is_run(node.value):
                yield from self._of_attribute(node.attr, weak)

    def _is_weak(self, observed: ast.Call) -> bool:
        """Whether a scenario is observed that has no service of the examiner's."""
        program, *given = observed.args
        is_scenario = isinstance(program, ast.Name) and program.id in self._scenarios
        return is_scenario and not any(
            _calls(each, _SERVICES) or self._specs & set(_names([each])) for each in given
        )

    def _of_expectation(self, name: str, weak: bool) -> Iterator[str]:
        if name in _OF_EACH:
            yield _OF_EACH[name]
        elif name in _OF_PROGRAM:
            yield _OF_PROGRAM[name][weak]

    def _of_attribute(self, name: str, weak: bool) -> Iterator[str]:
        if name == "result":
            yield _OF_PROGRAM["returned"][weak]
        elif name == "error":
            yield _OF_PROGRAM["raised"][weak]
        elif name in _OF_RUN:
            fact = _OF_RUN[name]
            yield SEEN_TIME if fact == CLOCK and weak else fact


def _in_order(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands in a cell in the order of its text, and nothing of its functions."""
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node
            yield from _in_order(node)


def _observation(node: ast.expr) -> ast.Call | None:
    called = isinstance(node, ast.Call) and _called(node) in ("observe", "explore")
    return node if called and isinstance(node, ast.Call) and node.args else None


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _calls(node: ast.AST, names: Iterable[str]) -> bool:
    return any(isinstance(each, ast.Call) and _called(each) in names for each in ast.walk(node))


def _names(nodes: Sequence[ast.expr]) -> Iterator[str]:
    for node in nodes:
        yield from (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def _is_run(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and (node.id == "run" or node.id.startswith("found"))


def evidence_page(lessons: Sequence[Lesson]) -> str:
    """Return the page of the docs that says what each test of these lessons hangs on.

    Args:
        lessons: in the order of the page.
    """
    return "\n".join([_HEAD, *(line for lesson in lessons for line in _table(lesson))])


def write_evidence(lessons: Sequence[Lesson], folder: Path) -> Path:
    """Write that page as `evidence.md`, and return where it is.

    Args:
        lessons: in the order of the page.
        folder: where to write it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "evidence.md"
    page.write_text(evidence_page(lessons), encoding="utf-8")
    return page


def _table(lesson: Lesson) -> Iterator[str]:
    yield f"## {lesson.name}\n"
    yield "| exercise | test | the examiner's own | evidence |\n|---|---|---|---|"
    for exercise in lesson.exercises:
        for test in exercise.tests:
            facts = facts_of(test.source)
            own, evidence = ", ".join(facts.own) or "–", ", ".join(facts.evidence) or "–"
            yield f"| `{exercise.name}` | {test.name} | {own} | {evidence} |"
    yield ""


def on_evidence_alone(lessons: Sequence[Lesson]) -> list[str]:
    """Return the exercises no test of which has a fact of the examiner's, as `LESSON/EXERCISE`."""
    return [
        f"{lesson.name}/{exercise.name}"
        for lesson in lessons
        for exercise in lesson.exercises
        if not any(facts_of(test.source).own for test in exercise.tests)
    ]


_HEAD = """# What points hang on

Each test rests on facts. Some are the examiner's own; others are evidence: the student's process
tells them, and code that sets out to can forge them. `looplab build --evidence docs` makes this
page out of the tests' text.

| the examiner's own | |
|---|---|
| what it returns | compared by the examiner; the expected value is in no other process |
| how it ends | the exception that came out, or that none did |
| the clock | it alone says what time it is |
| calls of services | when jobs, generators, sources and stores were used, and how that ended |
| orders that are the examiner's | some of the orders are run on its own services, at random |

| evidence | |
|---|---|
| what a scenario returns, how it ends | a test's function, run beside the student's code |
| waits of a scenario | the clock is the examiner's, the timers that it waits for are not |
| tasks that are left, turns, threads, what is noted of it | noted where the program runs |

Each exercise has at least one test with a fact of the examiner's.
"""
