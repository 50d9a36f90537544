"""Call what may never end, as the exercises with threads of one's own do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


def in_time(seconds: float, function: Callable[..., Any], *args: Any) -> Any:
    """Call a plain function in a thread of its own, and wait for it no longer than so many seconds.

    A scenario that blocks for ever takes the thread with it that it runs in. Called so, it can
    still tidy up: what has not ended by then goes on in a thread for which nobody waits.

    Args:
        seconds: of the clock that threads wait by.
        function: what to call.
        args: its arguments.

    Returns:
        What it returns.

    Raises:
        TimeoutError: it has not ended by then.
        BaseException: what it raises.

    >>> in_time(3, max, 1, 2)
    2
    """
    answer: Future[Any] = Future()

    def call() -> None:
        try:
            answer.set_result(function(*args))
        except BaseException as error:
            answer.set_exception(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(seconds)
    if not answer.done():
        raise TimeoutError(f"{function.__name__} does not end")
    return answer.result()
