"""What an attack must not reach, and the small lesson to attack."""

import os
import secrets
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from attacking import SETUP, Attack, all_pid_namespaces, pid_namespaces, said
from small import LESSON, RIGHT, SOURCE

from loopgrade.authoring.build import test_source
from loopgrade.authoring.lesson import grade_id, read_lesson
from loopgrade.examination import examiner, sandbox, subject
from loopgrade.examination.examiner import Examination, StudentCell, examine
from loopgrade.examination.test_cell import TrustedTest, seed_of


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    if not sandbox.diagnose().works:
        # At the level `process` some of these would harm whoever runs them.
        skip = pytest.mark.skip(reason=sandbox.diagnose().problem)
        for item in items:
            if here in item.path.parents:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A text that lies where secrets lie, and that nothing a student says may hold."""
    secret = f"canary-{secrets.token_hex(8)}"
    course = tmp_path_factory.mktemp("course") / "autograder"
    course.mkdir()
    files = [course / ".looplab_secret", Path.home() / f".looplab-{secret}"]
    for file in files:
        file.write_text(secret, encoding="utf-8")
    os.environ["LOOPLAB_CANARY"] = secret
    yield secret
    del os.environ["LOOPLAB_CANARY"]
    files[1].unlink()


@pytest.fixture(scope="session")
def small_tests(tmp_path_factory: pytest.TempPathFactory) -> list[TrustedTest]:
    """The tests of the small lesson."""
    file = tmp_path_factory.mktemp("lesson") / f"{LESSON}.py"
    file.write_text(SOURCE, encoding="utf-8")
    return [
        TrustedTest(grade_id(cell), exercise.name, test_source(cell))
        for exercise in read_lesson(file).exercises
        for cell in exercise.tests
    ]


@pytest.fixture
def attack(
    canary: str, small_tests: list[TrustedTest], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Attack]:
    """Examine a submission; no process of it may be left, and no secret in what it says."""
    monkeypatch.setattr(subject, "WALL_SECONDS", 2.0)
    monkeypatch.setattr(subject, "PROCESSOR_SECONDS", 0.5)
    namespaces: set[str] = set()

    class Subject(subject.Subject):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            process = args[0].process
            namespaces.update(pid_namespaces(process.pid) if process else ())

    monkeypatch.setattr(examiner, "Subject", Subject)

    def attack(
        fetch_all: str = RIGHT["fetch_all"],
        twice: str = RIGHT["twice"],
        *,
        others: Sequence[str] = (),
        only: str = "",
        more: Sequence[TrustedTest] = (),
    ) -> Examination:
        cells = [
            StudentCell(0, SETUP),
            StudentCell(1, fetch_all, "fetch_all"),
            StudentCell(2, twice, "twice"),
            *(StudentCell(number, text) for number, text in enumerate(others, 3)),
        ]
        found = examine(
            cells,
            [test for test in (*small_tests, *more) if test.exercise.startswith(only)],
            level="bubblewrap",
            seed=lambda test: seed_of(canary.encode(), LESSON, test),
        )
        assert canary not in said(found)
        return found

    yield attack
    deadline = time.monotonic() + 5
    while left := namespaces.intersection(all_pid_namespaces()):
        assert time.monotonic() < deadline, f"processes are left in {left}"
        time.sleep(0.02)
