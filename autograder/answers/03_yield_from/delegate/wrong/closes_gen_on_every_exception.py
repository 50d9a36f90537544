# loses: throws into gen what is thrown into it


def delegate(gen):
    try:
        item = next(gen)
        while True:
            try:
                sent = yield item
            except BaseException:
                gen.close()
                raise
            else:
                item = gen.send(sent)
    except StopIteration as stop:
        return stop.value
