# loses: a cancelled future is an error too
def when_done(future, on_done, on_error):
    def tell(future):
        if future.exception() is not None:
            on_error(future.exception())
        else:
            on_done(future.result())

    future.add_done_callback(tell)
