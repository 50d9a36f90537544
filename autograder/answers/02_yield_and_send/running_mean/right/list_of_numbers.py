# All numbers in a list, which is emptied.
from statistics import mean


def running_mean():
    numbers = []
    while True:
        try:
            numbers.append((yield mean(numbers) if numbers else None))
        except ValueError:
            numbers.clear()
