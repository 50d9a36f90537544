"""The spellings of Python 3.4 to 3.7 run on today's Python, and say what they are called now.

Old notes and answers on the web are written in them::

    import looplab.legacy

    looplab.legacy.enable()

    @asyncio.coroutine
    def answer():
        yield from asyncio.sleep(1)
        return 42

    loop = asyncio.get_event_loop()
    print(loop.run_until_complete(answer()))
    loop.close()

In a notebook `looplab.enable(legacy=True)` does it. There a cell without an `await` is a script:
`get_event_loop` gives it a loop that is not the kernel's, stays from cell to cell, and after
`loop.close()` is a fresh one.

Each old spelling warns once, with a DeprecationWarning at the line that uses it.

Caveats:

- `asyncio.Task` becomes a stand-in, because the class itself, written in C, takes no new
  methods. It calls, subclasses and answers `isinstance` for that class, and tasks stay of it; but
  `type(task) is asyncio.Task` is False, and `functools.singledispatch` does not see through.
- `Task.all_tasks` leaves out the tasks that are done, as `asyncio.all_tasks` does.
- A generator that is not decorated cannot `yield from` a coroutine.
- A task that `ensure_future` or `gather` made in a cell without an `await` belongs to the loop
  of such cells: `await` it in another cell, and Python refuses.
"""

from looplab.notebook.old_spellings import coroutine, disable, enable

__all__ = ["coroutine", "disable", "enable"]
