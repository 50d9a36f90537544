# loses: sends to gen what it is sent


def delegate(gen):
    for item in gen:
        yield item
