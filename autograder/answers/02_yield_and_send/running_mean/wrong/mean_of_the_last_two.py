# loses: gives None first, then the mean of all numbers
def running_mean():
    before, mean = None, None
    while True:
        try:
            number = yield mean
        except ValueError:
            before, mean = None, None
        else:
            mean = number if before is None else (before + number) / 2
            before = number
