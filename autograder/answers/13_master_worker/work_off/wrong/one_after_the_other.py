# loses: what failed is tried again behind all others
async def work_off(items, work, k, tries):
    results, todo = {}, [(item, tries) for item in items]
    for item, left in todo:
        try:
            results[item] = await work(item)
        except Exception:
            if left > 1:
                todo.append((item, left - 1))
    return results
