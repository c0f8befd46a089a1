"""Numbers in any layout: each text is that of Python, or of orjson, whatever surrounds it."""

import json
import os
import subprocess
import sys

import numpy as np
import orjson
import pytest

import fastnpjson
from fastnpjson._extension import speedups

needs_speedups = pytest.mark.skipif(speedups is None, reason="Python has no blocks and no levels")
INTEGERS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"]
LEVELS = ["plain", "v3", "v4"]
# On either side of the sizes of blocks, and of what is written one by one.
COUNTS = [1, 2, 3, 23, 24, 25, 63, 64, 65, 127, 255, 256, 257, 600]
SHAPES = [
    (600,),
    (200, 3),
    (600, 1),
    (2, 300),
    (3, 4, 50),
    (150, 2, 2),
    (600, 1, 1),
    (1, 1, 600),
    (1, 600),
    (5, 4, 3, 2),
]


def some_floats(dtype):
    rng = np.random.default_rng(2)
    bits = (
        rng.integers(0, 2 ** (8 * np.dtype(dtype).itemsize - 1), 400).astype(f"u{np.dtype(dtype).itemsize}").view(dtype)
    )
    plain = np.concatenate([rng.random(300), np.round(rng.normal(size=300) * 100, 2), np.arange(-20, 20)])
    powers = np.concatenate([2.0 ** np.arange(-40, 60), 10.0 ** np.arange(-20, 20), [0, -0.0]])
    return np.concatenate([bits[np.isfinite(bits)], plain.astype(dtype), powers.astype(dtype), -powers.astype(dtype)])


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_of_every_length(dtype):
    info = np.iinfo(dtype)
    sizes = {10**power + step for power in range(20) for step in (-2, -1, 0, 1)} | {2**bit for bit in range(64)}
    numbers = [n for size in sizes for n in (size, -size) if info.min <= n <= info.max] + [info.min, info.max]
    expected = f"[{','.join(map(str, numbers))}]".encode()
    assert fastnpjson.dumps(np.array(numbers, dtype)) == expected


@pytest.mark.parametrize("dtype", ["i2", "u2", "i1", "u1"])
def test_all_integers_of_two_bytes(dtype):
    info = np.iinfo(dtype)
    numbers = range(info.min, info.max + 1)
    assert (
        fastnpjson.dumps(np.arange(info.min, info.max + 1).astype(dtype)) == f"[{','.join(map(str, numbers))}]".encode()
    )


def test_every_byte_that_is_not_0_is_true():
    assert fastnpjson.dumps(np.arange(256).astype("u1").view("?")) == f"[false{',true' * 255}]".encode()


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_floats_are_those_of_orjson(dtype):
    numbers = some_floats(dtype)
    assert fastnpjson.dumps(numbers) == orjson.dumps(numbers, None, orjson.OPT_SERIALIZE_NUMPY)
    assert [float(text) for text in fastnpjson.dumps(numbers)[1:-1].split(b",")] == json.loads(
        json.dumps(numbers.tolist() if dtype == "f8" else [float(str(number)) for number in numbers])
    )


def test_float_next_to_a_tie():
    # All float32 were compared: 2067940150000000081... is the one that 32 bits behind the point do not round.
    numbers = np.array([0x70270C00] * 70, "u4").view("f4")
    assert set(fastnpjson.dumps(numbers)[1:-1].split(b",")) == {
        orjson.dumps(numbers[0], None, orjson.OPT_SERIALIZE_NUMPY)
    }
    assert set(json.loads(fastnpjson.dumps(numbers))) == {float(np.format_float_scientific(numbers[0]))}


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_exponents_begin_where_those_of_orjson_do(dtype):
    bounds = np.array([10.0**power for power in (-7, -6, -5, -4, 0, 6, 7, 8, 12, 13, 15, 16, 17)], dtype)
    numbers = np.concatenate([np.nextafter(bounds, bounds * 0), bounds, np.nextafter(bounds, bounds * 2), -bounds])
    assert fastnpjson.dumps(numbers) == orjson.dumps(numbers, None, orjson.OPT_SERIALIZE_NUMPY)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("dtype", ["?", "u1", "i4", "i8", "f4", "f8"])
def test_layouts_of_so_many(dtype, count):
    numbers = np.resize(some_floats(dtype)[350:] if dtype[0] == "f" else np.arange(-300, 300), count).astype(dtype)
    expected = orjson.dumps(numbers, None, orjson.OPT_SERIALIZE_NUMPY)
    spread = np.zeros((count, 3), dtype)
    spread[:, 1] = numbers
    shifted = np.frombuffer(b"x" + numbers.tobytes(), dtype, offset=1)
    record = np.zeros(count, [("a", "u1"), ("x", np.dtype(dtype).newbyteorder(">"))])
    record["x"] = numbers
    for layout in (
        numbers,
        spread[:, 1],
        numbers[::-1].copy()[::-1],
        shifted,
        record["x"],
        numbers.astype(f">{dtype}"),
    ):
        assert fastnpjson.dumps(layout) == expected
    mask = np.resize([False, True, True, False, False], count)
    masked = [None if hidden else number for number, hidden in zip(json.loads(expected), mask.tolist(), strict=True)]
    for layout in (numbers, spread[:, 1], numbers.astype(f">{dtype}")):
        assert json.loads(fastnpjson.dumps(np.ma.array(layout, mask=mask))) == masked
        assert fastnpjson.dumps(np.ma.array(layout, mask=False)) == expected


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", ["?", "u1", "i8", "f4", "f8"])
def test_rows_of_all_shapes(dtype, shape):
    size = int(np.prod(shape))
    array = (
        np.resize(some_floats(dtype)[350:] if dtype[0] == "f" else np.arange(600), size).astype(dtype).reshape(shape)
    )
    expected = orjson.dumps(array, None, orjson.OPT_SERIALIZE_NUMPY)
    assert fastnpjson.dumps(array) == fastnpjson.dumps(np.asfortranarray(array)) == expected
    assert fastnpjson.dumps({"a": [array, array]}) == b'{"a":[' + expected + b"," + expected + b"]}"
    mask = np.resize([False, True, True, False, False], shape)
    nested = nulls(json.loads(expected), mask.tolist())
    assert json.loads(fastnpjson.dumps(np.ma.array(array, mask=mask))) == nested
    wide = np.zeros((*shape[:-1], shape[-1] + 2), dtype)
    wide[..., 1:-1] = array
    assert fastnpjson.dumps(wide[..., 1:-1]) == expected
    assert fastnpjson.dumps(np.broadcast_to(array[..., :1], shape)) == fastnpjson.dumps(
        array[..., :1].repeat(shape[-1], -1)
    )


def nulls(nested, hidden):
    if isinstance(nested, list):
        return [nulls(item, is_hidden) for item, is_hidden in zip(nested, hidden, strict=True)]
    return None if hidden else nested


def test_numbers_beyond_53_bits_are_refused_in_each_block():
    option = orjson.OPT_STRICT_INTEGER
    for dtype, number in (("i8", 2**53), ("i8", -(2**53)), ("u8", 2**64 - 1), ("i8", -(2**63))):
        for index in (0, 255, 256, 599):
            array = np.zeros(600, dtype)
            array[index] = number
            with pytest.raises(TypeError, match="53"):
                fastnpjson.dumps(array, option=option)
            mask = np.zeros(600, bool)
            mask[index] = True
            assert json.loads(fastnpjson.dumps(np.ma.array(array, mask=mask), option=option))[index] is None
    assert fastnpjson.dumps(np.array([2**53 - 1, 1 - 2**53]), option=option) == b"[9007199254740991,-9007199254740991]"


def test_large_arrays_of_a_document_stand_where_they_belong():
    large, strided = np.arange(40_000.0), np.arange(60_000)[::2]
    document = {"b": [large, 1, strided], "c": large, "d": np.arange(3), "a": "\u00ff\x7f"}
    expected = {"b": [large.tolist(), 1, strided.tolist()], "c": large.tolist(), "d": [0, 1, 2], "a": "\u00ff\x7f"}
    for option in (0, orjson.OPT_SORT_KEYS, orjson.OPT_APPEND_NEWLINE):
        assert fastnpjson.dumps(document, option=option) == orjson.dumps(expected, None, option)
        with_reply = {**document, "e": {1, 2}, "f": [large]}
        replied = {**expected, "e": [1, 2], "f": [large.tolist()]}
        assert fastnpjson.dumps(with_reply, sorted, option) == orjson.dumps(replied, None, option)


def test_mark_of_a_large_array_in_the_document_is_text_like_any():
    large = np.zeros(9000)
    assert fastnpjson.dumps([large, fastnpjson.Fragment(b"\xff" * 40), large]) == (
        b"[" + fastnpjson.dumps(large) + b"," + b"\xff" * 40 + b"," + fastnpjson.dumps(large) + b"]"
    )


SCRIPT = """
import hashlib, sys, numpy as np, fastnpjson
rng, sizes = np.random.default_rng(3), [1, 5, 30, 64, 100, 1000]
floats = [rng.integers(0, 2**63, 5000).view("f8"), rng.random(5000), np.round(rng.normal(size=5000) * 1000, 3)]
floats += [10 ** rng.uniform(-9, 18, 5000), np.arange(-2500.0, 2500), np.r_[2.0 ** np.arange(-1074, 1024), 0, -0.0]]
texts = [fastnpjson.dumps(a[:n].astype(t)) for a in floats for n in [*sizes, len(a)] for t in ("f4", "f8", ">f8", "f2")]
texts += [fastnpjson.dumps(a[:1500].reshape(-1, w).astype("f4")) for a in floats for w in (1, 2, 3, 100)]
texts += [fastnpjson.dumps(np.ma.array(a, mask=a > a.mean())) for a in floats[1:]]
texts += [fastnpjson.Encoder(decimals=2, nan="string").encode(a) for a in floats]
print(hashlib.sha256(b"".join(texts)).hexdigest(), len(texts))
"""


@needs_speedups
@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.filterwarnings("ignore:overflow")
def test_levels_write_the_same(level):
    def run(**environment):
        env = {**os.environ, "PYTHONWARNINGS": "ignore", **environment}
        return subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=env, check=False)

    done = run(FASTNPJSON_SIMD=level)
    if "has no such level" in done.stderr:
        pytest.skip(f"this processor, or the build, has no {level}")
    assert done.stdout == run(FASTNPJSON_NO_SPEEDUPS="1").stdout != ""


@needs_speedups
def test_level_that_there_is_none_of(tmp_path):
    env = {**os.environ, "FASTNPJSON_SIMD": "v9"}
    # Elsewhere than in a checkout, which Python 3.10 would import, without the extension.
    done = subprocess.run(
        [sys.executable, "-c", "import fastnpjson"], capture_output=True, text=True, env=env, check=False, cwd=tmp_path
    )
    assert "FASTNPJSON_SIMD=v9" in done.stderr
