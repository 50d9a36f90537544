# loses: on_error gets the exception
def when_done(future, on_done, on_error):
    future.add_done_callback(lambda future: on_done(future.result()))
