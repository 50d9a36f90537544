"""LoopLab: watch what an asyncio program does, and judge it.

>>> import asyncio
>>> from looplab import observe
>>> async def main():
...     await asyncio.gather(asyncio.sleep(2), asyncio.sleep(1))
>>> observe(main).duration
2.0
"""

from looplab.expecting import CheckFailed, check, expect
from looplab.exploring import explore
from looplab.notebook import disable, enable
from looplab.observing import observe
from looplab.recording import recording
from looplab.run import Run, compare
from looplab.services import gens, jobs, store

__version__ = "0.1.0"

SEED = "practice"
"""Seeds the random inputs of a test; in grading each test has a secret one of its own."""

__all__ = [
    "SEED",
    "CheckFailed",
    "Run",
    "check",
    "compare",
    "disable",
    "enable",
    "expect",
    "explore",
    "gens",
    "jobs",
    "observe",
    "recording",
    "store",
]
