# loses: a ValueError makes it forget
def running_mean():
    total, count, mean = 0, 0, None
    while True:
        try:
            number = yield mean
        except ValueError:
            total, count, mean = 0, 0, 0
        else:
            total, count = total + number, count + 1
            mean = total / count
