"""What takes long is done on a thread of its own, in order, and not without limit."""

import threading

import pytest

from emoflix_device.errors import RefusedError
from emoflix_device.worker import MOST_WAITING, Worker
from tests.mosquitto import GUARD_S


def test_jobs_are_done_in_order_off_the_callers_thread() -> None:
    done, order = threading.Semaphore(0), []
    worker = Worker(on_done=done.release)
    outcomes = [worker.do(lambda number=number: order.append(number)) for number in range(5)]
    thread = worker.do(threading.current_thread)
    for _ in range(6):
        assert done.acquire(timeout=GUARD_S)
    assert order == [0, 1, 2, 3, 4]
    assert all(outcome.done() for outcome in outcomes)
    assert thread.result() is not threading.current_thread()


def test_a_job_that_fails_gives_its_error_and_the_next_is_done() -> None:
    worker = Worker(on_done=lambda: None)
    failed = worker.do(lambda: 1 / 0)
    assert worker.do(lambda: 7).result(GUARD_S) == 7
    assert isinstance(failed.exception(GUARD_S), ZeroDivisionError)


def test_more_than_a_person_waits_for_is_refused() -> None:
    go = threading.Event()
    worker = Worker(on_done=lambda: None)
    begun = threading.Event()

    def wait() -> None:
        begun.set()
        go.wait(GUARD_S)

    under_way = worker.do(wait)
    assert begun.wait(GUARD_S)
    waiting = [worker.do(wait) for _ in range(MOST_WAITING)]
    with pytest.raises(RefusedError, match="busy"):
        worker.do(wait)
    go.set()
    for outcome in (under_way, *waiting):
        outcome.result(GUARD_S)
