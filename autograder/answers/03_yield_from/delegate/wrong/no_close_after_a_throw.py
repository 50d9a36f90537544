# loses: throws into gen what is thrown into it
def delegate(gen):
    thrown = False
    step, value = gen.send, None
    while True:
        try:
            item = step(value)
        except StopIteration as stop:
            return stop.value
        try:
            step, value = gen.send, (yield item)
        except GeneratorExit:
            if not thrown:
                gen.close()
            raise
        except BaseException as error:
            thrown = True
            step, value = gen.throw, error
