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
            except BaseException as error:
                item = gen.throw(error)
            else:
                item = next(gen) if sent == None else gen.send(sent)
    except StopIteration as stop:
        return stop.value
