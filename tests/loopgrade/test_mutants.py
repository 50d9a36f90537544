"""Mistakes made by a program: each is one, in one place, and compiles."""

import ast
from pathlib import Path

import pytest

from loopgrade.authoring.lesson import LessonError
from loopgrade.bank.mutants import MAX_MUTANTS, STILL_RIGHT, mutants, read_list

MADE = {
    "await dropped": ("async def f(x):\n    x = await x\n    return 1", "x = x"),
    "gather in sequence": (
        "async def f(a):\n    return await asyncio.gather(*map(a, [1]))",
        "return [await each for each in map(a, [1])]",
    ),
    "gather in sequence, named": (
        "async def f(a, b):\n    return await asyncio.gather(a(), b())",
        "return [await a(), await b()]",
    ),
    "time.sleep": ("async def f():\n    await asyncio.sleep(2)", "__import__('time').sleep(2)"),
    "with dropped": (
        "async def f():\n    async with lock:\n        g()",
        "async def f():\n    g()",
    ),
    "task left to nobody": (
        "async def f(group):\n    group.create_task(g())",
        "__import__('asyncio').ensure_future(g())",
    ),
    "error swallowed": ("try:\n    f()\nexcept E:\n    raise", "except E:\n    pass"),
    "catches everything": ("try:\n    f()\nexcept E:\n    g()", "except BaseException:"),
    "finally dropped": ("try:\n    f()\nfinally:\n    g()", "f()"),
    "finally dropped, with except": (
        "try:\n    f()\nexcept E:\n    h()\nfinally:\n    g()",
        "try:\n    f()\nexcept E:\n    h()",
    ),
    "cancel() dropped": ("def f(t):\n    t.cancel()\n    return 1", "pass\n    return 1"),
    "statement dropped": ("x = 1\nx = 2", "x = 1\npass"),
    "break dropped": ("for x in y:\n    break", "for x in y:\n    pass"),
    "return gives None": ("def f():\n    return f", "return"),
    "comparison changed": ("x = 1 < y", "x = 1 <= y"),
    "not dropped": ("x = not y", "x = y"),
    "and / or changed": ("x = y and z", "x = y or z"),
    "if always": ("if x:\n    y()", "if True:"),
    "if never": ("if x:\n    y()", "if False:"),
    "0 becomes 1": ("x = y[0]", "x = y[1]"),
    "+ / - changed": ("x = y + z", "x = y - z"),
}


@pytest.mark.parametrize(("name", "made"), MADE.items(), ids=MADE)
def test_each_mistake_is_made(name: str, made: tuple[str, str]) -> None:
    source, part = made
    words = name.partition(",")[0]
    texts = [each.source for each in mutants(source) if each.name.endswith(f" {words}")]
    assert any(part in text for text in texts), texts


def test_mutants_are_programs_and_no_two_are_alike() -> None:
    source = (
        "async def f(jobs):\n    if 0 < len(jobs) + 1 + 2:\n        return [await j() for j in a]"
    )
    found = mutants(source)
    assert found == mutants(source)
    texts = [each.source for each in found]
    assert len(set(texts)) == len({each.name for each in found}) == len(found) > 4
    assert ast.unparse(ast.parse(source)) not in texts


def test_there_is_an_end_and_asyncios_mistakes_come_first() -> None:
    source = "\n".join(f"x{n} = {n}" for n in range(200)) + "\nasync def f(): await x1"
    found = mutants(source)
    assert len(found) == MAX_MUTANTS
    assert found[0].name == "201:15 await dropped"


def test_what_is_still_right_has_a_reason(tmp_path: Path) -> None:
    assert read_list(tmp_path, STILL_RIGHT, "mutant") == {}
    file = tmp_path / STILL_RIGHT
    file.write_text('[[mutant]]\nexercise = "01/a"\nname = "1:0 x"\nreason = "so"\n')
    assert read_list(tmp_path, STILL_RIGHT, "mutant") == {("01", "a", "1:0 x"): "so"}
    file.write_text('[[mutant]]\nexercise = "01/a"\nname = "1:0 x"\n')
    with pytest.raises(LessonError, match="needs exercise, name and reason"):
        read_list(tmp_path, STILL_RIGHT, "mutant")
