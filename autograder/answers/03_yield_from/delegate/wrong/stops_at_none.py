# loses: yields what gen yields, when asked


def delegate(gen):
    try:
        item = next(gen)
        while item is not None:
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
        return stop.value
