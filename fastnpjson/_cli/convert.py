"""Conversion of a file in one format to a file in another."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from reprlib import repr as short_repr
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from fastnpjson._arrays.floats import rounded
from fastnpjson._cli.npy import array_of, read_npy, write_npy
from fastnpjson._cli.npz import read_npz, write_npz
from fastnpjson._cli.tables import read_arrays, read_paths, stack, table_of
from fastnpjson._documents.advice import COMMAND_LINE
from fastnpjson._documents.encoder import make_settings
from fastnpjson._files.compression import codec
from fastnpjson._files.encodings import decoded
from fastnpjson._files.lines import lines, parse_lines, settings_of_lines
from fastnpjson._files.opening import limited, writing
from fastnpjson._jsonpath import json_path
from fastnpjson._patch import orjson
from fastnpjson._reading.budget import Budget
from fastnpjson._reading.exact import lenient_loads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import DTypeLike

    from fastnpjson._cli.progress import Progress
    from fastnpjson._files.opening import Write
    from fastnpjson._threads import Threads

FORMATS: Final = {".npy": "npy", ".npz": "npz", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}
# In bytes: what the arrays of a file may take, beside a multiple of its size.
_LIMIT: Final = 2**28


class Endpoint(NamedTuple):
    """Source or target of a conversion: a path, a URL or ``-``, its format, and a name with the suffix of the codec."""

    path: str
    format: str
    name: str


class Job(NamedTuple):
    """A conversion, or an inspection, as the arguments of the command line ask for it.

    Attributes:
        source: What to read.
        target: What to write; the source, if it is only inspected.
        budget: What all arrays of the file may take.
        limit: The most of a document, a line or arrays, in bytes.
        parse: Reads a document; `None` for what the other attributes ask for.
        indent: True to indent the document.
        decimals: How many decimals floats of arrays are rounded to.
        no_nan: True to fail at NaN and infinities.
        allow_nan: True to take words for them in JSON.
        exact: True to keep dtypes and shapes.
        arrays: Dtypes by path.
        threads: How many write and read large arrays.
    """

    source: Endpoint
    target: Endpoint
    budget: Budget
    limit: int | None = None
    parse: Callable[[bytes], Any] | None = None
    indent: bool = False
    decimals: int | None = None
    no_nan: bool = False
    allow_nan: bool = False
    exact: bool = False
    arrays: Mapping[str, DTypeLike] = {}
    threads: Threads = 1

    def read(self, data: bytes) -> Any:
        """Read a document, or a line."""
        self.budget.grow(len(data))
        return (self.parse or self._parse())(data)

    def _parse(self) -> Callable[[bytes], Any]:
        if self.exact:
            return partial(_roundtrip().read, budget=self.budget)
        if self.arrays and (self.source.format == "json" or "$" in self.arrays):
            return partial(read_paths, arrays=self.arrays, allow_nan=self.allow_nan, threads=self.threads)
        if self.target.format.startswith("np"):
            return partial(read_arrays, allow_nan=self.allow_nan, threads=self.threads)
        return partial(lenient_loads, allow_nan=self.allow_nan, exact_integers=True)


def convert(job: Job, progress: Progress) -> None:
    """Read the source and write it to the target."""
    obj = READERS[job.source.format](job, progress)
    with writing(sys.stdout.buffer if job.target.path == "-" else job.target.path, job.target.name) as write:
        WRITERS[job.target.format](write, obj, job, progress)


def make_budget(limit: int | None) -> Budget:
    """Make the budget of all arrays of a file, with the limit of the caller's if it is higher than ours."""
    return Budget(max(_LIMIT, limit or 0), "--limit raises it")


def _read_npy(job: Job, progress: Progress) -> Any:
    array = read_npy(_file(job.source), job.source.name, job.budget)
    progress.start(array.nbytes)
    return array


def _read_npz(job: Job, progress: Progress) -> Any:
    arrays = read_npz(_file(job.source), job.source.name, job.budget)
    progress.start(sum(array.nbytes for array in arrays.values()))
    return arrays


def _read_json(job: Job, progress: Progress) -> Any:
    with limited(_file(job.source), job.limit, job.source.name, "--limit") as file:
        progress.start(_size(job.source))
        pieces = []
        for piece in file.pieces():
            pieces.append(piece)
            progress.advance(len(piece))
    return job.read(decoded(b"".join(pieces)))


def _read_lines(job: Job, progress: Progress) -> Iterator[Any]:
    with limited(_file(job.source), job.limit, job.source.name, "--limit") as file:
        progress.start(_size(job.source))
        yield from parse_lines(progress.watch(file.lines()), "", job.read)


def _write_npy(write: Write, obj: Any, job: Job, _progress: Progress) -> None:
    write_npy(write, _array(obj, job))


def _write_npz(write: Write, obj: Any, job: Job, _progress: Progress) -> None:
    # "arr_0" is the name that numpy.savez gives to an array without one.
    arrays = obj if type(obj) is dict else {"arr_0": obj}
    write_npz(write, {name: _member(name, member, job) for name, member in arrays.items()})


def _write_json(write: Write, obj: Any, job: Job, progress: Progress) -> None:
    obj = list(obj) if isinstance(obj, Iterator) else obj
    if job.exact:
        write(_roundtrip().dumps(obj) + b"\n")
        return
    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if job.indent else 0)
    settings = make_settings(
        option=option, decimals=job.decimals, allow_nan=not job.no_nan, threads=job.threads, door=COMMAND_LINE
    )
    for piece in settings.stream(progress.advance).pieces(obj):
        write(piece)


def _write_lines(write: Write, obj: Any, job: Job, progress: Progress) -> None:
    has_rows = isinstance(obj, (Iterator, list)) or (isinstance(obj, np.ndarray) and obj.ndim > 0)
    objs = obj if has_rows else [obj]
    if job.exact:
        for member in objs:
            write(_roundtrip().dumps(member) + b"\n")
        return
    settings = settings_of_lines(
        decimals=job.decimals, allow_nan=not job.no_nan, threads=job.threads, door=COMMAND_LINE
    )
    for text in lines(objs, settings, progress.advance):
        write(text)


READERS: Final = {"npy": _read_npy, "npz": _read_npz, "json": _read_json, "jsonl": _read_lines}
WRITERS: Final = {"npy": _write_npy, "npz": _write_npz, "json": _write_json, "jsonl": _write_lines}


def _file(source: Endpoint) -> Any:
    return sys.stdin.buffer if source.path == "-" else source.path


def _size(source: Endpoint) -> int:
    """Return how many bytes there are to read; 0 if it is not known."""
    return os.path.getsize(source.path) if os.path.isfile(source.path) and codec(source.name) is None else 0


def _member(name: str, obj: Any, job: Job) -> Any:
    try:
        return _array(obj, job)
    except ValueError as error:
        raise ValueError(f"{json_path((None, name))}: {error}") from None


def _array(obj: Any, job: Job) -> Any:
    if isinstance(obj, Iterator):
        rows = list(obj)
        is_table = bool(rows) and all(type(row) is dict for row in rows)
        obj = table_of(rows, job.arrays, job.budget) if is_table else stack(rows, job.budget)
    if type(obj) is dict and len(obj) == 1 and isinstance(next(iter(obj.values())), np.ndarray):
        [obj] = obj.values()  # an archive of one array
    if type(obj) is dict:
        raise ValueError(f"an object, with {short_repr(list(obj))}, is not an array; .npz takes an array for each name")
    array = obj if isinstance(obj, np.ndarray) else array_of(obj, job.budget)
    return array if job.decimals is None or array.dtype.kind != "f" else rounded(array, job.decimals)


def _roundtrip() -> Any:
    # Only --exact needs it.
    return import_module("fastnpjson.roundtrip")
