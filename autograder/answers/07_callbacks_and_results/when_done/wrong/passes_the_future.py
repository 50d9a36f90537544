# loses: on_done gets the result, when it is there
def when_done(future, on_done, on_error):
    future.add_done_callback(on_done)
