# Drives what __await__ gives; the next step is a function.
def interview(talk, answer):
    it = talk.__await__()
    send = lambda: next(it)
    while True:
        try:
            question = send()
        except StopIteration as stop:
            return stop.value
        try:
            said = answer(question)
        except BaseException as e:
            send = lambda e=e: it.throw(e)
        else:
            send = lambda s=said: it.send(s)
