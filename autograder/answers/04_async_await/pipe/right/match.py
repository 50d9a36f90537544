# match, and itself for the rest
async def pipe(value, *steps):
    match steps:
        case []:
            return value
        case [step, *rest]:
            got = step(value)
            if inspect.iscoroutine(got):
                got = await got
            return await pipe(got, *rest)
