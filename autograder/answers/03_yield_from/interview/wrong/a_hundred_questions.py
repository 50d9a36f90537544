# loses: sends in the answer to each question
def interview(talk, answer):
    move, given = talk.send, None
    for _ in range(100):
        try:
            question = move(given)
        except StopIteration as end:
            return end.value
        try:
            move, given = talk.send, answer(question)
        except Exception as error:
            move, given = talk.throw, error
