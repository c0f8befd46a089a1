"""`loads(threads=)`: the arrays and the errors of one thread, wherever a list is cut into slices."""

import json
import signal
import threading
from unittest.mock import Mock

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from processes import linux, posix, run_code, without_sanitizer
from threads import in_threads

import fastnpjson
from fastnpjson._extension import speedups
from fastnpjson._reading import side_by_side
from fastnpjson._reading import with_arrays as module

pytestmark = pytest.mark.skipif(speedups is None, reason="orjson reads lists, and holds the GIL")

FLOATS = np.random.default_rng(7).normal(size=1_000_000)


@pytest.fixture
def small_slices(monkeypatch):
    monkeypatch.setattr(module, "SLICE", 64)


@pytest.fixture
def accepted(monkeypatch):
    """How many slices have been accepted."""
    count = []

    class Speedups:
        def __getattr__(self, name):
            return getattr(speedups, name)

        def accept_slice(self, *arguments):
            accepted = speedups.accept_slice(*arguments)
            count.append(accepted)
            return accepted

    monkeypatch.setattr(side_by_side, "speedups", Speedups())
    return count


def outcome(text, **given):
    """What `loads` returns or raises, with types, dtypes and the bits of numbers."""
    try:
        return described(fastnpjson.loads(text, **given))
    except ValueError as error:
        return type(error), str(error)


def described(document):
    if isinstance(document, np.ndarray):
        return document.dtype, document.shape, document.tobytes()
    if isinstance(document, list):
        return [described(item) for item in document]
    if isinstance(document, dict):
        return {key: described(item) for key, item in document.items()}
    return document


def check(text, arrays=True, **given):
    expected = outcome(text, arrays=arrays, **given)
    assert outcome(text, arrays=arrays, threads=2, **given) == expected
    assert outcome(text.encode(), arrays=arrays, threads=3, **given) == expected


LISTS = {
    "integers": [*range(-50, 1000)],
    "unsigned": [2**63 + number for number in range(300)],
    "floats": FLOATS[:500].tolist(),
    "integers-then-floats": [*range(300), *FLOATS[:300].tolist()],
    "one-float-late": [*range(300), 0.5, *range(300)],
    "floats-then-integers": [*FLOATS[:100].tolist(), *range(300), *FLOATS[:100].tolist()],
    "negative-then-unsigned": [*range(-300, 0), *range(2**63, 2**63 + 300)],
    "unsigned-late": [*range(300), 2**63, *range(300)],
    "negative-after-unsigned": [*range(2**63, 2**63 + 300), -1, *range(300)],
    "unsigned-then-negative-then-float": [*range(2**63, 2**63 + 300), -1, *range(300), 0.5],
    "huge": [*range(300), 2**64, *range(300)],
    "null": [*FLOATS[:300].tolist(), None, *FLOATS[:300].tolist()],
    "null-among-integers": [*range(300), None, *range(300)],
    "booleans": [True, False] * 300,
    "boolean-late": [*range(300), True],
    "string-late": [*range(300), "a"],
    "list-late": [*range(300), [1]],
    "object-late": [*range(300), {"a": [1, 2]}],
    "rows": FLOATS[:600].reshape(-1, 3).tolist(),
    "one-column": FLOATS[:600].reshape(-1, 1).tolist(),
    "rows-of-rows": FLOATS[:600].reshape(-1, 2, 3).tolist(),
    "long-rows": FLOATS[:600].reshape(2, -1).tolist(),
    "one-row": FLOATS[:600].reshape(1, -1).tolist(),
    "ragged-late": [*FLOATS[:600].reshape(-1, 3).tolist(), [1.5, 2.5]],
    "deeper-late": [*FLOATS[:600].reshape(-1, 3).tolist(), [[1.5, 2.5, 3.5]]],
    "flat-late": [*FLOATS[:600].reshape(-1, 3).tolist(), 1.5],
    "empty-late": [*FLOATS[:600].reshape(-1, 3).tolist(), []],
}


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize(
    "layout", ["{}", '{{"a":{},"b":{}}}', '{{"s":"],[,1,2","a":{},"t":"],[1,[2,"}}', "[{},[1,2],{}]"]
)
@pytest.mark.parametrize("separators", [(",", ":"), (" ,\n ", ": ")], ids=["dense", "blanks"])
@pytest.mark.parametrize("name", LISTS)
def test_as_one_thread(name, separators, layout):
    text = json.dumps(LISTS[name], separators=separators)
    if separators[0] != ",":
        text = text.replace("[", "[ ").replace("]", " ]\t")
    for whole in (text, text[: len(text) // 2], text[:-1], text[:-1] + ",", text.replace("5", "5x", 1)):
        check(layout.format(*[whole] * layout.count("{}")))


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i8", "i4", "i1", "u8", "u1", "?", "M8[s]"])
@pytest.mark.parametrize("name", LISTS)
def test_dtypes_as_one_thread(name, dtype):
    check(orjson.dumps({"x": LISTS[name] if name != "huge" else [1, "2"]}).decode(), {"$.x": dtype})


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("arrays", [True, {"$.x": "f4"}, {"$.x": "i8"}], ids=str)
@pytest.mark.parametrize("name", ["floats", "integers", "rows", "null", "one-float-late"])
def test_words_of_json_as_one_thread(name, arrays, accepted):
    numbers = LISTS[name]
    for late in ([*numbers, *[numbers[0]] * 20], [numbers[0], *numbers]):
        text = json.dumps({"x": late, "loss": float("nan")})
        for word in ("NaN", "-Infinity"):
            parts = text.split(",")
            parts[len(parts) // 2] = word
            check(",".join(parts), arrays, allow_nan=True)
    assert any(accepted)


@pytest.mark.usefixtures("small_slices")
def test_dates_and_words_as_one_thread():
    dates = np.arange(500).astype("M8[s]")
    check(fastnpjson.dumps_str({"x": dates}), {"$.x": "M8[s]"})
    check(fastnpjson.dumps_str({"x": dates.reshape(-1, 2)}), {"$.x": "M8[s]"})
    words = np.where(np.arange(500) % 7 == 0, np.nan, 1.5)
    check(fastnpjson.Encoder(nan="string").encode({"x": words}).decode(), {"$.x": "f4"})
    half = ["1.000000059604644775390625000001"] * 300
    check(f"[{','.join(half)}]", {"$": "f4"})
    check(f"[{','.join(half)},1e39]", {"$": "f4"})


NUMBERS = st.one_of(
    st.integers(-(2**64), 2**65).map(str), st.floats(allow_nan=False, allow_infinity=False).map(repr), st.just("null")
)


@pytest.mark.usefixtures("small_slices")
@given(st.lists(NUMBERS, min_size=1, max_size=20), st.integers(1, 60), st.lists(NUMBERS, max_size=5), st.integers(1, 4))
@settings(deadline=None, max_examples=100)
def test_any_numbers_as_one_thread(some, times, others, width):
    numbers = some * times + others + some * times
    rows = [numbers[start : start + width] for start in range(0, len(numbers), width)]
    text = "[" + ",".join(f"[{','.join(row)}]" if width > 1 else ",".join(row) for row in rows) + "]"
    check(text)
    check(f'{{"a":{text},"b":[1.5,2.5]}}', {"$.a": "f8"})


@pytest.mark.parametrize("threads", [2, 4, "auto"])
@pytest.mark.parametrize("shape", [(-1,), (-1, 100), (-1, 2, 2)])
def test_lists_of_the_real_size(shape, threads, accepted):
    array = FLOATS.reshape(shape)
    text = fastnpjson.dumps([array, {"x": array}])
    first, second = fastnpjson.loads(text, arrays=True, threads=threads)
    assert np.array_equal(first, array)
    assert np.array_equal(second["x"], array)
    # All but the first slice of each list, and what is less than a slice.
    if threads != "auto":
        assert sum(accepted) >= 2 * (len(text) // 2 // side_by_side.SLICE - 2)


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("shape", [(40, 10), (40, 100), (40, 5, 20)])
def test_rows_longer_than_a_slice_are_read_once(shape, accepted):
    array = np.arange(np.prod(shape), dtype=float).reshape(shape) + 0.5
    assert np.array_equal(fastnpjson.loads(fastnpjson.dumps(array), arrays=True, threads=2), array)
    assert sum(accepted) > 10
    assert accepted.count(False) <= 1


def test_integers_after_which_floats_come_are_read_side_by_side_again(accepted):
    text = orjson.dumps([*range(500_000), 0.5, *range(2_000_000)])
    assert fastnpjson.loads(text, arrays=True, threads=2).tolist() == orjson.loads(text)
    assert False in accepted
    assert sum(accepted) > 4


@pytest.mark.usefixtures("small_slices")
def test_an_error_of_a_helper_reaches_the_caller(monkeypatch):
    class Stop(Exception):
        pass

    def read(*_):
        raise Stop

    monkeypatch.setattr(module, "read_slices", read)
    with pytest.raises(Stop):
        fastnpjson.loads(orjson.dumps([*range(1000)]), arrays=True, threads=2)


@pytest.mark.usefixtures("small_slices")
def test_a_helper_that_does_nothing_or_all_it_must_not(monkeypatch):
    text = orjson.dumps([*range(1000)])
    kept = []

    def read(_workers, handover, count):
        kept.append(handover)
        part = speedups.read_slice(handover, 0)
        later = speedups.read_slice(handover, 1)
        for index in (-1, count, 2**62):
            assert not speedups.accept_slice(speedups.read_slice(handover, index))
        assert not speedups.accept_slice(later)
        with pytest.raises(ValueError, match="no place"):
            speedups.copy_slice(part)
        assert speedups.accept_slice(part)
        assert not speedups.accept_slice(part)
        speedups.copy_slice(part)
        kept.append(later)

    monkeypatch.setattr(module, "read_slices", read)
    assert fastnpjson.loads(text, arrays=True, threads=2).tolist() == [*range(1000)]
    handover, part = kept[:2]
    assert not speedups.accept_slice(part)
    assert not speedups.accept_slice(speedups.read_slice(handover, 0))
    with pytest.raises(ValueError, match="no place"):
        speedups.copy_slice(part)
    for call in (speedups.accept_slice, speedups.copy_slice):
        with pytest.raises(ValueError, match="PyCapsule"):
            call(handover)
    with pytest.raises(TypeError):
        speedups.read_slice(handover)
    for other in (None, part):
        with pytest.raises(ValueError, match="PyCapsule"):
            speedups.read_slice(other, 0)
    for arguments in ((None, -1), (print, 0)):
        with pytest.raises(ValueError, match="size"):
            speedups.load_paths(text, True, *arguments)


def test_a_slice_has_no_place_in_another_list():
    kept = []

    def keep(handover, count):
        kept.extend(speedups.read_slice(handover, index) for index in range(count))
        assert all(map(speedups.accept_slice, kept))
        for part in kept:
            speedups.copy_slice(part)

    def use(*_):
        for part in kept:
            assert not speedups.accept_slice(part)
            with pytest.raises(ValueError, match="no place"):
                speedups.copy_slice(part)

    for size, helper, slice_size in ((100_000, keep, 4096), (1000, use, 64)):
        numbers = [*range(size)]
        assert speedups.load_paths(orjson.dumps(numbers), True, helper, slice_size)[0].tolist() == numbers


@posix
def test_interruption():
    done = run_code(
        """
        import os, signal, threading, time
        import numpy as np, fastnpjson
        text = fastnpjson.dumps(np.broadcast_to(np.float64(1.234567890123456e-30), 5_000_000))
        # A shell has background jobs ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
            while True:
                fastnpjson.loads(text, arrays=True, threads=2)
        except KeyboardInterrupt:
            time.sleep(0.05)
            print(threading.enumerate() == [threading.main_thread()])
        assert fastnpjson.loads(text, arrays=True, threads=2).shape == (5_000_000,)
        """
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


@posix
@pytest.mark.parametrize("error", [ValueError, MemoryError, KeyError])
@pytest.mark.parametrize("is_alone", [False, True])
def test_a_signal_ends_the_reading(error, is_alone, monkeypatch):
    if is_alone:  # there are no more threads, and so it reads the slices itself
        monkeypatch.setattr(threading.Thread, "start", Mock(side_effect=RuntimeError))
        monkeypatch.setattr(module, "SLICE", 2**24)
    text = b"[" + b"2.25," * 20_000_000 + b"1]"

    class Stop(error):
        pass

    def stop(*_):
        raise Stop

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(Stop):
            fastnpjson.loads(text, arrays=True, threads=2)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@linux
@without_sanitizer
def test_who_has_no_memory_gets_the_error():
    done = run_code(
        """
        import resource, threading, numpy as np, fastnpjson
        text = b"[" + b"1.5," * 10_000_000 + b"1]"
        small = b"[" + b"1.5," * 3_000_000 + b"1]"
        expected = fastnpjson.loads(small, arrays=True, threads=2)
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        errors = 0
        for room in (2**20, 2**22, 2**24, 2**25, 2**26):
            resource.setrlimit(resource.RLIMIT_AS, (used + room, resource.RLIM_INFINITY))
            try:
                fastnpjson.loads(text, arrays=True, threads=2)
            except MemoryError:
                errors += 1
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert np.array_equal(fastnpjson.loads(small, arrays=True, threads=2), expected)
        assert threading.enumerate() == [threading.main_thread()]
        print(errors)
        """
    )
    assert (done.returncode, done.stdout) == (0, "5\n"), done.stderr


def test_a_process_may_end_meanwhile():
    done = run_code(
        """
        import threading, time, numpy as np, fastnpjson
        text = fastnpjson.dumps(np.arange(1_000_000.0))
        def read():
            while True:
                assert fastnpjson.loads(text, arrays=True, threads=2)[-1] == 999_999
        for _ in range(3):
            threading.Thread(target=read, daemon=True).start()
        time.sleep(0.3)
        print("done")
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_many_threads_with_threads_of_their_own():
    text = fastnpjson.dumps({"x": np.arange(1_000_000), "y": "z"})
    wrong = []

    def read():
        for _ in range(3):
            found = fastnpjson.loads(text, arrays=True, threads=2)
            if not np.array_equal(found["x"], np.arange(1_000_000)):
                wrong.append(found)

    in_threads(6, read)
    assert not wrong
