"""Why a contender is ahead of fastnpjson; the report prints it beside the numbers.

From cProfile and perf where a reason names functions, else from reading the code.
"""

from __future__ import annotations

from typing import Any

from bench.cases import DOCUMENTS, KINDS, REAL

_ORJSONS = {"orjson", "orjson + tolist"}
_WITH_ARRAYS = {case.name for case in DOCUMENTS + REAL} - {"photograph"}
# perf, float32: 71 % of ssrjson is xjb32; 28 % of orjson is memmove.
_FORMATTERS = (
    "its own number formatters (xjb32, xjb64, AVX-512) are faster than orjson's, which writes the numbers here"
)
_CALL = "the fixed cost of a Python function, and of looking at the type of the document"
_PYTHON = "orjson has no native path: written from Python objects"
_PLACEHOLDER = (
    "a copy with a placeholder is written, then the placeholder is replaced by null, so the text is copied too"
)

# The first rule that fits counts: how the suite begins, contenders and cases, of which an empty set means any.
_RULES: list[tuple[str, set[str], set[str], str]] = [
    ("roundtrip.", {"compact", "json-numpy"}, set(), "base64 of the bytes, where fastnpjson's default form has digits"),
    (
        "roundtrip.dumps",
        set(),
        set(),
        "lists without dtype and shape; what looks like a tag is looked for in all documents",
    ),
    ("roundtrip.loads", set(), set(), "lists: no tags are looked for, and no dtype comes back"),
    ("files.dump", set(), set(), "no temporary file that replaces the old one when it is complete, and nothing vetted"),
    ("files.load", set(), set(), "a loop without compression, encodings and errors that name the line"),
    ("compat", {"fastnpjson"}, set(), "noise: this is what is compared with"),
    ("dask", set(), set(), "pandas writes frames in C, to 10 digits; compression takes most of the time"),
    ("arrays", set(), set(), "SIMD for the whole text; shapes are lost, and ragged lists are joined"),
    ("loads", {"fastnpjson", *_ORJSONS}, set(), "noise: it is the same function inside"),
    ("loads", set(), set(), "fastnpjson.loads is orjson.loads: the parser of the other is faster here"),
    ("", set(), {"empty dict", "tiny dict", "array of 3"}, _CALL),
    ("", set(), {"no NumPy at all"}, "its encoder of plain Python objects is faster than orjson's"),
    ("", set(), {"strings", "structured", "objects"}, _PYTHON),
    ("", set(), {"masked float64"}, "a copy with NaN where masked is written"),
    ("", set(), {"masked int64", "datetime64[s] with NaT", "datetime64[ns] with NaT"}, _PLACEHOLDER),
    ("", set(), {"float16"}, "written as float64 from a table, for 0.1 to stay 0.1"),
    ("", set(), {"1000 rows of scalars"}, "vetting: a pass that collects all NumPy objects, and one that writes them"),
    (
        "",
        _ORJSONS,
        _WITH_ARRAYS,
        "vetting: a hook call and an encoder call for each NumPy object, and a copy of its text",
    ),
    ("", _ORJSONS, {case.name for case in KINDS}, "vetting: the range of the dates is looked at first"),
    ("", _ORJSONS, set(), "noise: fastnpjson makes the same call"),
    ("", {"ssrjson"}, set(), _FORMATTERS),
    ("", set(), {"datetime64[ns]"}, "it writes bare integers, and no dates"),
    ("", {"msgspec"}, {case.name for case in KINDS}, "its formatter of dates is faster than orjson's, tolist included"),
]


def reason(row: dict[str, Any]) -> str:
    """Return why the contender of a row is ahead, or nothing for what nobody has looked into."""
    for suite, libraries, cases, text in _RULES:
        fits = row["suite"].startswith(suite) and (not cases or row["case"] in cases)
        if fits and (not libraries or row["library"] in libraries):
            return text
    return ""
