# loses: returns what gen returns
def delegate(gen):
    step, what = gen.send, None
    first = True
    while True:
        try:
            item = step(what)
        except StopIteration as end:
            return end.value if not first or end.value is None else str(end.value)
        first = False
        try:
            step, what = gen.send, (yield item)
        except GeneratorExit:
            gen.close()
            raise
        except BaseException as error:
            step, what = gen.throw, error
