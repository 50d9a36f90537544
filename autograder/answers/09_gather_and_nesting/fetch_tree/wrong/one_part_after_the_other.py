# loses: all jobs of the tree run at once, each once
async def fetch_tree(job, tree):
    if not isinstance(tree, list):
        return await job(tree)
    return [await fetch_tree(job, part) for part in tree]
