# loses: sends to gen what it is sent


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
                item = gen.throw(error)
            else:
                gen.send(sent)
                item = next(gen)
    except StopIteration as stop:
        return stop.value
