# loses: two generators know nothing of each other
def running_mean(numbers=[]):
    numbers.clear()
    while True:
        try:
            number = yield sum(numbers) / len(numbers) if numbers else None
        except ValueError:
            numbers.clear()
        else:
            numbers.append(number)
