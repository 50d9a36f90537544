# loses: throws in an error of answer
def interview(talk, answer):
    step, value = talk.send, None
    while True:
        try:
            question = step(value)
        except StopIteration as stop:
            return stop.value
        try:
            step, value = talk.send, answer(question)
        except TimeoutError:
            try:
                step, value = talk.send, answer(question)
            except Exception as error:
                step, value = talk.throw, error
        except Exception as error:
            step, value = talk.throw, error
