# loses: throws into gen what is thrown into it
import asyncio


def delegate(gen):
    try:
        item = next(gen)
    except StopIteration as stop:
        return stop.value
    while True:
        try:
            sent = yield item
        except GeneratorExit:
            gen.close()
            raise
        except (Exception, KeyboardInterrupt, SystemExit, asyncio.CancelledError) as error:
            try:
                item = gen.throw(error)
            except StopIteration as stop:
                return stop.value
        else:
            try:
                item = gen.send(sent)
            except StopIteration as stop:
                return stop.value
