# loses: throws into gen what is thrown into it
def delegate(gen):
    try:
        item = next(gen)
        while True:
            error = sent = None
            try:
                sent = yield item
            except GeneratorExit:
                gen.close()
                raise
            except BaseException as e:
                error = e
            item = gen.throw(error) if error else gen.send(sent)
    except StopIteration as stop:
        return stop.value
