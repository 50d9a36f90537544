# loses: any other exception ends it, and so does close
def running_mean():
    known = (TypeError, LookupError, ArithmeticError, OSError, AttributeError, RuntimeError)
    numbers, mean = [], None
    while True:
        try:
            numbers.append((yield mean))
        except known:
            raise
        except Exception:
            numbers, mean = [], None
        else:
            mean = sum(numbers) / len(numbers)
