# loses: lets every ready task run between two steps
async def nothing():
    pass


async def fair(n, step):
    for i in range(n):
        step(i)
        await nothing()
