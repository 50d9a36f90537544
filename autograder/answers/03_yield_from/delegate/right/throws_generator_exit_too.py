# GeneratorExit is thrown into gen like any exception, which is what close() does to it.
def delegate(gen):
    try:
        item = next(gen)
        while True:
            try:
                sent = yield item
            except BaseException as error:
                item = gen.throw(error)
            else:
                item = gen.send(sent)
    except StopIteration as end:
        return end.value
