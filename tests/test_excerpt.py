"""What errors quote: nothing that a terminal obeys, and nothing that fills a log."""

import json
import sys
from contextlib import suppress

import numpy as np
import pytest

import fastnpjson
from fastnpjson import roundtrip
from fastnpjson.__main__ import main
from fastnpjson._excerpt import excerpt
from fastnpjson._jsonpath import json_path

# ESC ] 0 ; sets the title of a terminal; CSI of one byte; DEL; two ends of a line; text from right to left.
HOSTILE = "\x1b]0;owned\x07\x9b2J\x7f\x85\u2028\u202e\ud800\U000e0001"


@pytest.mark.slow
def test_each_character_is_printable_and_can_be_read_back():
    for code in range(sys.maxunicode + 1):
        text = excerpt(chr(code))
        assert text.isprintable()
        assert len(text.splitlines()) == 1
        assert text == chr(code) or json.loads(f'"{text}"') == chr(code)


@pytest.mark.parametrize("length", [0, 1, 199, 200, 201, 10**6])
def test_long_text_has_no_middle(length):
    text = "".join(chr(ord("a") + index % 26) for index in range(length))
    cut = excerpt(text)
    assert cut == text if length <= 200 else cut == f"{text[:100]}...{text[-100:]}"
    assert len(excerpt("\x00" * length)) <= 6 * 203


def test_path_of_hostile_keys():
    text = json_path(((None, HOSTILE), 3))
    assert text.isprintable()
    assert json.loads(text[2:-4]) == HOSTILE
    assert len(json_path((None, "k" * 10**6))) < 210


class Long:
    """An array of somebody else, with much to say."""

    def __array__(self, *_, **__):
        raise ValueError(HOSTILE * 10**5)


LONG = "x" * 10**6
KSERVE = {"name": "x", "datatype": "FP32", "shape": [1], "data": [1.0]}
FIELDS = np.zeros(1, [(f"{number}{HOSTILE[:-2]}", "V1") for number in range(20_000)])
ERRORS = {
    "key": lambda: fastnpjson.dumps({HOSTILE: {LONG: 1j}}),
    "class": lambda: fastnpjson.dumps(type(LONG, (), {})()),
    "class-by-the-hook": lambda: fastnpjson.default(type(LONG, (), {})()),
    "protocol": lambda: fastnpjson.dumps([Long()]),
    "protocol-by-the-hook": lambda: fastnpjson.default(Long()),
    "dtype": lambda: fastnpjson.dumps(FIELDS),
    "default": lambda: fastnpjson.dumps(1j, default=lambda obj: {}[LONG] if obj is None else int(LONG[:10_000])),
    "refused-by-default": lambda: fastnpjson.dumps(1j, default=refuse),
    "date": lambda: fastnpjson.loads(json.dumps([LONG]), arrays={"$": "M8[s]"}),
    "date-of-digits": lambda: fastnpjson.loads(
        json.dumps(["2020-01-01T00:00:00." + "1" * 10**6]), arrays={"$": "M8[s]"}
    ),
    "hostile-key": lambda: fastnpjson.loads(json.dumps({HOSTILE[:-2]: ["a"]}), arrays={"$[*]": "f4"}),
    "path": lambda: fastnpjson.loads("[]", arrays={LONG: "f4"}),
    "path-to-a-wrong-dtype": lambda: fastnpjson.loads("[]", arrays={f"$.{LONG}": "S1"}),
    "path-to-two-dtypes": lambda: fastnpjson.loads("[]", arrays={f"$.{LONG}": "f4", f"$.{LONG}[0]": "f4"}),
    "path-that-fails": lambda: fastnpjson.loads(json.dumps({LONG: ["a"]}), arrays={f"$.{LONG}": "f4"}),
    "steps": lambda: fastnpjson.loads("[]", arrays={"$" + "[0]" * 100_000: "f4"}),
    "number": lambda: roundtrip.loads(json.dumps({"__ndarray__": [LONG], "dtype": "f8", "shape": [1]})),
    "datatype": lambda: roundtrip.loads(json.dumps(KSERVE | {"datatype": LONG}), untagged=True),
    "list-in-a-tensor": lambda: roundtrip.loads(json.dumps(KSERVE | {"data": [LONG]}), untagged=True),
    "shape": lambda: roundtrip.loads(json.dumps({"__ndarray__": [1], "dtype": "f8", "shape": [1] * 50 + [2]})),
    "chain": lambda: fastnpjson.load(f"zip://{LONG}::memory://x"),
}


def refuse(obj):
    raise TypeError(HOSTILE + LONG)


@pytest.mark.parametrize("call", ERRORS.values(), ids=ERRORS)
def test_error_is_short_and_printable(call):
    with pytest.raises((TypeError, ValueError)) as error:
        call()
    assert len(str(error.value)) < 1500
    assert str(error.value).isprintable()


def test_error_of_a_file_with_a_hostile_name(tmp_path):
    path = tmp_path / "\x1b[2J\u202e.json"
    try:
        path.write_text("nul")
    except OSError:
        pytest.skip("a file system without such names")
    for call in (fastnpjson.load, lambda path: next(fastnpjson.load_lines(path))):
        with pytest.raises(fastnpjson.JSONDecodeError) as error:
            call(path)
        assert str(error.value).isprintable()
        assert r"\u001b[2J\u202e.json: " in str(error.value)


COMMANDS = {
    "keys": ["keys.jsonl", "x.npy"],
    "column": ["keys.json", "x.npz"],
    "inspect": ["inspect", "keys.json"],
    "missing": [f"{HOSTILE[:-2]}.json", "x.npy"],
    "suffix": [f"x.{HOSTILE[:-2]}", "-"],
}


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_command_line_prints_nothing_that_a_terminal_obeys(tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    name = HOSTILE[:-2]
    (tmp_path / "keys.jsonl").write_text(json.dumps({name: 1, LONG: 2}) + "\n" + json.dumps({"c": 1}))
    (tmp_path / "keys.json").write_text(json.dumps({name: [1, "a"], LONG: [{}]}))
    with suppress(SystemExit):
        main(arguments)
    output = "".join(capsys.readouterr())
    assert output
    assert all(line.isprintable() and len(line) < 1500 for line in output.split("\n"))
