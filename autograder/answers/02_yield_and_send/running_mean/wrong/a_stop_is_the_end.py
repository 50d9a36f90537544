# loses: any other exception ends it, and so does close
def running_mean():
    numbers, mean = [], None
    while True:
        try:
            numbers.append((yield mean))
        except ValueError:
            numbers, mean = [], None
        except StopIteration:
            return
        else:
            mean = sum(numbers) / len(numbers)
