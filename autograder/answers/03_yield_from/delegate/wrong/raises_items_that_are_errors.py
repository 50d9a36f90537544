# loses: yields what gen yields, when asked
def delegate(gen):
    try:
        item = next(gen)
        while True:
            if isinstance(item, Exception):
                raise item
            try:
                sent = yield item
            except GeneratorExit:
                gen.close()
                raise
            except BaseException as e:
                item = gen.throw(e)
            else:
                item = gen.send(sent)
    except StopIteration as stop:
        return stop.value
