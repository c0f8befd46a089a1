"""Conversions from each format to each other, and what the options do."""

import json
import os
import re

import numpy as np
import pytest
from processes import ARRAY, dtype_tree, run

import fastnpjson
from fastnpjson.__main__ import main


@pytest.mark.parametrize("codec", ["", ".gz", ".zst", ".bz2", ".xz"])
@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".ndjson", ".npy", ".npz", ".JSON"])
def test_array_there_and_back(suffix, codec):
    assert main(["a.npy", f"x{suffix}{codec}"]) == 0
    assert main([f"x{suffix}{codec}", "back.npy"]) == 0
    back = np.load("back.npy")
    assert (back.dtype, back.tolist()) == (ARRAY.dtype, ARRAY.tolist())


@pytest.mark.parametrize("codec", ["", ".gz"])
@pytest.mark.parametrize("suffix", [".json", ".npz"])
def test_arrays_there_and_back(suffix, codec):
    assert main(["b.npz", f"x{suffix}{codec}"]) == 0
    assert main([f"x{suffix}{codec}", "back.npz"]) == 0
    assert dtype_tree(np.load("back.npz")) == dtype_tree(np.load("b.npz"))


def test_text_of_each_format():
    assert main(["a.npy", "a.json"]) == main(["a.npy", "a.jsonl"]) == main(["b.npz", "b.json"]) == 0
    assert main(["b.npz", "b.jsonl"]) == main(["b.json", "indented.json", "--indent"]) == 0
    with open("a.json", "rb") as a, open("a.jsonl", "rb") as lines, open("b.json", "rb") as b:
        assert a.read() == fastnpjson.dumps(ARRAY) + b"\n"
        assert [json.loads(line) for line in lines] == ARRAY.tolist()
        assert json.load(b) == {"x": ARRAY.tolist(), "y": ["ü", "b"], "z": [1 << 62]}
    with open("b.jsonl", "rb") as lines, open("b.json", "rb") as b, open("indented.json", "rb") as indented:
        assert lines.read() == b.read()
        assert indented.read().startswith(b'{\n  "x": [\n    [\n      0.0,')


def test_0_d_array_is_one_line():
    np.save("0.npy", np.float64(2.5))
    assert main(["0.npy", "0.jsonl"]) == main(["0.npy", "0.json"]) == 0
    with open("0.jsonl") as lines, open("0.json") as text:
        assert lines.read() == text.read() == "2.5\n"


def test_indent_leaves_arrays_in_one_line():
    assert main(["b.npz", "b.json", "--indent"]) == 0
    with open("b.json") as text:
        assert re.search(r'^  "z": \[4611686018427387904\]$', text.read(), re.MULTILINE)


@pytest.mark.parametrize("target", ["x.json", "x.jsonl", "x.npy"])
def test_decimals(target):
    assert main(["a.npy", target, "--decimals", "2"]) == 0
    assert main([target, "back.npy"]) == 0
    assert np.load("back.npy").tolist() == ARRAY.round(2).tolist()


@pytest.mark.parametrize("target", ["x.json", "x.jsonl", "x.npy"])
def test_decimals_of_float32(target):
    """Every format has the same rule: 0.35 as a float32 is below 0.35."""
    np.save("f4.npy", np.array([0.35, 0.25, 1.75], "f4"))
    assert main(["f4.npy", target, "--decimals", "1"]) == 0
    assert main([target, "back.npy"]) == 0
    assert np.load("back.npy").astype("f4").tolist() == np.array([0.3, 0.2, 1.8], "f4").tolist()


def test_decimals_leave_integers():
    np.save("i.npy", np.array([1 << 62]))
    assert main(["i.npy", "j.npy", "--decimals", "2"]) == 0
    assert np.load("j.npy").tolist() == [1 << 62]


@pytest.mark.parametrize("target", ["x.json", "x.jsonl"])
def test_no_nan(target, capsys):
    np.save("nan.npy", np.array([1, np.inf]))
    assert main(["nan.npy", target, "--no-nan"]) == 1
    assert re.fullmatch(
        r"fastnpjson: nan.npy -> x.jsonl?: .*: NaN and infinities are not JSON.*\n", capsys.readouterr().err
    )
    assert not os.path.exists(target)
    assert main(["nan.npy", target]) == 0
    assert main([target, "back.npy"]) == 0
    assert np.isnan(np.load("back.npy")).tolist() == [False, True]


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_exact(suffix):
    pytest.importorskip("fastnpjson.roundtrip", reason="comes with the round trip form")
    array = np.array([[1, 2], [3, 4]], ">i2")
    np.save("exact.npy", array)
    assert main(["exact.npy", f"x{suffix}", "--exact"]) == 0
    assert main([f"x{suffix}", "back.npz", "--exact"]) == 0
    back = np.load("back.npz")["arr_0"]
    assert back.tolist() == array.tolist()
    assert suffix == ".jsonl" or back.dtype == array.dtype


def test_integers_keep_their_digits(directory):
    document = b'{"id":123456789012345678901,"x":[-9223372036854775809]}\n'
    for target in ("json", "jsonl"):
        done = run("-", f"x.{target}", "--from", target, input=document)
        assert (done.returncode, done.stderr) == (0, b"")
        assert (directory / f"x.{target}").read_bytes() == document


@pytest.mark.parametrize("threads", ["2", "auto"])
def test_threads_change_nothing(threads):
    array = np.random.default_rng(5).normal(size=(400_000, 2))
    np.save("a.npy", array)
    for target in ("a.json", "a.jsonl"):
        assert main(["a.npy", target, "--threads", threads]) == 0
        assert main(["a.npy", f"one-{target}"]) == 0
        with open(target, "rb") as file, open(f"one-{target}", "rb") as one:
            assert file.read() == one.read()
    assert main(["a.json", "b.npy", "--threads", threads]) == 0
    assert np.array_equal(np.load("b.npy"), array)
    assert main(["a.json", "c.npy", "--threads", threads, "--arrays", "$=f4"]) == 0
    assert np.array_equal(np.load("c.npy"), array.astype("f4"))


@pytest.mark.parametrize("threads", ["0", "many", "1.5", ""])
def test_what_is_no_number_of_threads(threads, capsys):
    with pytest.raises(SystemExit):
        main(["a.npy", "a.json", "--threads", threads])
    assert f"{threads!r} is neither auto nor a number from 1 on" in capsys.readouterr().err
