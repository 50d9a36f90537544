# loses: a ValueError makes it forget
def running_mean():
    total, count, mean = 0, 0, None
    while True:
        try:
            number = yield mean
        except Exception as error:
            if type(error) is not ValueError:
                raise
            total, count, mean = 0, 0, None
        else:
            total, count = total + number, count + 1
            mean = total / count
