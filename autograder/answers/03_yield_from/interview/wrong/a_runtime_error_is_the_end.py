# loses: lets an error of the coroutine out
def interview(talk, answer):
    try:
        question = talk.send(None)
        while True:
            try:
                said = answer(question)
            except Exception as error:
                question = talk.throw(error)
            else:
                question = talk.send(said)
    except StopIteration as stop:
        return stop.value
    except RuntimeError:
        return None
