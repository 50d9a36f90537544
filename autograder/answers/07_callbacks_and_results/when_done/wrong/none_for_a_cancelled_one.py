# loses: a cancelled future is an error too
def when_done(future, on_done, on_error):
    def tell(future):
        if future.cancelled():
            on_error(None)
        elif future.exception():
            on_error(future.exception())
        else:
            on_done(future.result())

    future.add_done_callback(tell)
