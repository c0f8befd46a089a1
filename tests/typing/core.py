"""What a type checker sees: checked by mypy, not run."""

import mmap
from collections.abc import Callable
from typing import Any

import numpy as np

import fastnpjson

encoded: bytes = fastnpjson.dumps({"a": np.arange(3)}, default=str, option=fastnpjson.OPT_SORT_KEYS)
text: str = fastnpjson.dumps_str([1])
decoded: Any = fastnpjson.loads(encoded)
decoded = fastnpjson.loads(bytearray(), arrays=True)
decoded = fastnpjson.loads(text, arrays={"$.a[*]": "float32", "$['b']": np.int64, "$.c": np.dtype("M8[s]")})
decoded = fastnpjson.loads(text, arrays={"$.a": ("f4", (2, 3))})
decoded = fastnpjson.loads(mmap.mmap(-1, 1), allow_nan=True, exact_integers=True)
decoded = fastnpjson.load("a.json", arrays=True, masked=True, allow_nan=True, exact_integers=True)
decoded = list(fastnpjson.load_lines("a.jsonl", arrays={"$": "f4"}, allow_nan=True, exact_integers=True))
decoded = fastnpjson.loads(text, arrays=True, threads=2), fastnpjson.load("a.json", threads="auto")
decoded = list(fastnpjson.load_lines("a.jsonl", arrays=True, threads="auto"))
columns: dict[str, np.ndarray[Any, Any]] = fastnpjson.load_columns("a.jsonl", {"x": "f4"}, limit=10)
hook: Callable[[Any], Any] = fastnpjson.default
encoded = fastnpjson.dumps({1}, default=fastnpjson.common)
encoder = fastnpjson.Encoder(default=fastnpjson.common.using(str))
encoder = fastnpjson.Encoder(
    default=str, option=None, allow_nan=False, decimals=2, decimals_of="all", frames="split", arrays="digits"
)
again: bytes = encoder.encode(np.float32(1))
fragment = fastnpjson.Fragment(b"[]")
flag: int = fastnpjson.OPT_INDENT_2

with fastnpjson.patch("json") as patched:
    patched.undo()
fastnpjson.patch("orjson")

fastnpjson.patch("ujson")  # type: ignore[arg-type]
fastnpjson.common.using(1)  # type: ignore[arg-type]
fastnpjson.loads("", arrays="$.a")  # type: ignore[arg-type]
fastnpjson.loads("", True)  # type: ignore[call-arg]
fastnpjson.dumps(1, indent=2)  # type: ignore[arg-type]
fastnpjson.dumps_str(1, sort_keys=True)  # type: ignore[arg-type]
fastnpjson.Encoder(indent=2)  # type: ignore[arg-type]
fastnpjson.dumps(1, option="x")  # type: ignore[arg-type]
fastnpjson.dump({}, "x.json", durability="fsync", decimals=2, decimals_of="all", frames="split", arrays="digits")
fastnpjson.dump({}, "x.json", durability="never")  # type: ignore[arg-type]
fastnpjson.dump_lines([], "x.jsonl", nan="string", complex="pair", bytes="base64")
fastnpjson.Encoder(nan="string", complex="string", bytes="utf-8")
fastnpjson.Encoder(threads="auto")
fastnpjson.dump({}, "x.json", threads=2)
fastnpjson.dump_lines([], "x.jsonl", threads="auto")
fastnpjson.Encoder(threads="all")  # type: ignore[arg-type]
fastnpjson.loads("", threads=None)  # type: ignore[arg-type]
fastnpjson.Encoder(nan="NaN")  # type: ignore[arg-type]
fastnpjson.Encoder(str)  # type: ignore[call-arg]

try:
    fastnpjson.loads("")
except fastnpjson.JSONDecodeError as error:
    position: int = error.pos
