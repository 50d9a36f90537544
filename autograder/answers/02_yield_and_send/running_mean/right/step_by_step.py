# moves the mean a little with each number
def running_mean():
    mean, count = None, 0
    while True:
        try:
            x = yield mean
        except ValueError:
            mean, count = None, 0
            continue
        count += 1
        mean = x if mean is None else mean + (x - mean) / count
