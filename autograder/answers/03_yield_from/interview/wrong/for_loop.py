# loses: sends in the answer to each question


def interview(talk, answer):
    for question in talk.__await__():
        answer(question)
