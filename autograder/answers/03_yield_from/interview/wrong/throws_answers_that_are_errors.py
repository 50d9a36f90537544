# loses: sends in the answer to each question
def interview(talk, answer):
    try:
        question = talk.send(None)
        while True:
            try:
                said = answer(question)
            except Exception as e:
                said = e
            if isinstance(said, Exception):
                question = talk.throw(said)
            else:
                question = talk.send(said)
    except StopIteration as stop:
        return stop.value
