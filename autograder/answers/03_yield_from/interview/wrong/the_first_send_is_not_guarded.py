# loses: returns what the coroutine returns


def interview(talk, answer):
    question = talk.send(None)
    try:
        while True:
            try:
                said = answer(question)
            except Exception as error:
                question = talk.throw(error)
            else:
                question = talk.send(said)
    except StopIteration as stop:
        return stop.value
