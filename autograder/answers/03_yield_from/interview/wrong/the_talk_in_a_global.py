# loses: sends in the answer to each question
def interview(talk, answer):
    global the_talk, question
    the_talk = talk
    try:
        question = the_talk.send(None)
        while True:
            try:
                said = answer(question)
            except Exception as error:
                question = the_talk.throw(error)
            else:
                question = the_talk.send(said)
    except StopIteration as stop:
        return stop.value
