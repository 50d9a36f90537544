# loses: the results have the shape of the tree
import asyncio


async def fetch_tree(job, tree):
    async with asyncio.TaskGroup() as group:
        rows = [
            [group.create_task(job(i)) for i in row] if isinstance(row, list) else row
            for row in tree
        ]
        rows = [row if isinstance(row, list) else group.create_task(job(row)) for row in rows]
    return [
        [task.result() for task in row] if isinstance(row, list) else row.result() for row in rows
    ]
