"""Right answers in the forms in which real people hand them in: each keeps every point."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from loopgrade.authoring import build
from loopgrade.authoring.lesson import Lesson, grade_id, read_lesson
from loopgrade.authoring.regions import solution_text
from loopgrade.examination import examiner, sandbox
from loopgrade.examination.examiner import Examination, StudentCell, examine
from loopgrade.examination.notation import MAX_WORK, Notation
from loopgrade.examination.test_cell import TrustedTest, seed_of

LESSONS = Path(__file__).parents[2] / "autograder" / "lessons"
EXERCISES = {
    "01_coroutines": "do_some_work",
    "06_tasks": "say_both",
    "08_many_at_once": "fetch_all",
}

Cells = list[str | tuple[str]]
"""Of a notebook; the answer is the tuple."""

FIRST = "import asyncio\nimport time\nfrom looplab import *"


def old_version(answer: str) -> str:
    """A wrong version that binds the same name."""
    head = next(line for line in answer.splitlines() if "def " in line)
    return f"{head}\n    return 'an old version'\n"


FORMS: dict[str, Callable[[str], Cells]] = {
    "as it is": lambda answer: [FIRST, (answer,)],
    "pip first": lambda answer: [f"!pip install -q looplab\n{FIRST}", (answer,)],
    "a blank line, and pip": lambda answer: [f"\n\n%pip install looplab\n{FIRST}", (answer,)],
    "a question below": lambda answer: [FIRST, (f"{answer}\nobserve?",)],
    "two questions above": lambda answer: [FIRST, (f"??asyncio.run\n{answer}",)],
    "help above": lambda answer: [FIRST, (f"help(asyncio.sleep)\n{answer}",)],
    "writefile below": lambda answer: [
        FIRST,
        (answer,),
        f"%%writefile old.py\n{old_version(answer)}",
    ],
    "script below": lambda answer: [FIRST, (answer,), f"%%script false\n{old_version(answer)}"],
    "bash below": lambda answer: [FIRST, (answer,), "%%bash\nexit 1"],
    "timeit below": lambda answer: [FIRST, (answer,), f"%%timeit\n{old_version(answer)}"],
    "a percent sign begins a line": lambda answer: [
        FIRST,
        (
            "%matplotlib inline\nDONE = (\n    'done %s'\n    % 1\n)\n"
            f"if DONE != 'done 1':\n    raise SystemExit\n{answer}",
        ),
    ],
    "a text with signs in it": lambda answer: [
        FIRST,
        (
            f'%time TEXT = 1\nTEXT = """\n!! Do not\n% done\n"""\n'
            f"if TEXT.count('%') + TEXT.count('!') != 3:\n    raise SystemExit\n{answer}",
        ),
    ],
    "a cell that is timed": lambda answer: [FIRST, (f"%%time\n{answer}",)],
    "timed, with a text": lambda answer: [
        FIRST,
        (f"%%time\nNOTE = '''\n% done\n'''\nif '%' not in NOTE:\n    raise SystemExit\n{answer}",),
    ],
    "timed in a magic in a magic": lambda answer: [
        FIRST,
        (f"%%capture out\n%%time\n%matplotlib inline\n{answer}",),
        "out.show()",
    ],
    "a timed await": lambda answer: [FIRST, (f"%%time\nawait asyncio.sleep(0)\n{answer}",)],
    "what magics give": lambda answer: [
        FIRST,
        (
            "t = %timeit -o -n1 -r1 sum(range(9))\nfiles = !ls\nn = %time len(files)\n"
            f"if n or t.best:\n    raise SystemExit\n{answer}",
        ),
    ],
    "a magic in an if": lambda answer: [
        FIRST,
        (f"if True:\n    %time DONE = 'done'\nif DONE != 'done':\n    raise SystemExit\n{answer}",),
    ],
    "a magic in a function": lambda answer: [
        FIRST,
        (
            "def f(x):\n    y = %time x + 1\n    return y\n"
            f"if f(1) != 2:\n    raise SystemExit\n{answer}",
        ),
    ],
    "IPython is asked for": lambda answer: [
        FIRST,
        (
            "from IPython.display import HTML, Markdown, clear_output, display\n"
            "from IPython import get_ipython\nfrom IPython.core.magic import register_line_magic\n"
            "display(HTML('<b>x</b>'), clear=True)\nclear_output(wait=True)\n"
            f"get_ipython().run_line_magic('autoreload', '2')\n{answer}",
        ),
    ],
    "all of a cell is shown": lambda answer: [
        "from IPython.core.interactiveshell import InteractiveShell\n"
        f"InteractiveShell.ast_node_interactivity = 'all'\n{FIRST}",
        (answer,),
    ],
    "pasted from a terminal": lambda answer: [
        FIRST,
        (
            "\n".join(
                f">>> {line}" if n == 0 else f"... {line}"
                for n, line in enumerate(answer.strip().splitlines())
            ),
        ),
    ],
    "it finds out where it is": lambda answer: [
        FIRST,
        (
            "here = %pwd\nassert 'IPKernelApp' in get_ipython().config and here + ''\n"
            "assert get_ipython().__class__.__name__ == 'ZMQInteractiveShell'\n"
            f"import IPython\nIPython.display.display(IPython.display.HTML('x'))\n{answer}",
        ),
    ],
    "a plot is drawn": lambda answer: [
        f"import matplotlib.pyplot as plt\nimport matplotlib\n{FIRST}",
        (
            "from matplotlib.ticker import MaxNLocator\nplt.rcParams['figure.dpi'] = 80\n"
            f"plt.plot([1, 2], label='x').set_title('y')\nplt.show()\n{answer}",
        ),
    ],
    "the kernel is asked to end": lambda answer: [FIRST, (f"{answer}\n\nexit()",)],
    "with its own module": lambda answer: [
        FIRST,
        "%%writefile mine.py\nVALUE = 3",
        (f"from mine import VALUE\n{answer}",),
    ],
}


@cache
def lesson(name: str) -> Lesson:
    return read_lesson(LESSONS / f"{name}.py")


def hand_in(name: str, cells: Callable[[str], Cells]) -> Examination:
    exercise = next(each for each in lesson(name).exercises if each.name == EXERCISES[name])
    tests = [
        TrustedTest(grade_id(cell), exercise.name, build.test_source(cell))
        for cell in exercise.tests
    ]
    made = [
        StudentCell(
            n,
            cell if isinstance(cell, str) else cell[0],
            None if isinstance(cell, str) else exercise.name,
        )
        for n, cell in enumerate(cells(solution_text(exercise.answer.source)))
    ]
    return examine(
        made,
        tests,
        level=sandbox.strongest(),
        seed=lambda test: seed_of(b"forms", name, test),
    )


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("form", FORMS)
def test_a_right_answer_keeps_every_point(form: str, name: str) -> None:
    found = hand_in(name, FORMS[form])
    assert [verdict.message for verdict in found.verdicts.values() if not verdict.passed] == []
    assert found.flags == {}


def test_the_text_of_a_program_is_never_altered() -> None:
    text = "x = '''\n% a\n!! b\n'''\ny = (\n'%s'\n% x\n)\n"
    assert Notation().plain(text).source == text
    assert Notation().plain(f"%time f()\n{text}").source.endswith(text)


def test_lines_keep_their_numbers() -> None:
    for above in (
        "\n\n%time x\n",
        "%%time\n",
        "\n%%timeline\n",
        "\n\n%%capture\n%%time\n",
        "!ls\n",
    ):
        text = Notation().plain(f"{above}raise OSError\n").source
        assert text.split("\n").index("raise OSError") == above.count("\n")


def test_the_timeline_magic_is_known() -> None:
    assert Notation().plain("%%timeline\nx = !ls").timeline
    assert not Notation().plain("x = !ls").timeline


def test_a_cell_made_to_be_slow_is_handed_on_as_it_is() -> None:
    """IPython's transformer would take minutes: it reads the cell anew for each magic."""
    slow = "%time x\n" * 499 + "x = 1\n" * 9_000
    assert MAX_WORK < 499 * 9_499
    assert Notation().plain(slow).source == slow
    several = Notation()
    assert [several.plain("%time x\n" * 90).source.startswith("get") for _ in range(6)] == [
        *[True] * 4,
        *[False] * 2,
    ]


def test_what_one_cell_imports_from_the_future_is_its_own() -> None:
    """The grader's own `from __future__ import annotations` stays with the grader."""

    def typed(answer: str) -> Cells:
        check = "def f(x: int): pass\nif f.__annotations__['x'] is not int:\n    raise SystemExit\n"
        return [FIRST, (check + answer,)]

    def untyped(answer: str) -> Cells:
        check = "def f(x: int): pass\nif f.__annotations__['x'] != 'int':\n    raise SystemExit\n"
        return [f"from __future__ import annotations\n{FIRST}", (check + answer,)]

    for cells in (typed, untyped):
        found = hand_in("06_tasks", cells)
        assert all(verdict.passed for verdict in found.verdicts.values())


FIRST_CAUSES: dict[str, tuple[Callable[[str], Cells], str]] = {
    "a package that is not there": (
        lambda answer: [f"import numpy\n{FIRST}", (answer,)],
        "your cell `import numpy` stopped: ModuleNotFoundError: No module named 'numpy'",
    ),
    "an answer that is not Python, over an older one": (
        lambda answer: [FIRST, old_version(answer), (f"x = = 3\n{answer}",)],
        "the cell with your answer stopped: SyntaxError",
    ),
    "an answer that stops, alone": (
        lambda answer: [FIRST, (f"1 / 0\n{answer}",)],
        "the cell with your answer stopped: ZeroDivisionError: division by zero",
    ),
}


@pytest.mark.parametrize("cause", FIRST_CAUSES)
def test_the_first_cause_is_told(cause: str) -> None:
    cells, told = FIRST_CAUSES[cause]
    found = hand_in("06_tasks", cells)
    for verdict in found.verdicts.values():
        assert not verdict.passed
        assert told in " ".join(verdict.message.split())


def test_other_cells_have_patience_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scratch cells that wait use up their own time and not that of the answer."""
    monkeypatch.setattr(examiner, "OTHER_SECONDS", 1.5)
    monkeypatch.setattr(examiner, "QUICK_SECONDS", 0.2)
    monkeypatch.setattr(examiner, "EXERCISE_SECONDS", 20.0)
    waits = "from threading import Thread\nt = Thread(target=time.sleep, args=(1,))\nt.start()"
    waits += "\nt.join()"
    found = hand_in("06_tasks", lambda answer: [FIRST, *[waits] * 5, (answer,), "print('done')"])
    assert all(verdict.passed for verdict in found.verdicts.values())
    stopped = [n for n, told in found.outputs.items() if told and told[0].kind == "error"]
    assert stopped == [2, 3, 4, 5]
    assert "have 1.5 s in all" in found.outputs[2][0].text
