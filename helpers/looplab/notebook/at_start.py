"""What a kernel of `looplab lab` runs when it starts, as its `PYTHONSTARTUP`.

After a restart a kernel knows nothing of a lesson. So that a check says then which cell to run
first, and not that `check` is no name, what test cells use is there from the start.
"""

# ruff: noqa: F401 - they are the kernel's names from now on
from looplab import SEED, arrivals, check, enable, expect, explore, gens, jobs, observe, store

enable()
