# loses: any other exception ends it, and so does close
def running_mean():
    total, count, mean = 0, 0, None
    while True:
        try:
            number = yield mean
        except (ValueError, KeyboardInterrupt):
            total, count, mean = 0, 0, None
        else:
            total, count = total + number, count + 1
            mean = total / count
