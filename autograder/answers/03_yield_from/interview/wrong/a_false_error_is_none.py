# loses: throws in an error of answer
def interview(talk, answer):
    try:
        question = talk.send(None)
        while True:
            error = None
            try:
                said = answer(question)
            except Exception as e:
                error = e
            if error:
                question = talk.throw(error)
            else:
                question = talk.send(said)
    except StopIteration as stop:
        return stop.value
