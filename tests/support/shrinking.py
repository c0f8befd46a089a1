"""Containers that shrink while they are encoded, by a default or by a thread, in a process that may die of it."""

import subprocess
import sys

TIMES = 10_000
SCRIPT = """
import datetime, decimal, itertools, sys, threading
{setup}

class Stop(Exception): pass

class Unknown:
    def __init__(self, shrink): self.shrink = shrink

def default(obj):
    if type(obj) is Unknown:
        obj.shrink()
        return 1
    raise TypeError(type(obj))

def by_default():
    for number in range({times}):
        items, members = [], {{}}
        shrink = [items.clear, items.pop, members.clear, members.popitem][number % 4]
        items += [Unknown(shrink) for _ in range(20)]
        members.update((str(key), Unknown(shrink)) for key in range(20))
        yield items if number % 4 < 2 else members

def by_thread():
    items, members, stop = [], {{}}, threading.Event()
    def churn():
        while not stop.is_set():
            items.clear()
            members.clear()
            items.extend([Unknown(int) for _ in range(50)])
            members.update((str(key), Unknown(int)) for key in range(50))
    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for number in range({times}):
            yield items if number % 2 else members
    finally:
        stop.set()
        thread.join()

sys.setswitchinterval(1e-5)
outcomes = dict.fromkeys(["encoded", "changed"], 0)
for document in {way}():
    try:
        encode(document)
    except (RuntimeError, IndexError, KeyError) as error:  # pop() of what is empty is the default's own error
        assert "changed" in str(error) or "empty" in str(error), repr(error)
        outcomes["changed"] += 1
    else:
        outcomes["encoded"] += 1
print(outcomes)
assert sum(outcomes.values()) == {times}
"""
WAYS = ("by_default", "by_thread")


def assert_survives(setup, way):
    """Run `encode(document)`, which `setup` defines and which has to ask `default`, on shrinking documents."""
    script = SCRIPT.format(setup=setup, way=way, times=TIMES)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, run.stderr
