# A generator delegates to the coroutine, and keeps its value.
import types


def interview(talk, answer):
    result = []

    @types.coroutine
    def keep():
        result.append((yield from talk))

    questions = keep()
    how, what = questions.send, None
    while not result:
        try:
            question = how(what)
        except StopIteration:
            break
        try:
            how, what = questions.send, answer(question)
        except Exception as error:
            how, what = questions.throw, error
    return result[0]
