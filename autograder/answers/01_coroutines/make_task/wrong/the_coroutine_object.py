# loses: returns a task that is pending
def make_task(x):
    return do_some_work(x)
