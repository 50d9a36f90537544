# loses: any other exception ends it, and so does close
def running_mean():
    total, count, mean = 0, 0, None
    while True:
        try:
            number = yield mean
        except ValueError:
            total, count, mean = 0, 0, None
        except Exception:
            raise
        except BaseException:
            return
        else:
            total, count = total + number, count + 1
            mean = total / count
