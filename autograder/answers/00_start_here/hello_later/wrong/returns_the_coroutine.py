# loses: returns hello
async def hello_later(delay):
    return say_after(delay, "hello")
