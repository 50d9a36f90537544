# loses: gives None first, then the mean of all numbers
def running_mean():
    total, count, mean = 0, 0, None
    while True:
        try:
            number = yield mean
        except ValueError:
            total, count, mean = 0, 0, None
        else:
            total, count = total + number, count + 1
            mean = total
