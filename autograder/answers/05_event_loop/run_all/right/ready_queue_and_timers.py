# as asyncio does it: a ready queue, and timers that fill it
from collections import deque


def run_all(*gens):
    ready, timers, values, now = deque(enumerate(gens)), [], [None] * len(gens), 0
    try:
        while ready or timers:
            if not ready:
                timers.sort(key=lambda timer: timer[0])
                now = timers[0][0]
                while timers and timers[0][0] == now:
                    ready.append(timers.pop(0)[1])
            place, gen = ready.popleft()
            try:
                delay = next(gen)
            except StopIteration as end:
                values[place] = end.value
                continue
            if delay:
                timers.append((now + delay, (place, gen)))
            else:
                ready.append((place, gen))
    finally:
        for gen in gens:
            gen.close()
    return values, now
