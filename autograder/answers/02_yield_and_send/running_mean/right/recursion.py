# calls itself for each number
def running_mean(total=0, count=0):
    try:
        number = yield total / count if count else None
    except ValueError:
        yield from running_mean()
    else:
        yield from running_mean(total + number, count + 1)
