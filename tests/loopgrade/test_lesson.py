"""Reading lesson sources: what is in them, and what is said about a wrong one."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from loopgrade.authoring.lesson import Cell, Lesson, LessonError, grade_id, read_lesson
from loopgrade.authoring.names import bound_names
from loopgrade.authoring.regions import RegionError, regions, solution_text, without_solution

GOOD = '''
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       format_name: percent
# ---

# %% [markdown]
# # Many at once 很多
#
# | a | b |

# %%

from looplab import enable

text = """
# %% not a cell
"""

# %% tags=["hide-input"]
# %%timeline
await main()

# %% exercise="fetch_all" role="answer"
import asyncio


async def fetch_all(job, n):
    ### BEGIN SOLUTION
    return await asyncio.gather(*(job(i) for i in range(n)))
    ### END SOLUTION


# %% exercise="fetch_all" role="test" id="overlap" points=2.0 name="the \\"jobs\\" overlap ×3"
run = observe(fetch_all, jobs([2, 1]), 2)
expect(run).took(2)
# %% exercise="fetch_all" role="test" id="order_2" points=0.5 name="in order"
### BEGIN HIDDEN TESTS
run = observe(fetch_all, jobs([2, 1], results=[1, 2]), 2)
expect(run).returned([1, 2])
### END HIDDEN TESTS

# %% role="breaks"
1 / 0

# %% [markdown]
"""
The *end*.
"""
'''


def read(folder: Path, text: str, name: str = "08_many_at_once.py") -> Lesson:
    path = folder / name
    path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return read_lesson(path)


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return read(tmp_path, GOOD)


def test_cells_have_their_kind_role_and_source(lesson: Lesson) -> None:
    assert lesson.name == "08_many_at_once"
    assert [(cell.kind, cell.role) for cell in lesson.cells] == [
        ("markdown", None),
        ("code", None),
        ("code", None),
        ("code", "answer"),
        ("code", "test"),
        ("code", "test"),
        ("code", "breaks"),
        ("markdown", None),
    ]
    assert lesson.cells[0].source == "# Many at once 很多\n\n| a | b |"
    assert lesson.cells[1].source.endswith('text = """\n# %% not a cell\n"""')
    assert lesson.cells[2] == Cell(
        "code", "%%timeline\nawait main()", lesson.cells[2].line, tags=("hide-input",)
    )
    assert lesson.cells[7].source == "The *end*."


def test_each_cell_knows_the_line_on_which_its_source_starts(lesson: Lesson) -> None:
    lines = dedent(GOOD).lstrip("\n").split("\n")

    for cell in lesson.cells:
        assert cell.source.split("\n")[0] in lines[cell.line - 1]
    assert [cell.line for cell in lesson.cells] == [9, 15, 22, 26, 36, 39, 45, 49]


def test_an_exercise_has_its_answer_and_its_tests(lesson: Lesson) -> None:
    (exercise,) = lesson.exercises
    overlap, order = exercise.tests

    assert exercise.name == "fetch_all"
    assert exercise.answer is lesson.cells[3]
    assert (overlap.id, overlap.name, order.id) == ("overlap", 'the "jobs" overlap ×3', "order_2")
    assert (repr(overlap.points), repr(order.points)) == ("2", "0.5")
    assert [grade_id(cell) for cell in (exercise.answer, *exercise.tests)] == [
        "fetch_all",
        "fetch_all-overlap",
        "fetch_all-order_2",
    ]


def test_only_answers_and_tests_have_a_grade_id(lesson: Lesson) -> None:
    with pytest.raises(ValueError, match="Only an answer or a test"):
        grade_id(lesson.cells[0])


def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    expected = read(tmp_path, GOOD)
    path = tmp_path / "08_many_at_once.py"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert read_lesson(path) == expected


def test_two_exercises_may_have_tests_of_one_id(tmp_path: Path) -> None:
    lesson = read(tmp_path, exercise("one") + exercise("two"))

    assert [grade_id(each.tests[0]) for each in lesson.exercises] == ["one-small", "two-small"]


def exercise(name: str) -> str:
    return f"""
# %% exercise="{name}" role="answer"
def {name}():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION

# %% exercise="{name}" role="test" id="small" points=1 name="returns one"
run = observe({name})
expect(run).returned(1)
"""


ANSWER = '# %% exercise="one" role="answer"\n'
TEST = '# %% exercise="one" role="test" id="small" points=1 name="is one"\n'
BODY = "def one():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
RUN = "run = observe(one)\n"


def markers_of_a_test(**changes: str | None) -> str:
    markers = {"exercise": '"one"', "role": '"test"', "id": '"small"', "points": "1"}
    markers |= {"name": '"is one"'}
    kept = {key: value for key, value in (markers | changes).items() if value is not None}
    return "# %% " + " ".join(f"{key}={value}" for key, value in kept.items()) + "\n" + RUN


WRONG = {
    # headers
    "an unknown marker": ('# %% excercise="one"\n1', 1, "`excercise` is no marker"),
    "a title": ("# %% What breaks\n1", 1, "`What breaks` is no marker"),
    "a marker without quotes": ("# %% role=breaks\n1", 1, "`role=breaks` is no marker"),
    "a marker without a value": ("# %% points=1 breaks\n1", 1, "`breaks` is no marker"),
    "an unknown role": ('# %% role="solution"\n1', 1, "the roles are answer, test, breaks"),
    "an answer without exercise": (
        f'# %% role="answer"\n{BODY}',
        1,
        'role="answer" needs the marker exercise=',
    ),
    "an answer with points": (
        f'# %% exercise="one" role="answer" points=1\n{BODY}',
        1,
        'role="answer" takes no marker points=',
    ),
    "an exercise without role": (
        f'# %% exercise="one"\n{BODY}',
        1,
        "a cell without a role takes no marker exercise=",
    ),
    "a breaking cell with a name": (
        '# %% role="breaks" name="x"\n1',
        1,
        'role="breaks" takes no marker name=',
    ),
    "a role on markdown": ('# %% [markdown] role="breaks"\n# 1', 1, "is for code cells"),
    "a raw cell": ("# %% [raw]\n# 1", 1, "a raw cell; make it markdown or code"),
    "a name that is no text": ("# %%\n1\n\n# %% name=3\n1", 4, "cannot read this cell's header"),
    "tags that are no list": ('# %% tags="a"\n1', 1, "cannot read this cell's header"),
    "text before the first cell": ('"""A lesson."""\n# %%\n1', 1, "text before the first cell"),
    "no cell": ("\n", 1, "there is no cell"),
    "a cell of another format": ("# %%\n1\n# In[2]:\n2\n", 3, "a cell without a header"),
    # exercises
    "two answers": (
        ANSWER + BODY + "\n" + ANSWER + BODY,
        8,
        "exercise 'one' has an answer cell already, at line 2",
    ),
    "a test without an answer": (TEST + RUN, 2, "no answer cell of exercise 'one'"),
    "a test before its answer": (TEST + RUN + ANSWER + BODY, 2, "stands before this test"),
    "two tests of one id": (
        ANSWER + BODY + TEST + RUN + TEST + RUN,
        9,
        "exercise 'one' has a test 'small' already, at line 7",
    ),
    "an exercise without a test": (ANSWER + BODY, 2, "exercise 'one' has no test"),
    "an answer without a solution": (
        ANSWER + "def one(): pass\n" + TEST + RUN,
        2,
        "the answer cell has no solution",
    ),
    "a solution that is not Python": (
        ANSWER + BODY.replace("return 1", "return 1)") + TEST + RUN,
        4,
        "the solution is not Python (unmatched ')')",
    ),
    # markers in the text
    "a solution without an end": (
        ANSWER + BODY.replace("    ### END SOLUTION\n", ""),
        3,
        "SOLUTION begins here and never ends",
    ),
    "a solution without a beginning": (
        ANSWER + BODY.replace("    ### BEGIN SOLUTION\n", ""),
        4,
        "SOLUTION ends here and has not begun",
    ),
    "a solution in a solution": (
        ANSWER + BODY.replace("    return 1", "    ### BEGIN SOLUTION"),
        4,
        "SOLUTION begins inside SOLUTION",
    ),
    "a solution that ends as a hidden test": (
        ANSWER + BODY.replace("END SOLUTION", "END HIDDEN TESTS"),
        5,
        "HIDDEN TESTS ends here and has not begun",
    ),
    "a solution in a test": (
        f"{ANSWER}{BODY}{TEST}### BEGIN SOLUTION\n{RUN}### END SOLUTION\n",
        7,
        'SOLUTION stands in a cell that is not role="answer"',
    ),
    "a solution in a plain cell": (
        f"# %%\n{BODY}",
        3,
        'SOLUTION stands in a cell that is not role="answer"',
    ),
    "a solution in markdown": (
        "# %% [markdown]\n# text\n# ### BEGIN SOLUTION\n# ### END SOLUTION\n",
        3,
        'SOLUTION stands in a cell that is not role="answer"',
    ),
    "hidden tests in an answer": (
        ANSWER + BODY.replace("SOLUTION", "HIDDEN TESTS"),
        3,
        'HIDDEN TESTS stands in a cell that is not role="test"',
    ),
    "hidden tests in a cell that breaks": (
        f'# %% role="breaks"\n### BEGIN HIDDEN TESTS\n{RUN}### END HIDDEN TESTS\n',
        2,
        'HIDDEN TESTS stands in a cell that is not role="test"',
    ),
}


@pytest.mark.parametrize(("text", "line", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_lesson_is_refused(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = tmp_path / "01_wrong.py"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(LessonError) as caught:
        read_lesson(path)

    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("marker", ["exercise", "id", "points", "name"])
def test_a_test_needs_all_its_markers(tmp_path: Path, marker: str) -> None:
    with pytest.raises(LessonError, match=f'role="test" needs the marker {marker}='):
        read(tmp_path, ANSWER + BODY + markers_of_a_test(**{marker: None}))


@pytest.mark.parametrize(
    ("marker", "value"),
    [
        ("exercise", '"two words"'),
        ("exercise", '"class"'),
        ("exercise", '"zwölf"'),
        ("exercise", "1"),
        ("id", '"Turns"'),
        ("id", '"2nd"'),
        ("id", '"in-turn"'),
        ("id", '"größe"'),
        ("id", '""'),
        ("id", f'"{"a" * 61}"'),
        ("points", "0"),
        ("points", "-1"),
        ("points", '"1"'),
        ("points", "true"),
        ("points", "NaN"),
        ("points", "Infinity"),
        ("name", '""'),
        ("name", '" spaced"'),
        ("name", r'"two\nlines"'),
    ],
)
def test_a_marker_needs_a_valid_value(tmp_path: Path, marker: str, value: str) -> None:
    with pytest.raises(LessonError, match=r"01_x\.py:6: "):
        read(tmp_path, ANSWER + BODY + markers_of_a_test(**{marker: value}), "01_x.py")


def test_the_lesson_that_the_wrong_ones_are_made_of_is_right(tmp_path: Path) -> None:
    assert read(tmp_path, ANSWER + BODY + markers_of_a_test()).exercises[0].tests[0].id == "small"


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "01_latin.py"
    path.write_bytes("# %%\nprint('größer')\n".encode("latin-1"))

    with pytest.raises(LessonError, match=r"01_latin\.py:2: the file is not UTF-8"):
        read_lesson(path)


@pytest.mark.parametrize(
    "line",
    [
        "### BEGIN SOLUTIONS",
        "### END SOLUTIONS",
        "# BEGIN SOLUTION",
        "## END SOLUTION",
        "#### BEGIN SOLUTION",
        "###BEGIN SOLUTION",
        "### begin solution",
        "### End Solution",
        "### BEGIN  SOLUTION",
        "### BEGIN_SOLUTION",
        "### BEGIN SOLUTON",
        "### BEIGN SOLUTION",
        "### BEGIN SOLUTION:",
        "### BEGIN HIDDEN TEST",
        "### BEGIN HIDDEN",
        "### END TESTS",
        "# begin hidden tests",
        "### BEGIN HIDEN TESTS",
        "x = 1  ### BEGIN SOLUTION",
        "The words BEGIN HIDDEN TESTS in a sentence",
        "### BEGIN MARK SCHEME",
        "### AUTOTEST x",
    ],
)
def test_a_line_that_is_almost_a_marker_is_refused(line: str) -> None:
    with pytest.raises(RegionError) as caught:
        regions(f"x = 1\n{line}\nx = 2")

    assert caught.value.line == 2


@pytest.mark.parametrize(
    "line",
    [
        "# The solution",
        "## A second solution",
        "# Best solution so far",
        "# begin with the first generator",
        "# in the end every test passes",
        "# hidden behind a property",
        "the end solution is to wait",
        "begin = solution = tests = 1",
    ],
)
def test_plain_words_are_no_markers(line: str) -> None:
    assert regions(f"x = 1\n{line}\nx = 2") == ()


TWO_PARTS = """\
class Account:
    def read(self):
        ### BEGIN SOLUTION
        value = self.value

        return value
        ### END SOLUTION

    def write(self, value):
        ### BEGIN SOLUTION
        self.value = value
        ### END SOLUTION
"""


def test_the_stub_stands_where_each_solution_was() -> None:
    assert without_solution(TWO_PARTS, "# TODO\nraise NotImplementedError") == (
        "class Account:\n"
        "    def read(self):\n"
        "        # TODO\n"
        "        raise NotImplementedError\n"
        "\n"
        "    def write(self, value):\n"
        "        # TODO\n"
        "        raise NotImplementedError\n"
    )


def test_the_solution_is_the_cell_without_the_markers() -> None:
    text = solution_text(TWO_PARTS)

    assert "###" not in text
    assert [line for line in TWO_PARTS.split("\n") if "###" not in line] == text.split("\n")
    assert ast.parse(text)


BINDING = """
import asyncio, os.path, json as j
from math import (pi, tau as full)
a = b = (c, [d, *e]) = 1
f: int = 2
g += 1
for h, i in []:
    while (k := 3): l = 4
with open() as m, n as (o, p): pass
try: pass
except OSError as q: pass
else: r = 1
match x:
    case {"a": s, **t}: pass
    case [u, *v] | v as w: pass
@decorator(lambda: (hidden := 1))
def fun(parameter, default=1):
    local = 1
async def afun(): local = 2
class Class:
    attribute = 1
[element for element in [] if (y := element)]
z.attribute = z[0] = 1
del z
"""


def test_bound_names_are_those_of_the_top_level() -> None:
    imported = {"asyncio", "os", "j", "pi", "full"}
    others = {*"abcdefghiklmopqrstuvwy", "fun", "afun", "Class"}

    assert bound_names(BINDING) == imported | others
    assert bound_names(BINDING, imports=False) == others


def test_a_name_that_is_imported_and_defined_counts_as_defined() -> None:
    assert bound_names("from m import f\ndef f(): pass", imports=False) == {"f"}
