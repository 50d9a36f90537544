# A total and a count; the ValueError sets them back.
def running_mean():
    total, count, mean = 0, 0, None
    while True:
        try:
            number = yield mean
        except ValueError:
            total, count, mean = 0, 0, None
        else:
            total, count = total + number, count + 1
            mean = total / count
