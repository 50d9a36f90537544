# loses: on_done gets the result, when it is there
def when_done(future, on_done, on_error):
    try:
        value = future.result()
    except Exception as error:
        on_error(error)
    else:
        on_done(value)
