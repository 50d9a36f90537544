"""What students leave in their notebooks, and mean no harm by: nearly nothing of it is flagged."""

from pathlib import Path

import pytest
from attacking import Attack, programs

from loopgrade.examination.smells import smells

IDIOMS = programs((Path(__file__).parent / "idioms.txt").read_text(encoding="utf-8"))

SEEN = programs(r"""
#: everything that a task has
import asyncio, inspect
async def main():
    print(inspect.getmembers(asyncio.current_task()))
asyncio.run(main())
#: a text that is put together
for n in range(3): exec(f'x{n} = {n}')
#: a patched clock
import time
time.sleep = lambda s: print('no sleep', s)
#: a trace
import sys
sys.settrace(lambda *a: None)
sys.settrace(None)
#: a loop's timers
import asyncio
print(len(asyncio.new_event_loop()._scheduled))
#: callers
import sys
print(sys._getframe().f_back)
#: every object
import gc
print(len(gc.get_objects()))
""")
"""Honest too, and a teacher would want to look."""


def test_idioms_are_not_flagged(attack: Attack) -> None:
    assert len(IDIOMS) + len(SEEN) >= 60
    assert attack(others=list(IDIOMS.values()), only="twice").flags == {}


@pytest.mark.parametrize("code", IDIOMS.values(), ids=IDIOMS)
def test_no_idiom_smells(code: str) -> None:
    assert smells(code) == []


@pytest.mark.parametrize("code", SEEN.values(), ids=SEEN)
def test_what_a_teacher_wants_to_see_is_flagged(attack: Attack, code: str) -> None:
    assert attack(others=[code], only="twice").flags
    assert len(SEEN) <= (len(IDIOMS) + len(SEEN)) / 10
