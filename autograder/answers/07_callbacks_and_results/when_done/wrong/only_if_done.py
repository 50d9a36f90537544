# loses: on_done gets the result, when it is there
def when_done(future, on_done, on_error):
    if future.done():
        if future.cancelled() or future.exception():
            on_error(future.exception())
        else:
            on_done(future.result())
