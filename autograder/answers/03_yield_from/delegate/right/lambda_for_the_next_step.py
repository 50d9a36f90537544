# A function without arguments is the next step.
def delegate(gen):
    step = lambda: next(gen)
    while True:
        try:
            item = step()
        except StopIteration as end:
            return end.value
        try:
            sent = yield item
            step = lambda: gen.send(sent)
        except GeneratorExit as closing:
            gen.close()
            raise closing
        except BaseException as thrown:
            error = thrown
            step = lambda: gen.throw(error)
