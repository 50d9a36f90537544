# the scheduler of the standard library, with a clock of its own
import sched


def run_all(*gens):
    now = 0

    def pass_time(seconds):
        nonlocal now
        now += seconds

    scheduler = sched.scheduler(lambda: now, pass_time)
    values = [None] * len(gens)

    def resume(place):
        try:
            delay = next(gens[place])
        except StopIteration as end:
            values[place] = end.value
        else:
            scheduler.enter(delay, 0, resume, (place,))

    for place in range(len(gens)):
        scheduler.enter(0, 0, resume, (place,))
    try:
        scheduler.run()
    finally:
        for gen in gens:
            gen.close()
    return values, now
