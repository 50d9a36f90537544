# Keeps how to resume the coroutine, and with what.
def interview(talk, answer):
    resume, what = talk.send, None
    while True:
        try:
            question = resume(what)
        except StopIteration as end:
            return end.value
        try:
            resume, what = talk.send, answer(question)
        except Exception as error:
            resume, what = talk.throw, error
