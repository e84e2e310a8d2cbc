"""Few threads work at a time, and whoever waits lets others work."""

from __future__ import annotations

import threading

import pytest

from core.turnstile import AT_ONCE, aside, at_work, holds_place

LONG = 30.0


def run_all(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert not any(thread.is_alive() for thread in threads)


def test_no_more_work_at_once_than_there_are_places() -> None:
    lock, most, working = threading.Lock(), [0], [0]

    def work() -> None:
        for _ in range(50):
            with at_work():
                with lock:
                    working[0] += 1
                    most[0] = max(most[0], working[0])
                with lock:
                    working[0] -= 1

    run_all([threading.Thread(target=work) for _ in range(3 * AT_ONCE)])
    assert 1 <= most[0] <= AT_ONCE


def test_any_number_wait_aside_together() -> None:
    everybody = threading.Barrier(3 * AT_ONCE)

    def wait() -> None:
        with at_work(), aside():
            everybody.wait(LONG)  # breaks, and fails the test, unless all get here

    run_all([threading.Thread(target=wait) for _ in range(3 * AT_ONCE)])
    assert not everybody.broken


def fail_aside() -> None:
    with at_work(), at_work():
        assert holds_place()
        with aside():
            assert not holds_place()
            raise ValueError("bad")


def test_a_place_is_taken_once_and_given_back_whatever_happens() -> None:
    for _ in range(2 * AT_ONCE):
        with pytest.raises(ValueError, match="bad"):
            fail_aside()
    assert not holds_place()
    with aside():  # who has no place leaves none
        assert not holds_place()
