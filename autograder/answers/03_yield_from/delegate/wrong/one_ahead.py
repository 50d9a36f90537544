# loses: yields what gen yields, when asked


def delegate(gen):
    try:
        item, following = next(gen), None
        while True:
            try:
                sent = yield item
            except GeneratorExit:
                gen.close()
                raise
            except BaseException as error:
                item = gen.throw(error)
            else:
                following = gen.send(sent)
                item, following = following, gen.send(None)
    except StopIteration as stop:
        return stop.value
