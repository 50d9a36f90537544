# One generator for each stretch between two errors.
def stretch():
    total = yield
    count = 1
    while True:
        total += yield total / count
        count += 1


def running_mean():
    while True:
        try:
            yield from stretch()
        except ValueError:
            continue
