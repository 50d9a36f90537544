# An outer loop begins anew; the inner one moves the mean by its share of the difference.
def running_mean():
    while True:
        mean, count = None, 0
        try:
            while True:
                number = yield mean
                count += 1
                mean = number if mean is None else mean + (number - mean) / count
        except ValueError:
            pass
