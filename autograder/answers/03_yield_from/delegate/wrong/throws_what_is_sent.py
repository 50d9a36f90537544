# loses: yields what gen yields, when asked
def delegate(gen):
    try:
        item = next(gen)
        while True:
            try:
                sent = yield item
            except GeneratorExit:
                gen.close()
                raise
            except BaseException as e:
                sent = e
            item = gen.throw(sent) if isinstance(sent, BaseException) else gen.send(sent)
    except StopIteration as stop:
        return stop.value
