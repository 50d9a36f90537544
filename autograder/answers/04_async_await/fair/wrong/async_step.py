# loses: lets every ready task run between two steps
async def fair(n, step):
    async def one(i):
        step(i)

    for i in range(n):
        await one(i)
