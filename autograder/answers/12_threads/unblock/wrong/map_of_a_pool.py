# loses: the loop goes on while a call is under way
from concurrent.futures import ThreadPoolExecutor


async def unblock(blocking, items):
    with ThreadPoolExecutor() as pool:
        return list(pool.map(blocking, items))
