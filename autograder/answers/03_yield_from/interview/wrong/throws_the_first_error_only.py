# loses: throws in an error of answer


def interview(talk, answer):
    try:
        question = talk.send(None)
        try:
            while True:
                question = talk.send(answer(question))
        except LookupError as error:
            question = talk.throw(error)
        while True:
            question = talk.send(answer(question))
    except StopIteration as stop:
        return stop.value
