"""A new exercise in the seven steps of CONTRIBUTING.md, and a private repository over this one."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from small import write_course

from loopgrade.authoring.lesson import read_lesson
from loopgrade.bank.verify import read_answers
from loopgrade.cli import main

ROOT = Path(__file__).resolve().parents[2]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TEACHING = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
NAME = "02_relay"

# What an author writes in each of the first five steps

TASK = '''# %% [markdown]
# # A relay

# %%
import asyncio
from looplab import SEED, check, enable, expect, jobs, observe
enable()

# %% [markdown]
# **`relay(job, n)`** runs `job(0)` to `job(n - 1)` one after the other, and returns the last
# result, or None where `n` is 0. An error ends it, and comes out.

# %% exercise="relay" role="answer"
async def relay(job, n):
    """Return what the last of n jobs gives; each begins when the one before has ended."""
    ### BEGIN SOLUTION
    # Why: an `await` waits for its job, so that the next line runs when that has ended.
    result = None
    for i in range(n):
        result = await job(i)
    return result
    ### END SOLUTION

'''
TESTS = """# %% exercise="relay" role="test" id="last" points=1 name="gives the last result"
run = observe(relay, jobs([1, 2], results=["a", "b"]), 2)
expect(run).returned("b", hint="keep what each job gives, and return the last")
expect(observe(relay, jobs([]), 0)).returned(None, hint="without jobs there is no result")
### BEGIN HIDDEN TESTS
import random
random_ = random.Random(SEED)
results_ = [random_.randrange(10**9) for _ in range(5)]
run = observe(relay, jobs([1] * 5, results=results_), 5)
expect(run).returned(results_[-1], hint="however many there are")
### END HIDDEN TESTS

# %% exercise="relay" role="test" id="one" points=1 name="one after the other"
run = observe(relay, jobs([3, 2, 1]), 3)
expect(run).took(6, hint="the next begins when the one before has ended")
run = observe(relay, jobs([3, 2, 1], errors={1: KeyError("no")}), 3)
expect(run).raised(KeyError, hint="let the error out").that(
    len(run.calls) == 2,
    expected="no job begins after the error",
    happened=f"{len(run.calls)} began",
)
"""
HINTS = """
# %% [markdown]
# <details><summary>Hint 1</summary>A loop.</details>
# <details><summary>Hint 2</summary>`await job(i)` in the loop.</details>
"""
RIGHT = {
    "taskwise": "for i in range(n):\n        last = await asyncio.create_task(job(i))",
    "by_while": "i = 0\n    while i < n:\n        last = await job(i)\n        i += 1",
    "by_list": "last = ([None] + [await job(i) for i in range(n)])[-1]",
}
WRONG = {
    "at_once": (
        "one after the other",
        "last = ([None, *await asyncio.gather(*map(job, range(n)))])[-1]",
    ),
    "first": (
        "gives the last result",
        "for i in range(n):\n        r = await job(i)\n        last = last or r",
    ),
    "all_results": ("gives the last result", "last = [await job(i) for i in range(n)]"),
    "one_too_few": ("gives the last result", "for i in range(n - 1):\n        last = await job(i)"),
    "swallows": (
        "one after the other",
        "for i in range(n):\n        try:\n            last = await job(i)\n"
        "        except Exception:\n            pass",
    ),
    "goes_on": (
        "one after the other",
        "tasks = [asyncio.create_task(job(i)) for i in range(n)]\n"
        "    for task in tasks:\n        last = await task",
    ),
}


def answer(body: str) -> str:
    return (
        f"import asyncio\nasync def relay(job, n):\n    last = None\n    {body}\n    return last\n"
    )


def steps() -> list[str]:
    """Return the numbered steps of *Adding an exercise*."""
    section = CONTRIBUTING.partition("## Adding an exercise")[2].partition("\n## ")[0]
    return re.split(r"^\d\. ", section, flags=re.MULTILINE)[1:]


def test_a_new_exercise_in_seven_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = steps()
    assert len(told) == 7
    for mark in ('role="answer"', "### BEGIN SOLUTION", "# Why:"):
        assert mark in told[0] and mark in TASK
    for mark in ('role="test"', "points=", "name="):
        assert mark in told[1] and mark in TESTS
    for mark in ("random.Random(SEED)", "### BEGIN HIDDEN TESTS"):
        assert mark in told[2] and mark in TESTS
    assert "<details>" in told[3]
    course = write_course(tmp_path / "course")
    lesson = course / "autograder" / "lessons" / f"{NAME}.py"
    lesson.write_text(TASK + TESTS + HINTS, encoding="utf-8")

    assert "at least three right answers" in told[4]
    assert "at least six wrong ones" in told[4]
    bank = course / "autograder" / "answers" / NAME / "relay"
    (bank / "right").mkdir(parents=True)
    (bank / "wrong").mkdir()
    for name, body in RIGHT.items():
        (bank / "right" / f"{name}.py").write_text(f"# {name}\n{answer(body)}")
    for name, (loses, body) in WRONG.items():
        (bank / "wrong" / f"{name}.py").write_text(f"# loses: {loses}\n{answer(body)}")

    monkeypatch.chdir(course)
    commands = re.findall(r"`looplab ([^`]+)`", told[5])
    assert commands == ["build", "verify NN_slug"]
    options = re.findall(r"`(--references [^`]+)`", told[5])
    for command in [*commands, f"{commands[-1]} {options[0].replace('40', '5')}"]:
        assert main(command.replace("NN_slug", NAME).split()) == 0, capsys.readouterr().out
    assert "wrong rejected 6/6" in capsys.readouterr().out

    notebook = course / "notebooks" / f"{NAME}.ipynb"
    book = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in book["cells"]:
        if cell["id"] == "relay":
            cell["source"] = answer(WRONG["goes_on"][1])
    notebook.write_text(json.dumps(book), encoding="utf-8")
    assert main(["check", str(notebook)]) == 1
    said = capsys.readouterr().out
    assert "✗ one after the other" in said
    assert "the next begins when the one before has ended" in said


# A private repository


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_a_private_repository_over_this_one(tmp_path: Path) -> None:
    section = TEACHING.partition("## A private repository over this one")[2].partition("\n## ")[0]
    typed = re.findall(r"^    (git .*)$", section, flags=re.MULTILINE)
    public = write_course(tmp_path / "public")
    git(public, "init", "-q", "-b", "main")
    git(public, "add", "-A")
    git(public, "commit", "-qm", "a course")
    git(tmp_path, "init", "-q", "--bare", "private.git")
    places = {
        "https://example.org/looplab.git": str(public),
        "git@example.edu:loops.git": str(tmp_path / "private.git"),
    }
    mine = tmp_path / "loops"
    lessons = mine / "autograder" / "lessons"

    def type_in(command: str) -> None:
        for place, there in places.items():
            command = command.replace(place, there)
        git(mine if mine.is_dir() else tmp_path, *command.split()[1:])

    *set_up, commit, push, update = typed
    for command in set_up:
        type_in(command)
    # A hidden test, an answer, and a whole lesson
    small = lessons / "01_small.py"
    hidden = '# %% exercise="twice" role="test" id="zero" points=1 name="zero"\nobserve(twice, 0)\n'
    small.write_text(small.read_text(encoding="utf-8") + "\n" + hidden, encoding="utf-8")
    (lessons / f"{NAME}.py").write_text(TASK + TESTS, encoding="utf-8")
    answers = mine / "autograder" / "answers" / "01_small" / "twice" / "wrong"
    (answers / "mine.py").write_text("# loses: zero\ndef twice(n):\n    return n\n")
    git(mine, "add", "-A")
    type_in(commit.partition(" -m ")[0] + " -m mine")
    type_in(push)
    # Meanwhile the public one has moved on.
    theirs = public / "autograder" / "lessons" / "01_small.py"
    theirs.write_text(theirs.read_text(encoding="utf-8").replace("doubles seven", "doubles 7"))
    wrong = public / "autograder" / "answers" / "01_small" / "twice" / "wrong" / "by_heart.py"
    wrong.write_text(wrong.read_text().replace("doubles seven", "doubles 7"))
    git(public, "commit", "-qam", "a name")
    type_in(update)
    read = read_lesson(small)
    names = [test.name for each in read.exercises for test in each.tests]
    assert {"doubles 7", "zero"} <= {*names}
    assert {"by_heart", "mine"} <= {each.name for each in read_answers(mine, read)}
    assert (lessons / f"{NAME}.py").is_file()
