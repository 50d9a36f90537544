# The way of PEP 380: four cases, one after the other.
def delegate(gen):
    try:
        item = next(gen)
    except StopIteration as end:
        return end.value
    while True:
        try:
            sent = yield item
        except GeneratorExit:
            gen.close()
            raise
        except BaseException as error:
            try:
                item = gen.throw(error)
            except StopIteration as end:
                return end.value
        else:
            try:
                if sent is None:
                    item = next(gen)
                else:
                    item = gen.send(sent)
            except StopIteration as end:
                return end.value
