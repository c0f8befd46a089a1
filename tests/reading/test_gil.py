"""Long lists of numbers are read without the GIL: other threads run meanwhile, and signals are handled."""

import numpy as np
import orjson
import pytest
from processes import linux, posix, run_code, without_sanitizer
from signals import check_a_signal_ends
from threads import in_threads
from ticking import held

import fastnpjson
from fastnpjson._extension import speedups

pytestmark = pytest.mark.skipif(speedups is None, reason="orjson reads lists, and holds the GIL")

MANY = 2_000_000
FLOATS = np.random.default_rng(7).normal(size=MANY)
TEXT = orjson.dumps({"id": 7, "x": FLOATS}, option=orjson.OPT_SERIALIZE_NUMPY)
DATES = orjson.dumps({"x": np.arange(MANY // 2).astype("M8[s]")}, option=orjson.OPT_SERIALIZE_NUMPY)


@pytest.mark.parametrize(
    ("text", "arrays"),
    [
        (TEXT, True),
        (TEXT.decode(), True),
        (TEXT, {"$.x": "float32"}),
        (DATES, {"$.x": "M8[s]"}),
        (
            TEXT.replace(b",", b"],[").replace(b'],["x"', b',"x"').replace(b'"x":[', b'"x":[[').replace(b"]}", b"]]}"),
            True,
        ),
        (b"[%s]" % b",".join([b"true"] * 2 * MANY), True),
    ],
    ids=["bytes", "str", "float32", "dates", "rows", "booleans"],
)
def test_other_threads_run_while_a_list_is_read(text, arrays):
    # The best of some calls: the processor may be busy with something else.
    assert min(held(lambda: fastnpjson.loads(text, arrays=arrays)) for _ in range(7)) < 0.6


def test_what_is_read_is_what_numpy_reads():
    document = fastnpjson.loads(TEXT, arrays=True)
    assert document["id"] == 7
    assert document["x"].dtype == FLOATS.dtype
    assert document["x"].tolist() == FLOATS.tolist()


@pytest.mark.parametrize("last", [b"1e400", b"1e-400", b'"a"', b"[1]", b"184467440737095516160", b"1."])
def test_a_long_list_that_ends_otherwise(last):
    # Python is asked about the first of them.
    text = b'{"x":[' + b"1.5," * 200_000 + last + b"]}"
    try:
        expected = orjson.loads(text)["x"]
    except orjson.JSONDecodeError:
        with pytest.raises(orjson.JSONDecodeError):
            fastnpjson.loads(text, arrays=True)
        return
    found = fastnpjson.loads(text, arrays=True)["x"]
    assert type(found) is (np.ndarray if type(expected[-1]) in {int, float} else list)
    assert list(found) == expected


@posix
@pytest.mark.parametrize("error", [ValueError, KeyError])
def test_a_signal_ends_the_reading(error):
    check_a_signal_ends(load_arrays, b"[" + b"2.25," * 20_000_000 + b"1]", error)


def load_arrays(text):
    return fastnpjson.loads(text, arrays=True)


@linux
@without_sanitizer
def test_a_thread_without_memory_gets_its_error():
    done = run_code(
        """
        import resource, threading, numpy as np, fastnpjson
        text = b"[" + b"1.5," * 10_000_000 + b"1]"
        with open("/proc/self/statm") as statm:
            used = int(statm.read().split()[0]) * resource.getpagesize()
        errors = []
        def read():
            try:
                fastnpjson.loads(text, arrays=True)
            except MemoryError as error:
                errors.append(error)
        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        resource.setrlimit(resource.RLIMIT_AS, (used + 2**25, used + 2**25))
        for thread in threads:
            thread.join()
        read()
        assert fastnpjson.loads(b"[1.5,2]", arrays=True).tolist() == [1.5, 2]
        print(bool(errors))
        """
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


def test_many_threads_read_at_once():
    text = b"[" + b",".join(b"%d" % number for number in range(200_000)) + b"]"
    wrong = []

    def read():
        for _ in range(10):
            found = fastnpjson.loads(text, arrays=True)
            if found.dtype != np.int64 or not np.array_equal(found, np.arange(200_000)):
                wrong.append(found)

    in_threads(8, read)
    assert not wrong
