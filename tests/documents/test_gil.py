"""Large arrays are written without the GIL: who runs meanwhile, and what he may do."""

import threading

import numpy as np
import orjson
import pytest
from numpy import ma
from processes import linux, posix, run_code, without_sanitizer
from signals import check_a_signal_ends
from threads import in_threads
from ticking import held

import fastnpjson
from fastnpjson._arrays.write import _parts
from fastnpjson._extension import speedups

pytestmark = pytest.mark.skipif(speedups is None, reason="orjson writes arrays, and holds the GIL")

RANDOM = np.random.default_rng(7)
MANY = 2_000_000
FLOATS = RANDOM.normal(size=MANY)
RECORDS = np.zeros(MANY // 4, [("x", "f4"), ("when", "M8[s]")])
ARRAYS = {
    "contiguous": FLOATS,
    "strided": np.repeat(FLOATS[: MANY // 2], 2)[::2],
    "big-endian": FLOATS.astype(">f8"),
    "rows": FLOATS.reshape(-1, 4),
    "half": FLOATS.astype("f2"),
    "masked": ma.array(FLOATS, mask=FLOATS > 0),
    "integers": RANDOM.integers(-(2**63), 2**63 - 1, MANY),
    "dates": RANDOM.integers(0, 2**31, MANY // 2).astype("M8[s]"),
    "durations": RANDOM.integers(0, 2**31, MANY // 2).astype("m8[s]"),
    "records": RECORDS,
}


def least_held(call):
    """Return the best of some calls: the processor may be busy with something else."""
    return min(held(call) for _ in range(7))


@pytest.mark.parametrize("name", ARRAYS)
def test_other_threads_run_while_an_array_is_written(name):
    array = ARRAYS[name]
    assert least_held(lambda: fastnpjson.dumps(array)) < 0.6


@pytest.mark.parametrize(
    "call",
    [
        lambda _: fastnpjson.dumps({"a": [FLOATS], "b": FLOATS[: MANY // 2]}),
        lambda _: fastnpjson.dumps({"a": FLOATS, "b": {1}}, default=list),
        lambda _: fastnpjson.Encoder(decimals=3).encode([FLOATS]),
        lambda path: fastnpjson.dump({"a": FLOATS}, path),
        lambda path: fastnpjson.dump_lines(FLOATS.reshape(-1, 10), path),
    ],
    ids=["document", "default", "Encoder", "dump", "dump_lines"],
)
def test_other_threads_run_while_a_document_is_written(call, tmp_path):
    assert least_held(lambda: call(tmp_path / "x.json")) < 0.6


def while_another(change, call):
    """Return what a call returns while another thread makes changes, without a pause."""
    ended = threading.Event()
    errors = []

    def run():
        try:
            while not ended.is_set():
                change()
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        return [call() for _ in range(5)]
    finally:
        ended.set()
        thread.join()
        assert not errors


@pytest.mark.parametrize(
    ("old", "new", "dtype"),
    [
        (1.5, -1e300, "f8"),
        (1.5, -2.25e-30, ">f4"),
        (3, -12345, "i2"),
        (70000, -4, "i4"),
        (0, -(2**63), "i8"),
        (0, 2**64 - 1, ">u8"),
        (True, False, "?"),
        ("1970-01-01", "2026-11-28T12:34:56", "M8[s]"),
    ],
)
def test_numbers_that_change_are_old_or_new_and_whole(old, new, dtype):
    array = np.full(300_000, old, dtype)
    # The elements of an aligned array are stored as a whole.
    values = np.array([old, new], dtype)
    allowed = set(orjson.loads(fastnpjson.dumps(values)))

    def change():
        array.fill(values[1])
        array.fill(values[0])

    for text in while_another(change, lambda: fastnpjson.dumps({"x": array})):
        numbers = orjson.loads(text)["x"]
        assert len(numbers) == 300_000
        assert set(numbers) <= allowed


def test_integers_that_change_stay_strict():
    array = np.zeros(300_000, "i8")

    def change():
        array.fill(2**60)
        array.fill(5)

    def call():
        try:
            return fastnpjson.dumps(array, option=orjson.OPT_STRICT_INTEGER)
        except TypeError:
            return b"[5]"

    for text in while_another(change, call):
        assert set(orjson.loads(text)) <= {0, 5}


@pytest.mark.filterwarnings("ignore:Setting the:DeprecationWarning")
def test_an_array_is_taken_at_one_moment():
    array = np.arange(6.0)
    taken, _ = _parts(array)
    array.dtype = np.dtype("S8")
    array.shape = (2, 3)
    assert (taken.dtype, taken.shape) == (np.dtype("f8"), (6,))


@pytest.mark.filterwarnings("ignore:Setting the:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:casting an array to a subarray:FutureWarning")  # of NumPy 1
def test_shapes_and_dtypes_that_change_are_those_of_one_moment():
    first, second = np.arange(300_000.0), np.arange(300_000.0)

    def change():
        for array in (first, second):
            array.dtype = np.dtype("i8")
            array.shape = (3, 100_000)
            array.dtype = np.dtype("S8")
            array.dtype = np.dtype("c8")
            array.dtype = np.dtype("f8")
            array.shape = (300_000,)

    floats = fastnpjson.dumps(np.arange(300_000.0))
    rows = fastnpjson.dumps(np.arange(300_000.0).reshape(3, -1))
    bits = np.arange(300_000.0).view("i8")
    allowed = {floats, rows, fastnpjson.dumps(bits), fastnpjson.dumps(bits.reshape(3, -1))}

    def call():
        try:
            return fastnpjson.dumps([first, second]), fastnpjson.dumps(second)
        # Bytes that are not text, complex numbers; two shapes in one step of NumPy; a document that was changed.
        except (TypeError, ValueError, RuntimeError):
            return None

    for texts in filter(None, while_another(change, call)):
        both, alone = texts
        assert alone in allowed
        assert both in {b"[" + one + b"," + other + b"]" for one in allowed for other in allowed}


def test_a_document_that_changes_is_that_of_one_moment():
    array = np.arange(200_000)
    document = {"a": array, "b": [array, array], "c": 1}
    text = fastnpjson.dumps(array)
    allowed = {b'{"a":%b,"b":[%b],"c":1}' % (text, b",".join([text] * count)) for count in range(3)}

    def change():
        document["b"].clear()
        document["b"].append(np.array(array))
        document["b"].append(np.array(array))

    assert set(while_another(change, lambda: fastnpjson.dumps(document))) <= allowed


def refuses_to_shrink(array):
    try:
        array.resize(10)
    except ValueError:
        return True
    return False


def test_an_array_that_is_being_written_cannot_be_resized():
    array = np.zeros(MANY)
    expected = fastnpjson.dumps(array)
    texts = []
    thread = threading.Thread(target=lambda: texts.extend(fastnpjson.dumps(array) for _ in range(5)))
    thread.start()
    refused = 0
    while thread.is_alive():
        refused += refuses_to_shrink(array)
    thread.join()
    assert refused
    assert set(texts) <= {expected, b"[0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0]"}


@posix
@pytest.mark.parametrize("of", [lambda array: array, lambda array: {"x": array}, lambda array: array.view("m8[s]")])
def test_a_signal_ends_the_writing(of):
    # A hundred million numbers, which take no memory and a second or so.
    check_a_signal_ends(fastnpjson.dumps, of(np.broadcast_to(np.int64(2), 100_000_000)))


@posix
@pytest.mark.parametrize("error", [TypeError, fastnpjson.JSONEncodeError, ValueError, RuntimeError, RecursionError])
@pytest.mark.parametrize(
    "encode", [fastnpjson.dumps, fastnpjson.Encoder(decimals=2).encode, fastnpjson.Encoder(nan="error").encode]
)
def test_an_error_of_a_signal_is_not_taken_for_one_of_the_document(encode, error):
    # In the end orjson would be asked to write it once more, without what it refuses.
    check_a_signal_ends(encode, {"x": np.broadcast_to(np.int64(2), 100_000_000)}, error)


@linux
@without_sanitizer
def test_a_thread_without_memory_gets_its_error():
    done = run_code(
        """
        import resource, threading, numpy as np, fastnpjson
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        array = np.broadcast_to(np.float64(-1.2345678901234567e-300), 20_000_000)
        errors = []
        def write(obj):
            try:
                fastnpjson.dumps(obj)
            except MemoryError as error:
                errors.append(error)
        threads = [threading.Thread(target=write, args=[obj]) for obj in (array, [array], {"x": array, "y": array})]
        resource.setrlimit(resource.RLIMIT_AS, (used + 2**27, used + 2**27))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        fastnpjson.dumps(np.zeros(200_000))
        print(len(errors))
        """
    )
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr


@posix
def test_a_process_may_fork_meanwhile():
    done = run_code(
        """
        import os, threading, warnings
        import numpy as np, fastnpjson
        warnings.simplefilter("ignore")  # Python 3.12 warns of a fork in a process with threads
        array = np.arange(1_000_000.0)
        text = fastnpjson.dumps(array)
        thread = threading.Thread(target=lambda: [fastnpjson.dumps([array]) for _ in range(5)])
        thread.start()
        while thread.is_alive():
            child = os.fork()
            if not child:
                os._exit(0 if fastnpjson.dumps(array) == text else 1)
            assert os.waitpid(child, 0)[1] == 0
        print("done")
        """
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_a_process_may_end_meanwhile():
    done = run_code(
        """
        import threading, time, numpy as np, fastnpjson
        array = np.arange(1_000_000.0)
        def write():
            while True:
                fastnpjson.dumps([array])
        for _ in range(3):
            threading.Thread(target=write, daemon=True).start()
        time.sleep(0.2)
        print("done")
        """
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_many_threads_write_large_and_small_documents():
    large = {"x": np.arange(150_000), "y": [1, np.float64(0.5)]}
    small = {"x": np.arange(3), "y": np.datetime64("2026-11-28")}
    expected = fastnpjson.dumps(large), fastnpjson.dumps(small)
    wrong = []

    def write():
        for _ in range(10):
            texts = fastnpjson.dumps(large), fastnpjson.dumps(small)
            if texts != expected or any(fastnpjson.dumps(small) != expected[1] for _ in range(200)):
                wrong.append(texts)

    in_threads(8, write)
    assert not wrong
