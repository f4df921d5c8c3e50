import os
import signal
import threading

import pytest

from dynamicl.lab._interrupts import Stopped, held_back, leaving


def strike():
    os.kill(os.getpid(), signal.SIGINT)


def test_it_is_held_back_until_somebody_is_ready():
    reached = []

    def work():
        with held_back() as ready:
            ready()
            strike()
            reached.append("work goes on")
            ready()

    with pytest.raises(KeyboardInterrupt):
        work()
    assert reached == ["work goes on"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_one_strikes_at_once():
    reached = []

    def work():
        with held_back():
            strike()
            reached.append("the first")
            strike()
            reached.append("the second")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert reached == ["the first"]


def test_a_programs_own_handler_stays():
    seen = []
    signal.signal(signal.SIGINT, lambda *_: seen.append(1))
    try:
        with held_back() as ready:
            strike()
            ready()
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    assert seen == [1]


def test_other_threads_change_nothing():
    done = []

    def work():
        with held_back() as ready:
            ready()
            done.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2])
def test_a_batch_systems_signals_are_held_back_too(number, request):
    # As in a program of its own: under `nohup` the tests' runner ignores one of them.
    before = signal.signal(number, signal.SIG_DFL)
    request.addfinalizer(lambda: signal.signal(number, before))
    reached = []

    def work():
        with held_back() as ready:
            os.kill(os.getpid(), number)
            reached.append("work goes on")
            ready()

    with pytest.raises(Stopped) as caught:
        work()
    assert reached == ["work goes on"] and caught.value.number == number
    assert signal.getsignal(number) is signal.SIG_DFL


def test_a_handler_of_the_engine_makes_way_and_comes_back():
    """submitit has its own: outside a chunk a signal then strikes at once, inside one it is held back."""
    seen, reached = [], []

    def chunk():
        with held_back() as ready:
            os.kill(os.getpid(), signal.SIGUSR2)
            reached.append("the chunk goes on")
            ready()

    before = signal.signal(signal.SIGUSR2, lambda *_: seen.append(1))
    try:
        with leaving() as handlers:
            with pytest.raises(Stopped) as caught:
                chunk()
            with pytest.raises(Stopped):
                os.kill(os.getpid(), signal.SIGUSR2)
        assert caught.value.number == signal.SIGUSR2 and reached == ["the chunk goes on"] and seen == []
        handlers[signal.SIGUSR2]()
        assert seen == [1] and signal.getsignal(signal.SIGUSR2) is handlers[signal.SIGUSR2]
    finally:
        signal.signal(signal.SIGUSR2, before)
