"""`Encoder.iterencode` of long lists: batches whose text, and whose errors, are those of the document as a whole."""

import json
import threading

import numpy as np
import pytest

import fastnpjson
from fastnpjson import OPT_APPEND_NEWLINE, OPT_INDENT_2, OPT_NON_STR_KEYS, OPT_SORT_KEYS, Encoder, JSONEncodeError

RANDOM = np.random.default_rng(5)
EMBEDDINGS = list(RANDOM.normal(size=(1000, 64)).astype("f4"))
LONG = {
    "arrays": EMBEDDINGS,
    "records": [{"id": index, "é": row, "none": None} for index, row in enumerate(EMBEDDINGS)],
    "numbers": list(range(3000)),
    "one-more-than-a-batch": [1.5] * 257,
    "scalars": list(RANDOM.normal(size=1000)),
    "text": ["ü" * index for index in range(300)],
    "lists": [[index] * (index % 7) for index in range(500)],
    "dates": list(np.arange("2026-01-01", "2026-11-28", dtype="M8[D]")),
    "big": [2**70 + index for index in range(300)],
    "numpy-keys": [{np.int64(index): index} for index in range(300)],
    "large": [np.arange(10_000.0) + index for index in range(260)],
    "empty": [[] for _ in range(300)],
}
OPTIONS = {
    "default": None,
    "newline": OPT_APPEND_NEWLINE,
    "sort": OPT_SORT_KEYS,
    "indent": OPT_INDENT_2 | OPT_APPEND_NEWLINE,
    "keys": OPT_NON_STR_KEYS | OPT_APPEND_NEWLINE,
}


def nested(items):
    return {
        "": items,
        "b": {'"c"': {"d": items, "e": {"f": {"too": {"deep": items}}}}, "tuple": (items,)},
        "none": None,
        "x": [items],
        "last": EMBEDDINGS[0],
    }


@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("items", LONG.values(), ids=LONG)
def test_pieces_as_encode(items, option):
    encoder = Encoder(option=option)
    for document in items, nested(items):
        assert b"".join(encoder.iterencode(document)) == encoder.encode(document)


@pytest.mark.parametrize("settings", [{"nan": "string"}, {"decimals": 2, "nan": "string"}, {"complex": "pair"}])
def test_settings(settings):
    document = {"x": [np.array([index, np.nan, 1 / 3]) for index in range(500)], "y": [float("nan"), np.float64("inf")]}
    if "complex" in settings:
        document["z"] = [np.array([1j * index]) for index in range(500)]
    encoder = Encoder(**settings)
    assert b"".join(encoder.iterencode(document)) == encoder.encode(document)


def test_pieces_come_while_it_goes():
    asked = []

    def default(obj):
        asked.append(obj)
        return np.full(1000, obj.real)

    document = {"x": [complex(index) for index in range(3000)]}
    pieces = Encoder(default=default).iterencode(document)
    lengths, counts = [], []
    for piece in pieces:
        lengths.append(len(piece))
        counts.append(len(asked))
    assert asked == document["x"]
    assert max(lengths) < 2**21
    # No more than a piece, or the batch after it, is ahead.
    assert max(np.diff([0, *counts])) < 600


def test_other_threads_run_between_pieces():
    document = EMBEDDINGS * 60
    turns = []
    ended = threading.Event()
    thread = threading.Thread(target=lambda: [turns.append(0) for _ in iter(lambda: ended.wait(0.0005), True)])
    thread.start()
    turns.extend(1 for _ in Encoder().iterencode(document))
    ended.set()
    thread.join()
    assert "".join(map(str, turns)).strip("0").count("0") > 3


def test_elements_that_become_large():
    document = [b"x" for _ in range(300)] + [np.arange(20_000) for _ in range(40)] + [1] * 300
    pieces = list(Encoder(default=lambda obj: obj.decode()).iterencode(document))
    assert b"".join(pieces) == fastnpjson.dumps(document, lambda obj: obj.decode())


def deep(levels):
    obj = 1
    for _ in range(levels):
        obj = [obj]
    return obj


def cycle():
    document = {"x": [1] * 300}
    document["x"].append(document)
    return document


class Odd:
    pass


ERRORS = {
    "object": ({"a": {"b": [1] * 700 + [{"c": Odd()}]}}, {}),
    "object-at-top": ([1] * 700 + [Odd()], {}),
    "object-behind": ({"a": [1] * 700, "b": {"c": Odd()}}, {}),
    "nan": ({"a": [1] * 700 + [np.array([1, np.nan])]}, {"allow_nan": False}),
    "nan-of-python": ([[0.5]] * 700 + [[float("nan")]], {"allow_nan": False}),
    "nan-in-a-large-array": ({"a": [1] * 700 + [np.full(20_000, np.inf)]}, {"allow_nan": False}),
    "bytes": ({"a": [1] * 700 + [np.full(20_000, b"\xff\xff\xff\xff")]}, {}),
    "key": ({"a": [1] * 700, "b": [{(1, 2): 3}] * 300}, {}),
    "surrogate-key": ({"a": [1] * 700, "\ud800": 1}, {}),
    "surrogate": (["\ud800"] * 700, {}),
    "too-deep": ({"a": {"b": [1] * 700 + [deep(252)]}}, {}),
    "cycle": (cycle(), {}),
}


@pytest.mark.parametrize(("document", "settings"), ERRORS.values(), ids=ERRORS)
def test_error_as_encode(document, settings):
    with pytest.raises(ValueError if "allow_nan" in settings else JSONEncodeError) as whole:
        Encoder(**settings).encode(document)
    with pytest.raises(whole.type) as pieces:
        list(Encoder(**settings).iterencode(document))
    assert str(pieces.value) == str(whole.value)


def test_depth_as_encode():
    document = {"a": {"b": [1] * 700 + [deep(251)]}}
    assert b"".join(Encoder().iterencode(document)) == Encoder().encode(document)


def test_a_dict_in_itself_ends():
    document = {"x": [1] * 300}
    document["self"] = document
    with pytest.raises(JSONEncodeError, match=r"^\$\.self\.self.*cycle"):
        list(Encoder().iterencode(document))


def test_default_is_asked_once_and_its_errors_are_its_own():
    asked = []

    def default(obj):
        asked.append(obj)
        if obj == 1j * 999:
            raise KeyError("mine")
        return [obj.imag]

    with pytest.raises(KeyError, match="mine"):
        list(Encoder(default=default).iterencode([1j * index for index in range(1000)]))
    assert asked == [1j * index for index in range(1000)]


def test_default_is_asked_once_where_something_else_is_wrong():
    asked = []
    document = [1j * index for index in range(500)] + [np.zeros(3, "V9"), 1j]
    with pytest.raises(JSONEncodeError, match=r"^\$\[500\]: numpy.ndarray of dtype \|V9"):
        list(Encoder(default=lambda obj: asked.append(obj) or declined(obj)).iterencode(document))
    assert len(asked) == len({id(obj) for obj in asked})


def declined(obj):
    if isinstance(obj, complex):
        return obj.imag
    raise TypeError


def test_a_list_that_shrinks_ends_early():
    document = [[index] * 100 for index in range(20_000)]
    pieces = Encoder().iterencode(document)
    text = next(pieces)
    del document[10_000:]
    read = json.loads(text + b"".join(pieces))
    assert read == document
