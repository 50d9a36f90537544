# a named tuple is a pair
import asyncio
from typing import NamedTuple, Any
class Came(NamedTuple):
    i: int
    result: Any
async def as_they_come(job, n):
    came = []
    async def one(i):
        came.append(Came(i, await job(i)))
    async with asyncio.TaskGroup() as group:
        for i in range(n):
            group.create_task(one(i))
    return came
