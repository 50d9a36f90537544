# A timer of its own that cancels the try, and a flag that says whose cancellation it was.
import asyncio


async def attempt(op, timeout):
    late = []
    task = asyncio.ensure_future(op())

    def ring():
        late.append(True)
        task.cancel()

    timer = asyncio.get_running_loop().call_later(timeout, ring)
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait([task])
        raise
    finally:
        timer.cancel()
    if late and task.cancelled():
        raise TimeoutError(f"more than {timeout} s")
    return await task


async def retry(op, tries, timeout, base):
    for left in reversed(range(tries)):
        try:
            return await attempt(op, timeout)
        except Exception:
            if not left:
                raise
        await asyncio.sleep(base)
        base = base + base
