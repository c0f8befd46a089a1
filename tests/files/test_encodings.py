"""Files with a byte order mark, and of UTF-16 and UTF-32; the oracle is json, which tells encodings of bytes."""

import codecs
import gzip
import io
import json

import numpy as np
import pytest
from timing import check_takes_at_most

import fastnpjson
from fastnpjson import load, load_columns, load_lines
from fastnpjson.__main__ import main

# The second character has the byte of a newline in it.
DOCUMENT = {"name": "é\u010a\U0001f600\u0a0a", "x": [0.5, 2.5]}
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE, "utf-32-be": codecs.BOM_UTF32_BE}
LINES = "\n".join([json.dumps(DOCUMENT, ensure_ascii=False), "", "[1,2]", '"\u010a"'])


@pytest.fixture(params=[False, True], ids=["bare", "marked"])
def encode(request):
    return lambda text, encoding: (MARKS.get(encoding, b"") if request.param else b"") + text.encode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_documents(encode, encoding, tmp_path):
    data = encode(json.dumps(DOCUMENT, ensure_ascii=False), encoding)
    (tmp_path / "a.json").write_bytes(data)
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(data))
    for file in (tmp_path / "a.json", tmp_path / "a.json.gz", io.BytesIO(data)):
        assert load(file) == DOCUMENT
    assert load(io.BytesIO(data), arrays={"$.x": "f4"})["x"].dtype == "f4"
    if encoding != "utf-8":
        with pytest.raises(fastnpjson.JSONDecodeError, match=r"is not JSON \(RFC 8259\), but .*load"):
            fastnpjson.loads(data)


@pytest.mark.parametrize("limit", [None, 10**4])
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_lines(encode, encoding, limit, end):
    data = encode(LINES + end, encoding)
    expected = [DOCUMENT, [1, 2], "\u010a"]
    assert [*load_lines(io.BytesIO(data), limit=limit)] == expected
    assert next(load_lines(io.BytesIO(data), arrays={"$.x": "f4"}, limit=limit))["x"].dtype == "f4"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_error_names_the_line(encoding):
    for lines in ("1\n2\n[3,\n", "1\n2\n[3,"):
        with pytest.raises(fastnpjson.JSONDecodeError, match="line 3 column"):
            [*load_lines(io.BytesIO(lines.encode(encoding)))]


def test_nuls_are_no_encoding():
    """As a file system leaves them in the place of a block that it lost."""
    for number, start in ((1, b""), (2, b'{"x":1}\n')):
        with pytest.raises(fastnpjson.JSONDecodeError, match=f"^[^U]*: line {number} column 1"):
            [*load_lines(io.BytesIO(start + bytes(64) + b'{"x":2}\n'))]
    for read in (fastnpjson.loads, lambda data: load(io.BytesIO(data))):
        with pytest.raises(fastnpjson.JSONDecodeError, match=r"^[^U]*: line 1 column 1"):
            read(bytes(64))


def test_text_files():
    assert load(io.StringIO("\ufeff[1]")) == [1]
    assert [*load_lines(io.StringIO("\ufeff[1]\n2"))] == [[1], 2]
    with pytest.raises(fastnpjson.JSONDecodeError, match="byte order mark is not JSON"):
        fastnpjson.loads("\ufeff[1]")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("\ufeff[2]", "text with a byte order mark"),
        ("\ufeff[2]".encode(), "text with a byte order mark"),
        ("[2]".encode("utf-16"), "UTF-16"),
        ("[2]".encode("utf-32-le"), "UTF-32-LE"),
    ],
)
@pytest.mark.parametrize(
    "read",
    [
        lambda file: [*load_lines(file)],
        lambda file: [*load_lines(file, arrays=True)],
        lambda file: [*load_lines(file, arrays=True, threads=2)],
        lambda file: load_columns(file, {"x": "f4"}),
    ],
    ids=["lines", "arrays", "threads", "columns"],
)
def test_another_encoding_behind_the_start_of_a_file(read, line, name):
    file = io.StringIO('{"x":1}\n' + line) if isinstance(line, str) else io.BytesIO(b'{"x":1}\n' + line)
    with pytest.raises(fastnpjson.JSONDecodeError, match=f"^{name} behind the start of a file, .*: line 2 column"):
        read(file)


@pytest.mark.parametrize("read", [load, lambda file: [*load_lines(file)]], ids=["load", "load_lines"])
@pytest.mark.parametrize("data", ['["é"]'.encode("utf-16")[:-1], codecs.BOM_UTF32_LE + b"12345678", b"1\0\n\0\0\xd8"])
def test_not_of_the_encoding_that_it_begins_with(read, data):
    with pytest.raises(fastnpjson.JSONDecodeError, match=r"it begins as UTF-(16|32).* does, and is not"):
        read(io.BytesIO(data))


def test_error_of_an_encoding_names_the_line(tmp_path):
    (tmp_path / "a.jsonl").write_bytes("1\n2\n3".encode("utf-16") + b"\0")
    with pytest.raises(fastnpjson.JSONDecodeError, match=r"a\.jsonl: it begins .*: truncated data: line 3$") as caught:
        [*load_lines(tmp_path / "a.jsonl")]
    assert caught.value.lineno == 3


def test_time_of_a_line_with_the_bytes_of_newlines():
    text = "\u0a0a" * 100_000
    data = f'["{text}"]'.encode("utf-16")
    other = "\n".join(f'["{letter}"]' for letter in text).encode("utf-16")
    assert next(load_lines(io.BytesIO(data))) == [text]
    check_takes_at_most(2, lambda: [*load_lines(io.BytesIO(data))], lambda: [*load_lines(io.BytesIO(other))])


def test_a_line_without_an_end():
    lines = io.BytesIO(codecs.BOM_UTF16_LE + ("1\n" + "\u0a0a" * 10**6).encode("utf-16-le"))
    with pytest.raises(ValueError, match="line 2: longer than the limit of 1000 bytes"):
        [*load_lines(lines, limit=1000)]
    assert lines.tell() < 10**4
    assert [*load_lines(io.BytesIO(b""))] == []


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_command_line(encoding, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, text in (("a.json", "[[1.5,2],[3,4]]"), ("b.jsonl", "[1.5,2]\n[3,4]\n")):
        (tmp_path / name).write_bytes(text.encode(encoding))
        assert main([name, "a.npy"]) == 0
        assert np.load("a.npy").tolist() == [[1.5, 2], [3, 4]]
        assert main([name, "b.json"]) == 0
        assert json.loads((tmp_path / "b.json").read_bytes()) == [[1.5, 2], [3, 4]]
        assert main(["inspect", name]) == 0
        assert "float64" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_words_and_integers(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("[NaN,-Infinity,18446744073709551616]")
    for read in (load, lambda *args, **settings: next(load_lines(*args, **settings))):
        assert repr(read(name, allow_nan=True)) == "[nan, -inf, 1.8446744073709552e+19]"
        assert repr(read(name, allow_nan=True, exact_integers=True)) == "[nan, -inf, 18446744073709551616]"
        assert (
            repr(read(name, allow_nan=True, arrays=True)) == "array([           nan,           -inf, 1.84467441e+19])"
        )
        with pytest.raises(fastnpjson.JSONDecodeError, match=r"NaN is not JSON|unexpected"):
            read(name)
    assert main([name, "b.npy"]) == 1
    assert "NaN is not JSON" in capsys.readouterr().err
    (tmp_path / name).write_text("[NaN,-Infinity,0.5]")
    assert main([name, "b.npy", "--allow-nan"]) == 0
    np.testing.assert_array_equal(np.load("b.npy").ravel(), [np.nan, -np.inf, 0.5])
    assert main([name, "c.npy", "--allow-nan", "--arrays", "$=f4"]) == 0
    assert np.load("c.npy").dtype == "f4"
    assert main([name, "c.json", "--allow-nan"]) == 0
    assert json.loads((tmp_path / "c.json").read_bytes()) in ([None, None, 0.5], [[None, None, 0.5]])
    assert main(["inspect", name, "--allow-nan"]) == 0
    with pytest.raises(SystemExit):
        main(["c.npy", name, "--allow-nan"])
