# loses: takes an item only when asked for one
from itertools import zip_longest


def round_robin(*gens):
    missing = object()
    try:
        for turn in zip_longest(*gens, fillvalue=missing):
            for item in turn:
                if item is not missing:
                    yield item
    finally:
        for gen in gens:
            gen.close()
