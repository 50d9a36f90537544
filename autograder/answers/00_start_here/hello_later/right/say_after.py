# With what the lesson has.
async def hello_later(delay):
    return await say_after(delay, "hello")
