# A generator that may be awaited, with a bare yield.
import types


@types.coroutine
def fair(n, step):
    for i in range(n):
        step(i)
        yield
