# loses: runs all jobs at the same time
async def outcomes(jobs):
    told = []
    for job in jobs:
        try:
            told.append(("ok", await job()))
        except Exception as error:
            told.append(("error", type(error).__name__))
    return told
