# loses: waits for both at the same time
async def say_both(say_after):
    return [await say_after(2, "hello"), await say_after(1, "world")]
