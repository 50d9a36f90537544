# loses: throws into gen what is thrown into it
def delegate(gen):
    step, value = gen.send, None
    while True:
        try:
            item = step(value)
        except StopIteration as stop:
            return stop.value
        except RuntimeError as error:
            if isinstance(error.__cause__, StopIteration):
                return error.__cause__.value
            raise
        try:
            step, value = gen.send, (yield item)
        except GeneratorExit:
            gen.close()
            raise
        except BaseException as error:
            step, value = gen.throw, error
