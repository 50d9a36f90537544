# contextlib.closing closes gen, however it ends.
from contextlib import closing


def delegate(gen):
    with closing(gen):
        try:
            item = gen.send(None)
            while True:
                try:
                    sent = yield item
                except GeneratorExit:
                    raise
                except BaseException as error:
                    item = gen.throw(error)
                else:
                    item = gen.send(sent)
        except StopIteration as end:
            return end.value
