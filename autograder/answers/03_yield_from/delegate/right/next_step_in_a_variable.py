# Keeps how to resume gen, and with what: send or throw.
def delegate(gen):
    resume, what = gen.send, None
    while True:
        try:
            item = resume(what)
        except StopIteration as end:
            return end.value
        try:
            what = yield item
            resume = gen.send
        except GeneratorExit:
            gen.close()
            return
        except BaseException as error:
            resume, what = gen.throw, error
