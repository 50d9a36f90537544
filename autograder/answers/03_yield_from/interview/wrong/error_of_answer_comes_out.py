# loses: throws in an error of answer


def interview(talk, answer):
    try:
        question = talk.send(None)
        while True:
            question = talk.send(answer(question))
    except StopIteration as stop:
        return stop.value
