# a step is kept as a function
class Interview:
    def __init__(self, talk, answer):
        self.talk, self.answer = talk, answer
    def run(self):
        step = lambda: self.talk.send(None)
        while True:
            try:
                question = step()
            except StopIteration as stop:
                return stop.value
            try:
                said = self.answer(question)
            except BaseException as error:
                step = lambda error=error: self.talk.throw(error)
            else:
                step = lambda said=said: self.talk.send(said)
def interview(talk, answer):
    return Interview(talk, answer).run()
