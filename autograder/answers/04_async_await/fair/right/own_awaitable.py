# A class with a bare yield, as in round 4.
class Turn:
    def __await__(self):
        yield


async def fair(n, step):
    for i in range(n):
        if i:
            await Turn()
        step(i)
