"""A signal that comes at a bad moment is neither forgotten nor told as somebody's error."""

import signal

import pytest

from loopgrade.examination.stopping import Stopped, pause, stoppable


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_a_finalizer_stops_at_the_next_pause(sign: signal.Signals) -> None:
    class Library:
        def __del__(self) -> None:
            signal.raise_signal(sign)
            done.append("closed")

    done: list[str] = []
    with pytest.raises(Stopped), stoppable():
        Library()
        done.append("went on")
        pause()
        done.append("never")
    assert done == ["closed", "went on"]
    pause()  # and it is over


def test_a_signal_that_nobody_paused_for_is_told_at_the_end() -> None:
    done = False
    with pytest.raises(Stopped), stoppable():
        signal.raise_signal(signal.SIGTERM)
        done = True
    assert done


def test_a_second_signal_stops_at_once() -> None:
    with pytest.raises(Stopped), stoppable():
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        pytest.fail("it went on")


def test_what_somebody_else_has_set_stays() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda sign, _: heard.append(sign))
    try:
        with stoppable():
            signal.raise_signal(signal.SIGTERM)
            pause()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == [signal.SIGTERM]
