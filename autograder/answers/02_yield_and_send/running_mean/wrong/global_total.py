# loses: two generators know nothing of each other
total, count = 0, 0


def running_mean():
    global total, count
    total, count, mean = 0, 0, None
    while True:
        try:
            number = yield mean
        except ValueError:
            total, count, mean = 0, 0, None
        else:
            total, count = total + number, count + 1
            mean = total / count
