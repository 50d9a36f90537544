# loses: sends in the answer to each question
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
        if isinstance(stop.value, Exception):
            raise stop.value
        return stop.value
