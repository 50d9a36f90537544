# loses: lets an error of the coroutine out


def interview(talk, answer):
    question = talk.send(None)
    while True:
        try:
            question = talk.send(answer(question))
        except StopIteration as stop:
            return stop.value
        except Exception as error:
            try:
                question = talk.throw(error)
            except StopIteration as stop:
                return stop.value
