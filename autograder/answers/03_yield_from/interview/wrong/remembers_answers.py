# loses: sends in the answer to each question
def interview(talk, answer):
    known = {}
    try:
        question = talk.send(None)
        while True:
            try:
                key = repr(question)
                if key not in known:
                    known[key] = answer(question)
                said = known[key]
            except Exception as error:
                question = talk.throw(error)
            else:
                question = talk.send(said)
    except StopIteration as stop:
        return stop.value
