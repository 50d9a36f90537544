# loses: gives None first, then the mean of all numbers
def running_mean():
    total, count = 0, 0
    while True:
        try:
            yield total / count if count else None
            total += yield
            count += 1
        except ValueError:
            total, count = 0, 0
