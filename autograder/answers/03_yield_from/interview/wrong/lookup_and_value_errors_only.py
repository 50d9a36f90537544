# loses: throws in an error of answer
def interview(talk, answer):
    try:
        question = talk.send(None)
        while True:
            try:
                said = answer(question)
            except (LookupError, ValueError) as error:
                question = talk.throw(error)
            else:
                question = talk.send(said)
    except StopIteration as stop:
        return stop.value
