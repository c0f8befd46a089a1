"""`threads=`: the bytes and the errors of one thread, in processes that fork, end, are interrupted or lack memory."""

import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from processes import linux, posix, run_code, without_sanitizer
from strategies import documents
from threads import in_threads

import fastnpjson
from fastnpjson import Encoder
from fastnpjson._documents import batch, slices, stream
from fastnpjson._documents.encoder import make_settings
from fastnpjson._extension import speedups

FLOATS = np.random.default_rng(7).normal(size=700_000)
SETTINGS = st.fixed_dictionaries(
    {
        "nan": st.sampled_from(["null", "error", "string"]),
        "decimals": st.sampled_from([None, 0, 2]),
        "option": st.sampled_from(
            [None, fastnpjson.OPT_INDENT_2, fastnpjson.OPT_SORT_KEYS, fastnpjson.OPT_APPEND_NEWLINE, 1 << 6]
        ),
    }
)


def outcome(call):
    try:
        return call()
    except (TypeError, ValueError) as error:
        return type(error), str(error)


@given(document=documents(), chosen=SETTINGS, times=st.integers(1, 300))
@settings(deadline=None, max_examples=150)
def test_any_document_as_one_thread(document, chosen, times):
    document = [document] * times if times > 200 else document
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "_LARGE", 16)
        patch.setattr(batch, "_FEW", 10**9)  # whose arrays of scalars must be smaller than a large one
        patch.setattr(slices, "_SLICE", 4)
        patch.setattr(slices, "_JOB", 8)
        one, more = Encoder(**chosen), Encoder(threads=3, **chosen)
        expected = outcome(lambda: one.encode(document))
        assert outcome(lambda: more.encode(document)) == expected
        assert outcome(lambda: b"".join(more.iterencode(document))) == expected


@pytest.mark.parametrize("threads", [2, 5, "auto"])
@pytest.mark.parametrize(
    "document",
    [
        FLOATS,
        FLOATS.reshape(-1, 7),
        {"x": [FLOATS[::2], "y"], "z": FLOATS.astype("f4")},
        [FLOATS[:20_000]] * 30,
        [1, 2],
    ],
    ids=["array", "rows", "document", "many", "small"],
)
def test_documents_of_the_real_size(document, threads):
    expected = fastnpjson.dumps(document)
    encoder = Encoder(threads=threads)
    assert encoder.encode(document) == expected
    assert b"".join(encoder.iterencode(document)) == expected


@pytest.mark.parametrize("number", [0.0, -1.2345678901234567e-300], ids=["shorter", "longer"])
def test_texts_that_are_shorter_or_longer_than_is_likely(number):
    array = np.full(500_000, number)
    assert Encoder(threads=2).encode(array) == fastnpjson.dumps(array)


def test_the_setting_is_pickled():
    assert pickle.loads(pickle.dumps(Encoder(threads="auto")))._settings.threads == "auto"


def test_one_thread_as_an_integer_of_numpy():
    assert Encoder(threads=np.int64(1)).encode(FLOATS[:3]) == fastnpjson.dumps(FLOATS[:3])
    assert fastnpjson.loads("[1]", threads=np.int64(1)) == [1]


@pytest.mark.parametrize("threads", [0, "2", None])
def test_what_is_no_number_of_threads(threads):
    with pytest.raises((TypeError, ValueError)):
        Encoder(threads=threads)


def test_files_and_lines(tmp_path):
    path = tmp_path / "x.json"
    fastnpjson.dump({"x": FLOATS}, path, threads=2)
    assert path.read_bytes() == fastnpjson.dumps({"x": FLOATS})
    rows = FLOATS.reshape(-1, 100)
    fastnpjson.dump_lines(rows, path, threads=2)
    assert path.read_bytes() == b"".join(fastnpjson.dumps(row) + b"\n" for row in rows)
    fastnpjson.dump_lines(iter([FLOATS, FLOATS[::-1]]), path, threads=2)
    assert path.read_bytes() == b"".join(fastnpjson.dumps(row) + b"\n" for row in (FLOATS, FLOATS[::-1]))
    fastnpjson.dump_lines(FLOATS.reshape(2, -1), path, threads=2)
    assert path.read_bytes() == b"".join(fastnpjson.dumps(row) + b"\n" for row in FLOATS.reshape(2, -1))
    rows[5000, 3] = np.nan
    with pytest.raises(ValueError, match=r"^line 5001: \$: "):
        fastnpjson.dump_lines(rows, path, threads=2, nan="error")


def test_advances_are_those_of_one_thread():
    found = {1: [], 3: []}
    for threads, advances in found.items():
        for _ in make_settings(threads=threads).stream(advances.append).pieces([FLOATS, {"x": FLOATS.reshape(-1, 5)}]):
            pass
    assert found[1] == found[3]


@pytest.mark.skipif(speedups is None, reason="orjson makes a text of its own of each array")
def test_memory_is_the_text_or_some_slices():
    array = np.broadcast_to(np.float64(-1.2345678901234567e-300), 6_000_000)
    encoder = Encoder(threads=2)
    text = fastnpjson.dumps(array)
    tracemalloc.start()
    try:
        assert encoder.encode(array) == text
        _, whole = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        assert sum(map(len, encoder.iterencode(array))) == len(text)
        _, pieces = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The room for the text is half as long again at most, and nobody touches the rest of it.
    assert whole < 1.6 * len(text) + 40 * 2**20
    assert pieces < 40 * 2**20 < len(text) / 3


@posix
@pytest.mark.parametrize("encode", ["encode(document)", "encode([document])", "iterencode(document)"])
def test_interruption(encode):
    done = run_code(
        f"""
        import os, signal, threading, time
        import numpy as np, fastnpjson
        document = np.broadcast_to(np.float64(1.2345678901234567e-300), 50_000_000)
        encoder = fastnpjson.Encoder(threads=2)
        # A shell has background jobs ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            threading.Timer(0.15, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
            for _ in range(100):
                for piece in encoder.{encode}:
                    if type(piece) is int:
                        break
        except KeyboardInterrupt:
            time.sleep(0.05)
            print(threading.enumerate() == [threading.main_thread()])
        assert encoder.encode(np.zeros(300_000)) == fastnpjson.dumps(np.zeros(300_000))
        """
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


@posix
def test_a_process_may_fork_meanwhile():
    done = run_code(
        """
        import os, threading, warnings
        import numpy as np, fastnpjson
        warnings.simplefilter("ignore")  # Python 3.12 warns of a fork in a process with threads
        array = np.arange(1_000_000.0)
        text = fastnpjson.dumps(array)
        encoder = fastnpjson.Encoder(threads=2)
        thread = threading.Thread(target=lambda: [encoder.encode([array]) for _ in range(5)])
        thread.start()
        while thread.is_alive():
            pieces = encoder.iterencode(array)
            start = next(pieces)
            child = os.fork()
            if not child:
                os._exit(0 if encoder.encode(array) == start + b"".join(pieces) == text else 1)
            assert os.waitpid(child, 0)[1] == 0
            assert start + b"".join(pieces) == text
        print("done")
        """
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_a_process_may_end_meanwhile():
    done = run_code(
        """
        import threading, time, numpy as np, fastnpjson
        array = np.arange(1_000_000.0)
        text = fastnpjson.dumps(array)
        encoder = fastnpjson.Encoder(threads=2)
        def write():
            while True:
                assert encoder.encode(array) == text
        for _ in range(3):
            threading.Thread(target=write, daemon=True).start()
        time.sleep(0.3)
        print("done")
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@linux
@without_sanitizer
@pytest.mark.skipif(speedups is None, reason="orjson aborts the process")
def test_who_has_no_memory_gets_the_error():
    done = run_code(
        """
        import resource, threading, numpy as np, fastnpjson
        encoder = fastnpjson.Encoder(threads=2)
        small = np.zeros(300_000)
        text = encoder.encode(small)
        array = np.broadcast_to(np.float64(-1.2345678901234567e-300), 20_000_000)
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        errors = []
        for room in (2**22, 2**24, 2**25, 2**26, 2**27, 2**28):
            resource.setrlimit(resource.RLIMIT_AS, (used + room, resource.RLIM_INFINITY))
            for obj in (array, [array], {"x": array, "y": array}):
                try:
                    encoder.encode(obj)
                except MemoryError as error:
                    errors.append(type(error))
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert encoder.encode(small) == text
        assert threading.enumerate() == [threading.main_thread()]
        print(len(errors))
        """
    )
    assert (done.returncode, done.stdout) == (0, "18\n"), done.stderr


@without_sanitizer
@pytest.mark.skipif(speedups is None, reason="it has the room")
def test_a_room_checks_what_it_is_given():
    room = speedups.room(10)
    speedups.put(room, 0, b"0123456789")
    for start, text in ((-1, b""), (1, b"0123456789"), (11, b""), (2**62, b"1")):
        with pytest.raises(ValueError, match="outside of the room"):
            speedups.put(room, start, text)
    speedups.grow_room(room, 20)
    speedups.put(room, 10, b"abc")
    with pytest.raises(ValueError, match="less than no bytes"):
        speedups.finish_room(room, -1)
    assert speedups.finish_room(room, 12) == b"0123456789ab"
    for call in (lambda: speedups.put(room, 0, b""), lambda: speedups.grow_room(room, 1)):
        with pytest.raises(ValueError, match="handed out"):
            call()
    for call in (lambda: speedups.room("1"), lambda: speedups.put(room, 0, "a"), lambda: speedups.finish_room(room)):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(ValueError, match="PyCapsule"):
        speedups.put(None, 0, b"")
    for call in (lambda: speedups.room(2**62), lambda: speedups.grow_room(speedups.room(1), 2**62)):
        with pytest.raises(MemoryError):
            call()


def test_many_threads_with_threads_of_their_own():
    document = {"x": np.arange(150_000), "y": [1, np.float64(0.5)]}
    expected = fastnpjson.dumps(document)
    encoder = Encoder(threads=2)
    wrong = []

    def write():
        wrong.extend(text for text in (encoder.encode(document) for _ in range(5)) if text != expected)

    in_threads(6, write)
    assert not wrong
