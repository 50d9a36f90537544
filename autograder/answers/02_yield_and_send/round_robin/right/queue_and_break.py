# a queue of generators, and a for loop that is left at once
import queue
def round_robin(*gens):
    waiting = queue.SimpleQueue()
    for gen in gens:
        waiting.put(gen)
    try:
        while not waiting.empty():
            gen = waiting.get()
            for item in gen:
                waiting.put(gen)
                yield item
                break
    finally:
        for gen in gens:
            gen.close()
