"""What mybinder.org makes of `binder/`, without Docker: repo2docker's steps, each on its own.

repo2docker reads `runtime.txt`, installs `requirements.txt` with pip, runs `postBuild` and starts
the server through `start`. That its pip step works, and how large it is, takes minutes:
`python tests/benchmarks/binder.py` says so.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from jupyter_server.extension.config import ExtensionConfigManager

from looplab.notebook.keeping import KEPT
from looplab.notebook.reminding import MINUTES, reminder

ROOT = Path(__file__).parents[1]
BINDER = ROOT / "binder"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIRED = (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
README = (ROOT / "README.md").read_text(encoding="utf-8")

scripts = pytest.mark.skipif(os.name == "nt", reason="its scripts are for bash, as Binder has it")


def test_its_python_is_one_that_the_course_is_tested_on() -> None:
    version = re.fullmatch(r"python-(3\.\d+)\n?", (BINDER / "runtime.txt").read_text("utf-8"))
    assert version
    assert f"Programming Language :: Python :: {version[1]}" in PROJECT["classifiers"]


def test_what_is_installed_is_pinned_to_what_was_tested() -> None:
    assert "--constraint ../constraints.txt" in REQUIRED
    assert "./" in REQUIRED  # of the repository, which repo2docker then copies first
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.partition("==")[0].lower() for line in lines if "==" in line}
    others = [line for line in REQUIRED if re.match(r"\w", line)]
    wanted = [re.split(r"[<>=\[ ]", each)[0] for each in [*PROJECT["dependencies"], *others]]
    assert [each for each in wanted if each not in pinned] == []


@scripts
def test_teachers_tools_are_off(tmp_path: Path) -> None:
    """After `postBuild`, in an environment into which pip has put what it brings."""
    config = tmp_path / "etc" / "jupyter"
    of_pip = Path(sys.prefix, "etc", "jupyter", "jupyter_server_config.d")
    shutil.copytree(of_pip, config / "jupyter_server_config.d")
    before = ExtensionConfigManager(read_config_path=[str(config)]).get_jpserver_extensions()
    assert [name for name, on in before.items() if "nbgrader" in name and on]
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/bash\necho "{tmp_path}"\n', encoding="utf-8")
    python.chmod(0o755)
    path = {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    assert os.access(BINDER / "postBuild", os.X_OK)
    subprocess.run([BINDER / "postBuild"], cwd=ROOT, env={**os.environ, **path}, check=True)
    page = json.loads((config / "labconfig" / "page_config.json").read_text("utf-8"))
    assert page["disabledExtensions"]["@jupyter/nbgrader"] is True
    after = ExtensionConfigManager(read_config_path=[str(config)]).get_jpserver_extensions()
    off = {name for name, on in after.items() if not on}
    assert {name for name in before if "nbgrader.server" in name or "jupytext" in name} <= off
    assert after["jupyterlab"] is True


@scripts
def test_its_start_tells_kernels_what_they_know_and_starts_what_it_is_given() -> None:
    assert os.access(BINDER / "start", os.X_OK)
    bin_ = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    found = subprocess.run(
        [BINDER / "start", sys.executable, "-c", "import os; print(os.environ['PYTHONSTARTUP'])"],
        env={**os.environ, **bin_, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(found.stdout.strip()).name == "at_start.py"
    assert Path(found.stdout.strip()).is_file()


def test_the_links_open_the_first_lesson() -> None:
    plain, pulled = re.findall(r"https://mybinder\.org/v2/gh/\S+", README)
    for link, opens in (
        (plain, plain),
        (pulled, unquote(parse_qs(urlsplit(pulled).query)["urlpath"][0])),
    ):
        assert urlsplit(link).path.startswith("/v2/gh/OWNER/looplab/")
        assert opens.endswith("notebooks/00_start_here.ipynb")
    asked = parse_qs(urlsplit(opens).query)
    assert urlsplit(opens).path == "git-pull"
    assert asked["repo"] == ["https://github.com/OWNER/looplab"]
    assert any(line.startswith("nbgitpuller") for line in REQUIRED)


def test_who_is_on_binder_is_reminded_to_keep_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.time() - 60 * MINUTES - 1
    monkeypatch.setattr("looplab.notebook.reminding._began", began)
    assert reminder(tmp_path) == ""  # on a machine of one's own nothing is deleted
    monkeypatch.setenv("BINDER_REPO_URL", "https://example.org/looplab")
    assert "looplab.save()" in reminder(tmp_path)
    file = tmp_path / KEPT
    file.write_text("{}", encoding="utf-8")
    assert reminder(tmp_path) == ""
    os.utime(file, (began, began))
    assert "looplab.save()" in reminder(tmp_path)
    monkeypatch.setattr("looplab.notebook.reminding._began", time.time())
    file.unlink()
    assert reminder(tmp_path) == ""  # it has just begun
