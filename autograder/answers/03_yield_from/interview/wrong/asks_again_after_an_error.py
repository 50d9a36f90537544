# loses: throws in an error of answer
def interview(talk, answer):
    try:
        question = talk.send(None)
        while True:
            try:
                said = answer(question)
            except Exception:
                try:
                    said = answer(question)
                except Exception as error:
                    question = talk.throw(error)
                    continue
            question = talk.send(said)
    except StopIteration as stop:
        return stop.value
