"""LoopLab: watch what an asyncio program does, and judge it.

>>> import asyncio
>>> from looplab import observe
>>> async def main():
...     await asyncio.gather(asyncio.sleep(2), asyncio.sleep(1))
>>> observe(main).duration
2.0
"""

from looplab.notebook.enabling import disable, enable
from looplab.notebook.handing_in import check_all
from looplab.notebook.keeping import restore, save
from looplab.notebook.predicting import predict
from looplab.notebook.progress import progress
from looplab.notebook.resetting import reset
from looplab.notebook.solutions import solution
from looplab.observer.announcing import check
from looplab.observer.expecting import CheckFailed, expect
from looplab.observer.exploring import explore
from looplab.observer.in_time import in_time
from looplab.observer.observing import observe
from looplab.pictures.showing import compare, describe, timeline, to_perfetto
from looplab.recorder.recording import recording
from looplab.runs.run import Run
from looplab.virtual.specs import arrivals, gens, jobs, store

for _way in (timeline, describe, to_perfetto):
    setattr(Run, _way.__name__, _way)  # how a Run is shown is not its own to know
del describe, timeline, to_perfetto

__version__ = "0.1.0"

SEED = "practice"
"""Seeds the random inputs of a test; in grading each test has a secret one of its own."""

__all__ = [
    "SEED",
    "CheckFailed",
    "Run",
    "arrivals",
    "check",
    "check_all",
    "compare",
    "disable",
    "enable",
    "expect",
    "explore",
    "gens",
    "in_time",
    "jobs",
    "observe",
    "predict",
    "progress",
    "recording",
    "reset",
    "restore",
    "save",
    "solution",
    "store",
]
