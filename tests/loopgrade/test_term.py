"""A term is played from the zip to the exports; where a number does not add up, it is said."""

from pathlib import Path

import pytest

from loopgrade.cli import main
from loopgrade.desk import term as playing

pytestmark = pytest.mark.slow


def test_every_number_adds_up_although_a_worker_is_killed(
    built_course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed: looplab[scale]")
    monkeypatch.chdir(built_course)
    before = sorted(built_course.rglob("*"))
    assert main(["demo", "--term", "--students", "10"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "a course of 01_small, a class of 10",
        "01_small collected: 8 new, 0 replaced, 1 refused, 2 missing",
        "graded: 8 (first, by two Dask workers, one of them killed)",
        "01_small collected: 0 new, 1 replaced, 0 refused, 2 missing",
        "graded: 1 (who handed in again, and an extension)",
        "looked at: 1",
        "graded: 8 (a test of 01_small is mended)",
        "reports: html, csv, json, text; feedback for 01_small",
        "exported: Canvas, Moodle",
        "every number adds up",
    ]
    assert sorted(built_course.rglob("*")) == before


def test_without_dask_it_is_played_too(built_course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loopgrade.desk.two_workers.util.find_spec", lambda name: None)
    said: list[str] = []
    assert playing.term(built_course, 4, say=said.append) == 0
    assert "graded: 4 (first; no Dask, see looplab[scale])" in said


def test_what_does_not_add_up_is_said(built_course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loopgrade.desk.two_workers.util.find_spec", lambda name: None)
    monkeypatch.setattr(playing, "DUE", "2026-12-12 23:59 UTC")  # so nobody is late
    said: list[str] = []
    assert playing.term(built_course, 4, say=said.append) == 1
    assert "does not add up: 01_small: s004, late, is kept with 4 of 4" in said
    assert said[-1] == "wrong: 1"
