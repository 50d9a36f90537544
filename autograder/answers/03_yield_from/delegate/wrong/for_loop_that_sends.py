# loses: yields what gen yields, when asked


def delegate(gen):
    for item in gen:
        sent = yield item
        if sent is not None:
            gen.send(sent)
    return gen.send(None)
