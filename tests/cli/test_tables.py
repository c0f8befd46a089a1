"""JSON Lines of objects to structured arrays, and lists at paths to arrays."""

import os
import re

import numpy as np
import pytest

from fastnpjson.__main__ import main

TABLE = np.array(
    [(1, 0.1, "a", True, [1, 2]), (2, np.nan, "\u00fcb", False, [3, 4])],
    [("id", "i8"), ("x", "f8"), ("name", "U2"), ("ok", "?"), ("v", "i8", 2)],
)


def test_table_to_lines_and_back(capsys):
    np.save("t.npy", TABLE)
    assert main(["t.npy", "t.jsonl"]) == main(["t.jsonl", "back.npy"]) == 0
    back = np.load("back.npy")
    assert back.dtype == TABLE.dtype
    assert back.tobytes() == TABLE.tobytes()


def test_table_to_lines_and_back_with_dtypes():
    table = np.array([(1, 0.1, "2020-01-02T03:04:05"), (2, 0.2, "NaT")], [("id", "u1"), ("x", "f4"), ("at", "M8[s]")])
    np.save("t.npy", table)
    dtypes = ["--arrays", "$.id=u1", "--arrays", "$['x']=float32", "--arrays", "$.at=datetime64[s]"]
    assert main(["t.npy", "t.jsonl"]) == main(["t.jsonl", "back.npy", *dtypes]) == 0
    back = np.load("back.npy")
    assert back.dtype == table.dtype
    assert back.tobytes() == table.tobytes()


@pytest.mark.parametrize("dtype", ["f4", "(2,)f4"])
def test_lists_in_a_table_with_dtypes(dtype):
    with open("v.jsonl", "w") as file:
        file.write('{"a":[1,2.5]}\n{"a":[3,4]}\n')
    assert main(["v.jsonl", "v.npy", "--arrays", f"$.a={dtype}"]) == 0
    table = np.load("v.npy")
    assert table.dtype == [("a", "f4", (2,))]
    assert table["a"].tolist() == [[1, 2.5], [3, 4]]


TABLES_REFUSED = {
    "other-keys": ('{"a":1}\n{"b":1}\n', [], "line 2: its keys differ from those of line 1: a"),
    "other-kinds": ('{"a":1}\n{"a":"x"}\n', [], "a: no dtype holds these values as they are: a string, an integer .*"),
    "object-in-object": ('{"a":{"b":1}}\n', [], "a: no dtype holds these values as they are: an object .*"),
    "lists-of-two-lengths": ('{"a":[1]}\n{"a":[1,2]}\n', [], "a: .*"),
    "beyond-64-bits": ('{"a":18446744073709551617}\n', [], "a: no dtype holds .*"),
    "not-exact": ('{"a":[9007199254740993,0.5]}\n', [], "a: no dtype holds .*"),
    "not-exact-in-rows": ("[9007199254740993]\n[0.5]\n", [], "no dtype holds .*"),
    "out-of-range": ('{"a":1}\n{"a":300}\n', ["$.a=u1"], "a of line 2: 300 is out of the range of uint8"),
    "no-date": ('{"a":"x"}\n', ["$.a=M8[s]"], "a of line 1: 'x' is not a date .*"),
    "half-way": ('{"a":1.000000059604644775390625}\n', ["$.a=f4"], "a: a number is half-way .*float64 tells.*"),
    "no-field": ('{"a":1}\n', ["$.b=f4"], r"\$\.b: for lines of objects, a path must name a field, such as \$\.a"),
    "deeper-than-fields": ('{"a":[1]}\n', ["$.a[0]=f4"], r"\$\.a\[0\]: for lines of objects, .*"),
    "other-shape": ('{"a":[1,2]}\n', ["$.a=(3,)f4"], r"a: arrays of shape \(2,\), not \(3,\)"),
    "row": ("[1]\n[0.5]\n", ["$=i4"], r"line 2: \$\[0\]: a float is not of dtype int32; \$ asks for int32"),
}


@pytest.mark.parametrize(("text", "arrays", "message"), TABLES_REFUSED.values(), ids=TABLES_REFUSED)
def test_lines_that_are_no_table(text, arrays, message, capsys):
    with open("v.jsonl", "w") as file:
        file.write(text)
    assert main(["v.jsonl", "v.npy", *[word for pair in arrays for word in ("--arrays", pair)]]) == 1
    assert re.fullmatch(rf"fastnpjson: v.jsonl -> v.npy: {message}\n", capsys.readouterr().err)
    assert not os.path.exists("v.npy")


WITH_PATHS = {
    "whole": ("v.json", "[0.1,2]", ["$=f4"], np.array([0.1, 2], "f4")),
    "one-of-an-object": ("v.json", '{"a":["2020-01-01"]}', ["$.a=M8[D]"], np.array(["2020-01-01"], "M8[D]")),
    "rows": ("v.jsonl", "[1,2]\n[3,4]\n", ["$=u1"], np.array([[1, 2], [3, 4]], "u1")),
    "rows-of-two-kinds": ("v.jsonl", "[1,2]\n[0.5,4]\n", [], np.array([[1, 2], [0.5, 4]])),
    "rows-with-null": ("v.jsonl", "[1,null]\n[0.5,4]\n", [], np.array([[1, np.nan], [0.5, 4]])),
    "nowhere": ("v.json", "[[1],[2]]", ["$.a=f4"], np.array([[1], [2]])),
}


@pytest.mark.parametrize(("name", "text", "arrays", "right"), WITH_PATHS.values(), ids=WITH_PATHS)
def test_json_to_npy_with_dtypes(name, text, arrays, right):
    with open(name, "w") as file:
        file.write(text)
    assert main([name, "v.npy", *[word for pair in arrays for word in ("--arrays", pair)]]) == 0
    back = np.load("v.npy")
    assert back.dtype == right.dtype
    np.testing.assert_array_equal(back, right)


def test_dtypes_of_an_archive():
    with open("v.json", "w") as file:
        file.write('{"a":[1,2],"b":[18446744073709551615],"c":["x"]}')
    assert main(["v.json", "v.npz", "--arrays", "$.a=f4"]) == 0
    with np.load("v.npz") as back:
        assert {name: back[name].dtype.str for name in back} == {"a": "<f4", "b": "<u8", "c": "<U1"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    {
        "no-path": (["a.json", "a.npy", "--arrays", "x=f4"], "'x' is not a path: start with"),
        "no-dtype": (["a.json", "a.npy", "--arrays", "$.x=f5"], "$.x: 'f5': data type 'f5' not understood"),
        "no-shape": (["a.json", "a.npy", "--arrays", "$.x=2,3)f4"], "$.x: '2,3)f4': "),
        "no-sign": (["a.json", "a.npy", "--arrays", "$.x"], "expected PATH=DTYPE, such as $.x=float32"),
        "to-json": (["a.json", "b.json", "--arrays", "$=f4"], "is for JSON that becomes"),
        "from-npy": (["a.npy", "b.npy", "--arrays", "$=f4"], "is for JSON that becomes"),
        "exact": (["a.json", "b.npy", "--arrays", "$=f4", "--exact"], "finds the dtypes in the document"),
    }.values(),
    ids=str,
)
def test_wrong_dtypes(arguments, message, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert message in capsys.readouterr().err
