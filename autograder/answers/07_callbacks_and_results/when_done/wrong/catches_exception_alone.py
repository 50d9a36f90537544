# loses: a cancelled future is an error too
def when_done(future, on_done, on_error):
    def tell(future):
        try:
            value = future.result()
        except Exception as error:
            on_error(error)
        else:
            on_done(value)

    future.add_done_callback(tell)
