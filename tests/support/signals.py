"""A signal whose handler raises while one call is at work."""

import signal

import pytest


def check_a_signal_ends(call, argument, error=Exception):
    """Check that an exception of a handler, of a subclass of an error, leaves a call that would take a second."""

    class Stop(error):
        pass

    def stop(*_):
        raise Stop

    results = []
    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.03)
        # In one call: no bytecode, at which Python looks at signals by itself, follows on it.
        with pytest.raises(Stop):
            results.extend(map(call, [argument]))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert results == []
