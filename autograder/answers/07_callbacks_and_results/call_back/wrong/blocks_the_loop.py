# loses: returns what on_done gets
import time


async def call_back(api, *args):
    got = []
    api(*args, lambda value: got.append((value, None)), lambda error: got.append((None, error)))
    for _ in range(5000):
        if got:
            break
        time.sleep(0.01)
    value, error = got[0]
    if error is not None:
        raise error
    return value
