# a named tuple is a pair
import asyncio
from typing import NamedTuple, Any
class Outcome(NamedTuple):
    word: str
    value: Any
async def outcomes(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    told = []
    for task in tasks:
        try:
            told.append(Outcome("ok", await task))
        except Exception as error:
            told.append(Outcome("error", type(error).__name__))
    return told
