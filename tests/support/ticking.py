"""A thread that ticks, by which tests see how long others keep the GIL."""

import threading
import time

import numpy as np


def held(call):
    """Return the longest time in which another thread does not run, as a part of the time of a call."""
    ticks = []
    ended = threading.Event()

    def tick():
        while not ended.wait(0.0005):
            ticks.append(time.perf_counter())

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        start = time.perf_counter()
        call()
        end = time.perf_counter()
    finally:
        ended.set()
        thread.join()
    between = [start, *(when for when in ticks if start < when < end), end]
    return max(np.diff(between)) / (end - start)
