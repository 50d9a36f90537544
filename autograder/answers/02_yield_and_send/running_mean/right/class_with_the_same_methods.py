# No generator at all: a class that has its methods.
class running_mean:
    def __init__(self):
        self.numbers, self.ended = [], False

    def __iter__(self):
        return self

    def __next__(self):
        return self.send(None)

    def send(self, number):
        if self.ended:
            raise StopIteration
        if number is not None:
            self.numbers.append(number)
        return sum(self.numbers) / len(self.numbers) if self.numbers else None

    def throw(self, error):
        if self.ended or not isinstance(error, ValueError):
            self.ended = True
            raise error
        self.numbers = []

    def close(self):
        self.ended = True
