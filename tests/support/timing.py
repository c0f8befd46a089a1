"""Times that a busy machine does not change: what a call takes, beside what another takes."""

import gc
import time
from contextlib import contextmanager

from tracing import untraced


def seconds_of(call):
    """Return what this thread takes of the processor for a call, and not what other threads and programs take."""
    start = time.thread_time()
    call()
    return time.thread_time() - start


@contextmanager
def only_new_objects_collected():
    """Keep all that other tests have left out of the collections that a call causes."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def check_takes_at_most(times, ours, theirs, *, floor=0.0005, rounds=9):
    """Check that the best of a few rounds is within so many times the other's; clocks are coarse below the floor."""
    best, others = float("inf"), float("inf")
    with untraced(), only_new_objects_collected():
        for _ in range(rounds):
            best, others = min(best, seconds_of(ours)), min(others, seconds_of(theirs))
            if best < times * (others + floor):
                return
    raise AssertionError(f"{best / others:.1f} times the other's {others:.4f} s")
