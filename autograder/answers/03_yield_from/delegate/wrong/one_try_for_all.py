# loses: throws into gen what is thrown into it
def delegate(gen):
    try:
        item = next(gen)
    except StopIteration as stop:
        return stop.value
    while True:
        try:
            sent = yield item
            item = gen.send(sent)
        except GeneratorExit:
            gen.close()
            raise
        except StopIteration as stop:
            return stop.value
        except BaseException as error:
            try:
                item = gen.throw(error)
            except StopIteration as stop:
                return stop.value
