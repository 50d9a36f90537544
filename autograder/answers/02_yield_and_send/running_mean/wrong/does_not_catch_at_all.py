# loses: a ValueError makes it forget
def running_mean():
    total, count, mean = 0, 0, None
    while True:
        total += yield mean
        count += 1
        mean = total / count
