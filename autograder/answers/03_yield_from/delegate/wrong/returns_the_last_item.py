# loses: returns what gen returns


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
                item = gen.send(sent)
    except StopIteration as stop:
        return item
