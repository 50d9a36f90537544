# One call for each question.
def interview(talk, answer, resume=None, what=None):
    try:
        question = (resume or talk.send)(what)
    except StopIteration as end:
        return end.value
    try:
        said = answer(question)
    except Exception as error:
        return interview(talk, answer, talk.throw, error)
    return interview(talk, answer, talk.send, said)
