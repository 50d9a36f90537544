# loses: lets an error of the coroutine out
import asyncio


def interview(talk, answer):
    step, value = talk.send, None
    while True:
        try:
            question = step(value)
        except StopIteration as stop:
            return stop.value
        except asyncio.CancelledError:
            return None
        try:
            step, value = talk.send, answer(question)
        except Exception as error:
            step, value = talk.throw, error
