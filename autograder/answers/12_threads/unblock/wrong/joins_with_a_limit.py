# loses: the loop goes on while a call is under way
import asyncio, threading
async def unblock(blocking, items):
    results = []
    for item in items:
        box = []
        def call():
            try: box.append((True, blocking(item)))
            except BaseException as e: box.append((False, e))
        t = threading.Thread(target=call)
        t.start()
        await asyncio.to_thread(t.join, 60)
        ok, v = box[0]
        if not ok: raise v
        results.append(v)
    return results
