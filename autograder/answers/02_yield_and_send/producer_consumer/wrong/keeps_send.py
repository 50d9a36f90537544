# loses: produce puts n down to 1 and waits while the queue is full


def produce(consumer, n):
    while n > 0:
        yield consumer.send(n)
        n -= 1


def consume(taken, enough):
    wants_more = True
    while True:
        item = yield wants_more
        taken.append(item)
        if item == enough:
            wants_more = False


async def producer_consumer(n, enough):
    taken = []
    consumer = consume(taken, enough)
    next(consumer)
    for wants_more in produce(consumer, n):
        if not wants_more:
            break
    return taken
