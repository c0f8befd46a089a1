"""Cliffs: what one odd value costs a document, and documents full of them, beside what stock code takes.

``python -m bench.test_cliffs`` prints a row for each that is beyond the bounds that the project has for itself: 3 times
the document without the value, and 1.2 times stock code. The test, on a machine with other work, fails at three times
the bounds.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import gc
import io
import json
import sys
import time
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

import fastnpjson
from fastnpjson import compat
from fastnpjson._extension import speedups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROWS = 100
PLAIN = {"name": "Ada Lovelace", "tags": ["math", "poetry"], "age": 36, "active": True, "score": 0.1, "boss": None}
TO_PLAIN, TO_STOCK = 3.0, 1.2
_DICTS = (dict, collections.OrderedDict)
MARGIN = 3


class Pair(NamedTuple):
    """A named tuple."""

    x: Any
    y: int = 1


class Colour(enum.Enum):
    """An enum."""

    RED = "red"


class Level(enum.IntEnum):
    """An enum of integers."""

    LOW = 1


class Text(str):
    """A subclass of a builtin."""

    __slots__ = ()


class Number(int):
    """A subclass of another."""


@dataclasses.dataclass
class Point:
    """A dataclass."""

    x: Any = 1


@dataclasses.dataclass(slots=True)
class Slots:
    """A dataclass with slots."""

    x: Any = 1


BERLIN = datetime.timezone(datetime.timedelta(hours=1))
MOMENT = datetime.datetime(2024, 2, 29, 12)
KEYS: dict[str, Any] = {
    "int": 7,
    "float": 0.5,
    "bool": True,
    "None": None,
    "big int": 2**70,
    "NaN": float("nan"),
    **{name: np.dtype(name).type(1) for name in ("bool", "int8", "int64", "uint64", "float32", "float64", "str")},
    "datetime64": np.datetime64("2024-02-29"),
    "date": MOMENT.date(),
    "datetime": MOMENT,
    "UUID": uuid.UUID(int=1),
    "enum": Colour.RED,
    "IntEnum": Level.LOW,
    "subclass of str": Text("x"),
    "subclass of int": Number(3),
    "tuple": (1, 2),
}
VALUES: dict[str, Any] = {
    "big int": 2**70,
    "NaN": float("nan"),
    "infinity": float("inf"),
    **{name: np.dtype(name).type(1) for name in ("bool", "int8", "int64", "uint64", "float16", "float32", "float64")},
    "str_": np.str_("x"),
    "NaN of NumPy": np.float64("nan"),
    "datetime64": np.datetime64("2024-02-29T12:00", "s"),
    "timedelta64": np.timedelta64(90, "s"),
    "array": np.arange(3.0),
    "array of str": np.array(["x", "yz"]),
    "record": np.array([(1, 2.5)], "i4,f8"),
    "array of objects": np.array([1, "x", 2**70], object),
    "masked array": np.ma.array([1.0, 2.0], mask=[0, 1]),
    "date": MOMENT.date(),
    "datetime": MOMENT,
    "datetime with a zone": MOMENT.replace(tzinfo=BERLIN),
    "time": MOMENT.time(),
    "UUID": uuid.UUID(int=1),
    "Decimal": decimal.Decimal("1.5"),
    "enum": Colour.RED,
    "IntEnum": Level.LOW,
    "subclass of str": Text("x"),
    "subclass of int": Number(3),
    "named tuple": Pair(1),
    "OrderedDict": collections.OrderedDict(a=1),
    "defaultdict": collections.defaultdict(int, a=1),
    "dataclass": Point(),
    "dataclass with slots": Slots(),
    "set": {1},
    "dict with a key of NumPy": {np.int64(3): 1},
    "OrderedDict with a key of NumPy": collections.OrderedDict({np.int64(3): 1}),
    "named tuple with a big int": Pair(2**70),
    "dataclass with a big int": Point(2**70),
}


# What is slower than that, by the entry (all for ""), with the reason.
SLOW = {
    **dict.fromkeys(
        [("", f"{number} array of objects") for number in ("one", "many", "only")],
        "a second attempt for the integer in it, and small arrays are converted in Python, one by one",
    ),
    ("", "only masked array"): "small arrays are converted in Python, one by one",
    ("", "only array of str"): "the same",
    ("", "many record"): "the same",
    ("", "only record"): "the same",
    ("decimals=", "only array"): "the same",
    ("decimals=", "only float64"): "the same, for scalars",
    ("decimals=", "only NaN of NumPy"): "the same, for scalars",
    ("nan=", "only NaN of NumPy"): "a second attempt, for the words",
    ("", "only big int"): "a text for each, which orjson puts in its place",
    ("", "only named tuple"): "the default is asked about each, which json writes",
    **dict.fromkeys(
        [("", f"{number} named tuple with a big int") for number in ("one", "many", "only")],
        "the same, and each reply is replaced and written by itself",
    ),
    ("OPT_PASSTHROUGH_SUBCLASS", "only str_"): "the default is asked about each, which json writes",
    **dict.fromkeys(
        [
            *(("dump_lines", f"many key: {name}") for name in KEYS),
            *(
                ("dump_lines", f"{number} {name}")
                for number in ("many", "only")
                for name in ("big int", "dict with a key of NumPy", "dataclass with a big int", "float16")
            ),
            *(("dump_lines", f"{number} OrderedDict with a key of NumPy") for number in ("many", "only")),
        ],
        "each line is a document, and is refused by itself",
    ),
    **dict.fromkeys(
        [
            ("compat, indent=4", f"{number} {name}")
            for number in ("many", "only")
            for name in ("float16", "float32", "datetime64", "timedelta64", "array", "array of str", "masked array")
        ]
        + [
            ("Flask, indent=4", f"{number} {name}")
            for number in ("one", "many")
            for name in ("key: NaN", "NaN of NumPy")
        ]
        + [
            (entry, f"{number} OrderedDict with a key of NumPy")
            for entry in ("indent=4", "skipkeys")
            for number in ("one", "many", "only")
        ],
        "json asks about each of them, in a layout that orjson does not have",
    ),
}


def hook(obj: Any) -> Any:
    """Turn an object into what json takes, by the first lines of many a project."""
    if isinstance(obj, (np.ndarray, np.generic)):
        plain = obj.tolist()
        return plain.isoformat() if isinstance(plain, datetime.date) else _seconds(plain)
    if isinstance(obj, (datetime.date, datetime.time)):
        return obj.isoformat()
    if isinstance(obj, (uuid.UUID, decimal.Decimal)):
        return str(obj)
    if isinstance(obj, enum.Enum):
        return obj.value
    if isinstance(obj, (set, tuple)):
        return list(obj)
    if dataclasses.is_dataclass(obj):
        return {field.name: getattr(obj, field.name) for field in dataclasses.fields(obj)}
    raise TypeError(type(obj))


def _seconds(plain: Any) -> Any:
    return plain.total_seconds() if isinstance(plain, datetime.timedelta) else plain


class StockEncoder(json.JSONEncoder):
    """The encoder that is in many a project."""

    def default(self, o: Any) -> Any:
        """Turn an object into what json takes."""
        return hook(o)


class Entry(NamedTuple):
    """One way in, and the stock code that it replaces."""

    ours: Callable[[Any], Any]
    stock: Callable[[Any], Any]


def _lines(rows: list[Any]) -> bytes:
    file = io.BytesIO()
    fastnpjson.dump_lines(rows, file, default=hook)
    return file.getvalue()


def _entries() -> Iterator[tuple[str, Entry]]:
    stock = partial(json.dumps, default=hook)
    for name, option in {
        "dumps": 0,
        "OPT_SORT_KEYS": fastnpjson.OPT_SORT_KEYS,
        "OPT_NON_STR_KEYS": fastnpjson.OPT_NON_STR_KEYS,
        "OPT_PASSTHROUGH_SUBCLASS": fastnpjson.OPT_PASSTHROUGH_SUBCLASS,
        "OPT_INDENT_2": fastnpjson.OPT_INDENT_2,
    }.items():
        yield name, Entry(lambda obj, option=option: fastnpjson.dumps(obj, hook, option), stock)  # type: ignore[misc]
    for settings in ({"nan": "string"}, {"nan": "error"}, {"decimals": 3}, {"complex": "pair"}, {"bytes": "base64"}):
        [(key, value)] = settings.items()
        yield f"Encoder({key}={value!r})", Entry(fastnpjson.Encoder(default=hook, **settings).encode, stock)  # type: ignore[arg-type]
    yield "dump_lines", Entry(_lines, lambda rows: "\n".join(map(stock, rows)))
    for arguments in ({}, {"skipkeys": True}, {"indent": 4}, {"ensure_ascii": True}):
        name = ", ".join(["compat", *map("=".join, ((key, repr(value)) for key, value in arguments.items()))])
        yield name, Entry(partial(compat.dumps, default=hook, **arguments), partial(stock, **arguments))
    yield "compat, cls", Entry(partial(compat.dumps, cls=StockEncoder), partial(json.dumps, cls=StockEncoder))


def _frameworks() -> Iterator[tuple[str, Entry]]:
    flask = pytest.importorskip("flask")
    responses = pytest.importorskip("starlette.responses")
    from fastnpjson.flask import JSONProvider
    from fastnpjson.starlette import JSONResponse

    app = flask.Flask(__name__)
    ours, stock = JSONProvider(app), flask.json.provider.DefaultJSONProvider(app)
    ours.sort_keys = stock.sort_keys = False
    yield "Flask", Entry(ours.dumps, stock.dumps)
    yield "Flask, indent=4", Entry(partial(ours.dumps, indent=4), partial(stock.dumps, indent=4))
    yield "Flask, skipkeys", Entry(partial(ours.dumps, skipkeys=True), partial(stock.dumps, skipkeys=True))
    ours, stock = JSONProvider(app), flask.json.provider.DefaultJSONProvider(app)
    ours.default = stock.default = hook
    ours.sort_keys = stock.sort_keys = False
    yield "Flask, default", Entry(ours.dumps, stock.dumps)

    class Response(JSONResponse):
        default = staticmethod(hook)

    class Stock(responses.JSONResponse):
        def render(self, content: Any) -> bytes:
            return json.dumps(content, default=hook, separators=(",", ":")).encode()

    yield "Starlette", Entry(Response, Stock)


def _row(index: int, odd: dict[Any, Any]) -> dict[Any, Any]:
    return PLAIN | {"id": index} | odd


def documents() -> Iterator[tuple[str, Any, Any]]:
    """Yield names, documents, and the same with keys that json takes."""
    odd = [
        *((f"key: {name}", {key: 1}) for name, key in KEYS.items()),
        *((name, {"odd": value}) for name, value in VALUES.items()),
    ]
    for name, members in odd:
        stock = {key if key in PLAIN or isinstance(key, str) else str(key): value for key, value in members.items()}
        stock = {
            key: type(value)({str(k): v for k, v in value.items()}) if type(value) in _DICTS else value
            for key, value in stock.items()
        }
        rows = [_row(index, {}) for index in range(ROWS)]
        yield f"one {name}", [*rows, _row(ROWS, members)], [*rows, _row(ROWS, stock)]
        yield f"many {name}", *([_row(index, part) for index in range(ROWS)] for part in (members, stock))
        if name in VALUES:
            yield f"only {name}", [members["odd"]] * 3 * ROWS, [stock["odd"]] * 3 * ROWS


def best(function: Callable[[Any], Any], obj: Any, rounds: int) -> float:
    """Return the shortest time of some calls, in seconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function(obj)
        times.append(time.perf_counter() - start)
    return min(times)


class Ratios(NamedTuple):
    """How long a document takes, beside the one without the odd value, and beside stock code; NaN where it refuses."""

    seconds: float
    to_plain: float
    to_stock: float


def measure(entry: Entry, document: Any, stock: Any, rounds: int) -> Ratios:
    """Take the times of a document."""
    plain = [_row(index, {}) for index in range(ROWS + 1)]
    seconds = best(entry.ours, document, rounds)
    try:
        of_stock = best(entry.stock, stock, rounds)
    except (TypeError, ValueError):
        of_stock = float("nan")
    return Ratios(seconds, seconds / best(entry.ours, plain, rounds), seconds / of_stock)


def is_beyond(name: str, ratios: Ratios, margin: float) -> bool:
    """Tell whether a document is a cliff."""
    return (name.startswith("one") and ratios.to_plain > margin * TO_PLAIN) or ratios.to_stock > margin * TO_STOCK


def cliffs(entry: Entry, margin: float, rounds: int) -> Iterator[tuple[str, Ratios]]:
    """Yield the documents that are cliffs, measured again where they seem to be."""
    for name, document, stock in documents():
        try:
            entry.ours(document)
        except (TypeError, ValueError):  # no cliff, but an error
            continue
        for attempt in range(1, 5):
            ratios = measure(entry, document, stock, rounds * attempt)
            if not is_beyond(name, ratios, margin):
                break
        else:
            yield name, ratios


def unknown(name: str, entry: Entry) -> list[tuple[str, Ratios]]:
    """Return the cliffs that nobody knows of."""
    known = {document for part, document in SLOW if part in name}
    # Where zarr is imported, as by a plugin of Hypothesis, dataclasses may be arrays: Python looks at each.
    may_be_array = "dataclass" if "zarr" in sys.modules else "no name"
    slow = [(document, ratios) for document, ratios in cliffs(entry, MARGIN, 5) if document not in known]
    return [(document, ratios) for document, ratios in slow if may_be_array not in document]


ENTRIES = dict(_entries())


@pytest.mark.skipif(speedups is None, reason="the walk in Python takes longer")
@pytest.mark.parametrize("entry", ENTRIES)
def test_cliffs(entry):
    assert not unknown(entry, ENTRIES[entry])


@pytest.mark.skipif(speedups is None, reason="the walk in Python takes longer")
def test_cliffs_of_frameworks():
    assert not [unknown(name, entry) for name, entry in _frameworks() if unknown(name, entry)]


if __name__ == "__main__":
    gc.freeze()
    for entry_name, entry in {**ENTRIES, **dict(_frameworks())}.items():
        for name, ratios in cliffs(entry, 0.0 if "--all" in sys.argv else 1.0, 5):
            print(f"{entry_name:30}{name:40}{ratios.seconds * 1e6:9.0f} us{ratios.to_plain:8.2f}{ratios.to_stock:8.2f}")
