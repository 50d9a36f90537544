# loses: sends in the answer to each question
def interview(talk, answer):
    try:
        question = talk.send(None)
        for _ in range(10):
            try:
                said = answer(question)
            except Exception as error:
                question = talk.throw(error)
            else:
                question = talk.send(said)
    except StopIteration as stop:
        return stop.value
