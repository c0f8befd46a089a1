"""Each kind of NumPy object, byte for byte, in every layout, alone and inside a document."""

import json
import shutil
import subprocess

import numpy as np
import pytest
from cases import DATES, DURATIONS, LONGDOUBLE, NUMBERS, TABLES, layouts, ticks
from hypothesis import given, settings
from oracle import check, read
from strategies import arrays

import fastnpjson

NAT = -(2**63)
TABLE = [
    pytest.param(value, text, id=f"{name}-{word}")
    for name, table in TABLES.items()
    for word, (value, text) in table.items()
]


@pytest.mark.parametrize(("value", "text"), TABLE)
def test_document(value, text):
    assert fastnpjson.dumps(value) == text


@pytest.mark.parametrize(("value", "text"), TABLE)
def test_nested(value, text):
    assert fastnpjson.dumps({"a": [1, value, "b"], "c": value}) == b'{"a":[1,' + text + b',"b"],"c":' + text + b"}"


@pytest.mark.parametrize(
    ("numbers", "dtype", "texts"), [pytest.param(*case, id=word) for word, case in (DATES | DURATIONS).items()]
)
def test_dates_and_durations(numbers, dtype, texts):
    array = ticks([NAT if number is None else number for number in numbers], dtype)
    expected = json.dumps(texts, separators=(",", ":")).encode()
    assert fastnpjson.dumps(array) == expected
    assert fastnpjson.dumps({"a": array.reshape(1, -1)}) == b'{"a":[' + expected + b"]}"
    assert fastnpjson.dumps(list(array)) == expected
    assert fastnpjson.dumps(array.astype(array.dtype.newbyteorder(">"))[::-1][::-1]) == expected


GRIDS = {
    **{word: np.resize(array, (4, 2)) for word, (array, _) in NUMBERS.items()},
    "strings": np.array([["a", "é"], ["", "\n"]]),
    "dates": ticks([[0, NAT], [1, 2]], "M8[s]"),
    "fine-dates": ticks([[0, NAT], [1, 2]], "M8[ns]"),
    "durations": ticks([[0, NAT], [1, 2]], "m8[ms]"),
    "records": np.array([[(0.1, 1), (0.2, 2)], [(0.3, 3), (0.4, 4)]], [("x", "f4"), ("n", "i2")]),
}
LAYOUTS = [
    pytest.param(grid, array, id=f"{word}-{name}") for word, grid in GRIDS.items() for name, array in layouts(grid)
]


@pytest.mark.parametrize(("grid", "array"), LAYOUTS)
def test_layouts_are_the_same_bytes(grid, array):
    expected = fastnpjson.dumps(grid.tolist() if grid.dtype.kind in "biu" else grid)
    assert fastnpjson.dumps(array) == expected
    assert fastnpjson.dumps([array]) == b"[" + expected + b"]"


def test_broadcast():
    assert fastnpjson.dumps(np.broadcast_to(np.float32(0.1), (2, 2))) == b"[[0.1,0.1],[0.1,0.1]]"


def test_memory_map(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(4.0).reshape(2, 2))
    assert fastnpjson.dumps(np.load(tmp_path / "a.npy", mmap_mode="r")) == b"[[0.0,1.0],[2.0,3.0]]"


@pytest.mark.skipif(not LONGDOUBLE, reason="a longdouble of this platform is a float64")
def test_longdouble_has_its_own_digits():
    third = np.longdouble(1) / 3
    text = fastnpjson.dumps([third, np.array([third * np.longdouble(2) ** 2000])])
    one, [many] = read(text)
    assert (np.longdouble(one), np.longdouble(many)) == (third, third * np.longdouble(2) ** 2000)


@pytest.mark.slow
def test_every_float16():
    halves = np.arange(2**16, dtype="u2").view("f2")
    check(read(fastnpjson.dumps(halves)), halves)


@pytest.mark.slow
@settings(max_examples=200)
@given(arrays())
def test_any_array_reads_back(array):
    check(read(fastnpjson.dumps(array)), array)


NODE = """
const out = [];
for (const line of require("fs").readFileSync(0, "utf8").split("\\n").filter(Boolean))
    out.push(Buffer.from(Float64Array.from(JSON.parse(line), x => x === null ? NaN : x).buffer).toString("hex"));
console.log(out.join("\\n"));
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
@pytest.mark.parametrize("dtype", ["i4", "u4", "f2", "f4", "f8"])
def test_node_reads_the_same_bits(dtype):
    bits = np.random.default_rng(5).integers(
        0, 2 ** (8 * np.dtype(dtype).itemsize), 20000, f"u{dtype[1]}", endpoint=False
    )
    numbers = bits.view(dtype)
    result = subprocess.run(["node", "-e", NODE], input=fastnpjson.dumps(numbers), capture_output=True, check=True)
    again = np.frombuffer(bytes.fromhex(result.stdout.decode())).astype(dtype)
    expected = np.where(np.isfinite(numbers), numbers, np.nan) if dtype[0] == "f" else numbers
    np.testing.assert_array_equal(again, expected)


def test_booleans_of_any_byte(package):
    array = np.array([[0, 1, 2, 128], [255, 0, 0, 1]], "u1").view("?")
    for layout in (array[:, ::2], array.T[::-1], np.ma.array(array, mask=False)):
        assert json.loads(package.dumps(layout)) == [
            [bool(byte) for byte in row] for row in np.asarray(layout).view("u1")
        ]
    assert json.loads(package.dumps(array[:, :1].copy().view([("a", "?")]))) == [[{"a": False}], [{"a": True}]]
