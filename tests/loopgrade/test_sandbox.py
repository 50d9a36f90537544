"""How isolated a subject is, and what is said where it cannot be."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopgrade.examination import sandbox


@pytest.fixture(autouse=True)
def look_again() -> Iterator[None]:
    sandbox.diagnose.cache_clear()
    yield
    sandbox.diagnose.cache_clear()


def test_a_missing_bubblewrap_is_told_with_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    found = sandbox.diagnose()
    assert not found.works
    assert found.problem == "bubblewrap is not installed."
    assert "install bubblewrap" in found.remedy
    assert sandbox.strongest() == "process"
    with pytest.raises(sandbox.SandboxError, match="install bubblewrap"):
        sandbox.require("bubblewrap")
    sandbox.require("process")


def test_forbidden_namespaces_are_told_from_a_missing_bubblewrap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusal = "bwrap: No permissions to create new namespace"
    monkeypatch.setattr("shutil.which", lambda name: "/usr/bin/bwrap")
    monkeypatch.setattr(
        sandbox, "_probe", lambda *_: subprocess.CompletedProcess([], 1, "", refusal + "\n")
    )
    found = sandbox.diagnose()
    assert not found.works
    assert refusal in found.problem
    assert "forbids user namespaces" in found.problem
    assert "administrator" in found.remedy


def test_folders_of_installed_packages_are_found_to_be_hidden(tmp_path: Path) -> None:
    for name in ("python3.11/site-packages", "python3/dist-packages", "python3.11/json"):
        (tmp_path / "lib" / name).mkdir(parents=True)
    hidden = [path.name for path in sandbox._packages([tmp_path / "lib"])]
    assert hidden == ["dist-packages", "site-packages"]


def test_what_a_machine_lacks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "filters", lambda: False)
    monkeypatch.setattr(sandbox, "_at_the_same_addresses", list)
    monkeypatch.setattr(sandbox, "_namespaces", lambda: ["bwrap", "--size", "1"])
    monkeypatch.setattr(sandbox.groups, "homes", tuple)
    assert sandbox.lacks() == [
        "a filter of system calls",
        "the same addresses each time (setarch)",
        "a ban on namespaces in it (bubblewrap 0.8)",
        "control groups (start it below `systemd-run --user --scope`)",
    ]
