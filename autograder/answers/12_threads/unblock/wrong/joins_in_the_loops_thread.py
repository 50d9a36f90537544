# loses: the loop goes on while a call is under way
import threading


async def unblock(blocking, items):
    results = {}

    def call(number, item):
        results[number] = blocking(item)

    threads = [threading.Thread(target=call, args=pair) for pair in enumerate(items)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[number] for number in range(len(threads))]
