"""Threads that do the same at the same time."""

import threading


def in_threads(count, call):
    """Call a function in so many threads, and wait for all of them."""
    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
