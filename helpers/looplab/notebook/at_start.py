"""What a kernel of `looplab lab` runs when it starts, as its `PYTHONSTARTUP`.

After a restart a kernel knows nothing of a lesson. So that a check says then which cell to run
first, and not that `check` is no name, what test cells and predictions use is there from the start.
`enable` waits for the first cell: the kernel's own loop does not run yet.
"""

# ruff: noqa: F401 - they are the kernel's names from now on
from IPython import get_ipython

from looplab import SEED, arrivals, check, expect, explore, gens, jobs, observe, predict, store


def enable_at_the_first_cell() -> None:
    """Enable looplab, once."""
    from looplab import enable

    shell = get_ipython()
    if shell is not None:
        shell.events.unregister("pre_execute", enable_at_the_first_cell)
        enable()


if (shell := get_ipython()) is not None:  # else it is Python's own prompt, in a terminal
    shell.events.register("pre_execute", enable_at_the_first_cell)
del shell
