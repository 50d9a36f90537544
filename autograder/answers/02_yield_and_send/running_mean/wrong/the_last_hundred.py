# loses: gives None first, then the mean of all numbers
from collections import deque

def running_mean():
    numbers = deque(maxlen=100)
    mean = None
    while True:
        try:
            numbers.append((yield mean))
            mean = sum(numbers) / len(numbers)
        except ValueError:
            numbers.clear()
            mean = None
