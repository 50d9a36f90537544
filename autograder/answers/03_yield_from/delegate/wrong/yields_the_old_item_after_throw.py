# loses: throws into gen what is thrown into it


def delegate(gen):
    try:
        item = next(gen)
        while True:
            try:
                sent = yield item
            except GeneratorExit:
                gen.close()
                raise
            except BaseException as error:
                gen.throw(error)
            else:
                item = gen.send(sent)
    except StopIteration as stop:
        return stop.value
