# loses: returns done and the number
import asyncio

def do_some_work(x):
    return asyncio.sleep(x)
