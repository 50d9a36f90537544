"""A small course that the tests build, hand in to and grade."""

import gc
import shutil
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

LESSON = "01_small"


@contextmanager
def locked_gradebook(course: Path) -> Iterator[None]:
    """Hold a course's gradebook, so that nobody else can read it."""
    with closing(sqlite3.connect(course / "autograder" / "gradebook.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.rollback()
    with warnings.catch_warnings():
        # nbgrader's Gradebook leaves its connection open where it cannot be had, and from
        # Python 3.13 on whoever collects garbage next is warned of it.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


SOURCE = '''# %% [markdown]
# # A small lesson

# %%
import asyncio
from looplab import SEED, check, enable, expect, gens, jobs, observe
enable()

# %% exercise="fetch_all" role="answer"
async def fetch_all(job, n):
    """Return what job(0), job(1), ... job(n - 1) return, in that order."""
    ### BEGIN SOLUTION
    # Why: all `job` begin before one is awaited;
    # in turn they would take longer.
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(i)) for i in range(n)]
    return [task.result() for task in tasks]
    ### END SOLUTION

# %% exercise="fetch_all" role="test" id="order" points=1 name="results come in order"
run = observe(fetch_all, jobs([2, 1, 4], results=["a", "b", "c"]), 3)
expect(run).returned(["a", "b", "c"], hint="keep the order of the calls")

# %% exercise="fetch_all" role="test" id="overlap" points=2 name="the jobs overlap"
run = observe(fetch_all, jobs([2, 1, 4]), 3)
expect(run).took(4, hint="start them all before you wait for one")
### BEGIN HIDDEN TESTS
import random
random_ = random.Random(SEED)
delays_ = [random_.randrange(1, 9) for _ in range(6)]
results_ = [random_.randrange(10**9) for _ in range(6)]
run = observe(fetch_all, jobs(delays_, results=results_), 6)
# Both: who only guesses how long it takes has none of the results.
expect(run).took(max(delays_), hint="however many there are").returned(results_)
### END HIDDEN TESTS

# %% exercise="twice" role="answer"
def twice(n):
    ### BEGIN SOLUTION
    return 2 * n
    ### END SOLUTION

# %% exercise="twice" role="test" id="seven" points=1 name="doubles seven"
run = observe(twice, 7)
expect(run).returned(14, hint="add it to itself")
'''

ANSWERS = {
    "fetch_all/right/gathered.py": (
        "# gather does it too\nimport asyncio\n"
        "async def fetch_all(job, n):\n"
        "    return list(await asyncio.gather(*map(job, range(n))))\n"
    ),
    "fetch_all/wrong/sequential.py": (
        "# loses: the jobs overlap\n"
        "async def fetch_all(job, n):\n    return [await job(i) for i in range(n)]\n"
    ),
    "twice/wrong/by_heart.py": "# loses: doubles seven\ndef twice(n):\n    return 42\n",
}

RIGHT = {
    "fetch_all": ANSWERS["fetch_all/right/gathered.py"],
    "twice": "def twice(n):\n    return n + n",
}

CONFIG = Path(__file__).parents[1] / "autograder" / "nbgrader_config.py"


def write_course(root: Path) -> Path:
    """Write the small course, not built."""
    lessons = root / "autograder" / "lessons"
    lessons.mkdir(parents=True)
    (root / "notebooks").mkdir()
    shutil.copy(CONFIG, root / "autograder" / "nbgrader_config.py")
    (lessons / f"{LESSON}.py").write_text(SOURCE, encoding="utf-8")
    for name, text in ANSWERS.items():
        path = root / "autograder" / "answers" / LESSON / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def submission(course: Path, student: str) -> Path:
    """Return where a student's notebook is handed in."""
    return course / "autograder" / "submitted" / student / LESSON / f"{LESSON}.ipynb"
