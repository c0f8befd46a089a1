"""``.npy`` files: memory-mapped, of every version, damaged; and JSON documents that become arrays, or do not."""

import gzip
import io
import json
import os
import re
import tracemalloc

import numpy as np
import pytest
from processes import ARRAY

import fastnpjson
from fastnpjson.__main__ import main
from fastnpjson._cli import convert, npy
from fastnpjson._reading.budget import Budget


def test_plain_files_are_memory_mapped():
    assert type(npy.read_npy("a.npy", "a.npy", Budget())) is np.memmap


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)], ids=str)
def test_versions_of_npy(version):
    array = np.array([(1, 2.5)], [("ü" if version == (3, 0) else "u", "i4"), ("y", "f8")])
    with open("v.npy", "wb") as file:
        np.lib.format.write_array(file, array, version)
    assert main(["v.npy", "v.json"]) == 0
    with open("v.json", encoding="utf-8") as text:
        assert json.load(text) == [{array.dtype.names[0]: 1, "y": 2.5}]


VALUES = {
    "bool": ([[True], [False]], "b1"),
    "int": ([-1, 2**62], "i8"),
    "uint": ([1, 2**64 - 1], "u8"),
    "float": ([1, 2.5], "f8"),
    "null": ([1, None], "f8"),
    "nulls": ([None], "f8"),
    "str": (["a", "üü"], "U2"),
    "scalar": (5, "i8"),
    "empty": ([[], []], "f8"),
}


@pytest.mark.parametrize(("values", "dtype"), VALUES.values(), ids=VALUES)
def test_values_of_an_array(values, dtype):
    with open("v.json", "w") as file:
        json.dump(values, file)
    assert main(["v.json", "v.npy"]) == 0
    array = np.load("v.npy")
    assert array.dtype == dtype
    assert fastnpjson.dumps(array) == fastnpjson.dumps(np.array(values, dtype))


NO_DTYPE = "no dtype holds these values as they are: "
RAGGED = "the lists in it are not of one length"
REFUSED = {
    "mixed": ('["a", 1]', NO_DTYPE + "a string, an integer in an array of shape (2,)"),
    "bool-and-int": ("[true, 1]", NO_DTYPE + "a boolean, an integer in an array of shape (2,)"),
    "null-and-str": ('["1.5", null]', NO_DTYPE + "a string, null in an array of shape (2,)"),
    "ragged": ("[[1, 2], [3]]", RAGGED),
    "ragged-depth": ("[1, [2]]", RAGGED),
    "objects": ('[{"a": 1}]', NO_DTYPE + "an object in an array of shape (1,)"),
    "uint-and-negative": ("[-1, 18446744073709551615]", NO_DTYPE + "[0]: -1 is out of the range of uint64"),
    "not-exact": ("[[9007199254740993], [0.5]]", NO_DTYPE + "[0][0]: 9007199254740993 is not exact in float64"),
    "beyond-64-bits": (
        "[1, 18446744073709551617]",
        NO_DTYPE + "[1]: 18446744073709551617 is out of the range of uint64",
    ),
    "nul-at-the-end": ('["a\\u0000"]', NO_DTYPE + "[0]: 'a\\x00' is not exact in <U2"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_values_that_no_array_holds(text, message, capsys):
    with open("v.json", "w") as file:
        file.write(text)
    assert main(["v.json", "v.npy"]) == 1
    assert capsys.readouterr().err.startswith(f"fastnpjson: v.json -> v.npy: {message}")
    assert not os.path.exists("v.npy")


def test_never_unpickles(capsys):
    class Bomb:
        def __reduce__(self):
            return open, ("bomb", "w")

    bombs = np.array([Bomb()], object)
    np.save("o.npy", bombs, allow_pickle=True)
    np.savez("o.npz", o=bombs)
    np.savez_compressed("oc.npz", o=bombs)
    with open("o.npy", "rb") as plain, gzip.open("o.npy.gz", "wb") as compressed:
        compressed.write(plain.read())
    for name in ("o.npy", "o.npz", "oc.npz", "o.npy.gz"):
        assert main([name, "x.json"]) == 1
        what = "o.npy" if "npz" in name else "the .npy file"  # the member of an archive
        error = f"fastnpjson: {name} -> x.json: {what}: Object arrays cannot be loaded"
        assert capsys.readouterr().err.startswith(error)
    assert not {"bomb", "x.json"} & set(os.listdir())


def saved(array, version=None):
    np.lib.format.write_array(file := io.BytesIO(), array, version)
    return file.getvalue()


DATA = saved(ARRAY)
UNICODE = saved(np.zeros(9, [("ü", "f8")]), (3, 0))
CUT_OFF = "the .npy file is cut off or damaged: it ends after "
DAMAGED = {
    "empty": (b"", f"{CUT_OFF}0 bytes"),
    "magic-cut-off": (DATA[:5], f"{CUT_OFF}5 bytes"),
    "header-cut-off": (DATA[:60], f"{CUT_OFF}60 bytes"),
    "data-cut-off": (DATA[:-3], f"{CUT_OFF}{len(DATA) - 3} of {len(DATA)} bytes"),
    "data-gone": (DATA[: -ARRAY.nbytes], f"{CUT_OFF}{len(DATA) - ARRAY.nbytes} of {len(DATA)} bytes"),
    "shape": (DATA.replace(b"(4, 3)", b"(5, 3)"), f"{CUT_OFF}{len(DATA)} of {len(DATA) + 24} bytes"),
    "version-3-cut-off": (UNICODE[:-1], f"{CUT_OFF}{len(UNICODE) - 1} bytes"),
    "shape-negative": (DATA.replace(b"(4, 3)", b"(-4,3)"), "the .npy file is damaged: .*"),
    "dtype": (DATA.replace(b"<f8", b"<f9"), "the .npy file is damaged: .*f9.*"),
    "header": (DATA.replace(b"'shape'", b"\xff" * 7), "the .npy file is damaged: .*"),
    "quotes": (DATA.replace(b"'shape'", b"'shape("), "the .npy file is damaged: .*"),
    "not-npy": (b"[1,2,3,4,5]", "the .npy file is damaged: the magic string is not correct; .*"),
}


@pytest.mark.parametrize("suffix", ["", ".gz"], ids=["mapped", "read"])
@pytest.mark.parametrize(("data", "message"), DAMAGED.values(), ids=DAMAGED)
def test_damaged_file(data, message, suffix, refusal):
    assert re.fullmatch(message, refusal(f"t.npy{suffix}", data))


def test_shape_beyond_all_memory(refusal):
    """The size of the file is asked first."""
    data = DATA.replace(b"(4, 3), }         ", b"(9999999999999,), }")
    assert refusal("t.npy", data) == f"{CUT_OFF}{len(data)} of {128 + 8 * 9999999999999} bytes"


def test_large_array_that_is_cut_off_before_it_was_compressed(refusal):
    data = saved(np.zeros(100_000))
    assert refusal("t.npy.gz", data[:-8]) == f"{CUT_OFF}{len(data) - 8} of {len(data)} bytes"


def test_file_that_is_not_compressed(capsys):
    with open("t.npy.gz", "wb") as file:
        file.write(DATA)
    assert main(["t.npy.gz", "x.json"]) == 1
    assert re.fullmatch(r"fastnpjson: t.npy.gz -> x.json: (?!.*damaged).*[gG][zZ].*\n", capsys.readouterr().err)


def test_compressed_file_that_is_cut_off(capsys):
    with open("t.npy.gz", "wb") as file:
        file.write(gzip.compress(DATA)[:-30])
    assert main(["t.npy.gz", "x.json"]) == 1
    assert re.fullmatch(r"fastnpjson: t.npy.gz -> x.json: the .npy file is damaged: .*\n", capsys.readouterr().err)


def test_file_that_is_longer_than_its_array():
    """NumPy takes what the header asks for."""
    with open("t.npy", "wb") as file:
        file.write(DATA + b"more")
    assert main(["t.npy", "x.npy"]) == 0
    assert np.load("x.npy").tolist() == ARRAY.tolist()


def test_fields_that_numpy_would_not_read(capsys):
    """Up to the limit they are read; beyond, the error comes before a file that is of no use."""
    read = []
    for count in range(400, 700, 7):
        with open("t.jsonl", "w") as file:
            file.write("{" + ",".join(f'"f{number}":1' for number in range(count)) + "}\n")
        if main(["t.jsonl", "t.npy"]) == 0:
            read.append(len(np.load("t.npy").dtype.names))
            os.unlink("t.npy")
        else:
            assert "fields are more than numpy.load reads" in capsys.readouterr().err
            assert not os.path.exists("t.npy")
    assert 400 < max(read) < 690


EMPTY = {
    "characters": np.ndarray(10**7, "U0"),
    "rows": np.zeros((10**7, 0)),
    "fields": np.zeros(3, [("a", [], (10**7,)), ("b", "u1")]),
}


@pytest.mark.parametrize("suffix", [".npy", ".npy.gz", ".npz"])
@pytest.mark.parametrize("array", EMPTY.values(), ids=EMPTY)
def test_elements_without_bytes_are_counted(array, suffix, capsys):
    """A file of a hundred bytes may have any number of them."""
    np.save(file := io.BytesIO(), array)
    data = file.getvalue()
    if suffix == ".npz":
        np.savez(file := io.BytesIO(), array)
        data = file.getvalue()
    with open(f"e{suffix}", "wb") as file:
        file.write(gzip.compress(data) if suffix.endswith(".gz") else data)
    for arguments in ([f"e{suffix}", "e.json"], ["inspect", f"e{suffix}"]):
        assert main(arguments) == 1
        assert "more than the limit of 26843" in capsys.readouterr().err


def test_more_elements_than_a_loop_would_end_with(capsys):
    with open("e.npy", "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|V0", "fortran_order": False, "shape": (2**62,)})
    assert main(["e.npy", "e.json"]) == 1
    assert "more than the limit of 268435456 bytes" in capsys.readouterr().err


def test_some_elements_without_bytes_are_fine():
    for array in (np.ndarray(1000, "U0"), np.zeros((1000, 0)), np.zeros(5, [("a", [], (100,)), ("b", "u1")])):
        np.save("e.npy", array)
        assert main(["e.npy", "e.json"]) == 0
        assert main(["inspect", "e.npy"]) == 0


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_strings_that_padding_would_make_large(suffix, capsys):
    strings = ["x" * 30_000, *[""] * 15_000]
    with open("s.json", "w") as file:
        json.dump(strings, file)
    with open("s.jsonl", "w") as file:
        file.writelines(json.dumps({"a": string}) + "\n" for string in strings)
    for name in ("s.json", "s.jsonl"):
        tracemalloc.start()
        assert main([name, f"s{suffix}"]) == 1
        assert tracemalloc.get_traced_memory()[1] < 2**26
        tracemalloc.stop()
        assert "more than the limit of 2" in capsys.readouterr().err
    with open("s.json", "w") as file:
        json.dump(["x" * 3000, *[""] * 5000], file)
    assert main(["s.json", f"s{suffix}"]) == 0


def test_all_lines_have_one_limit(capsys, monkeypatch):
    monkeypatch.setattr(convert, "_LIMIT", 2**20)
    line = '{"__ndarray__":[""],"dtype":"<U16384","shape":[1]}\n'  # 2**16 bytes
    for count, limit, code in ((10, 2**20, 0), (100, 2**20, 1), (100, 2**23, 0)):
        with open("e.jsonl", "w") as file:
            file.write(line * count)
        assert main(["e.jsonl", "e.jsonl.gz", "--exact", "--limit", str(limit)]) == code
    assert "line 17: $: not an array: the arrays take more than the limit of 1" in capsys.readouterr().err
