# loses: lets every ready task run between two steps
import time


async def fair(n, step):
    for i in range(n):
        step(i)
        time.sleep(0.01)
