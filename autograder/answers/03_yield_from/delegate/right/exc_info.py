# Takes the error from sys.exc_info, and begins with send(None).
import sys


def delegate(gen):
    try:
        item = gen.send(None)
        while True:
            try:
                sent = yield item
            except GeneratorExit:
                gen.close()
                raise
            except:
                item = gen.throw(sys.exc_info()[1])
            else:
                item = gen.send(sent)
    except StopIteration as stop:
        return stop.value
