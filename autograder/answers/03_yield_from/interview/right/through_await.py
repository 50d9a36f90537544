# __await__ gives an object that can be sent to and thrown into as well.
def interview(talk, answer):
    inside = talk.__await__()
    try:
        question = next(inside)
        while True:
            try:
                said = answer(question)
            except BaseException as error:
                question = inside.throw(error)
            else:
                question = inside.send(said)
    except StopIteration as end:
        return end.value
