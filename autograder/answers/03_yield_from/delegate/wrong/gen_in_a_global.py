# loses: sends to gen what it is sent

child = None


def delegate(gen):
    global child
    child = gen
    try:
        item = next(child)
        while True:
            try:
                sent = yield item
            except GeneratorExit:
                child.close()
                raise
            except BaseException as error:
                item = child.throw(error)
            else:
                item = child.send(sent)
    except StopIteration as stop:
        return stop.value
