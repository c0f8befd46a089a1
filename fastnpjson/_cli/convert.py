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
from fastnpjson._files.files import limited, writing
from fastnpjson._files.lines import lines, parse_lines, settings_of_lines
from fastnpjson._jsonpath import json_path
from fastnpjson._patch import orjson
from fastnpjson._reading.budget import Budget
from fastnpjson._reading.exact import exact_loads

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from fastnpjson._cli.progress import Progress
    from fastnpjson._files.files import Write

FORMATS: Final = {".npy": "npy", ".npz": "npz", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}
# In bytes: what the arrays of a file may take, beside a multiple of its size.
_LIMIT: Final = 2**28


class Endpoint(NamedTuple):
    """Source or target of a conversion: a path, a URL or ``-``, its format, and a name with the suffix of the codec."""

    path: str
    format: str
    name: str


def convert(source: Endpoint, target: Endpoint, arguments: argparse.Namespace, progress: Progress) -> None:
    """Read the source and write it to the target; the arguments are those of the command line."""
    arguments.budget = make_budget(arguments.limit)
    arguments.read = partial(_count_and_read, _reader(source, target, arguments), arguments.budget)
    obj = READERS[source.format](source, arguments, progress)
    with writing(sys.stdout.buffer if target.path == "-" else target.path, target.name) as write:
        WRITERS[target.format](write, obj, arguments, progress)


def make_budget(limit: int | None) -> Budget:
    """Make the budget of all arrays of a file, with the limit of the caller's if it is higher than ours."""
    return Budget(max(_LIMIT, limit or 0), "--limit raises it")


def _read_npy(source: Endpoint, arguments: argparse.Namespace, progress: Progress) -> Any:
    array = read_npy(_file(source), source.name, arguments.budget)
    progress.start(array.nbytes)
    return array


def _read_npz(source: Endpoint, arguments: argparse.Namespace, progress: Progress) -> Any:
    arrays = read_npz(_file(source), source.name, arguments.budget)
    progress.start(sum(array.nbytes for array in arrays.values()))
    return arrays


def _read_json(source: Endpoint, arguments: argparse.Namespace, progress: Progress) -> Any:
    with limited(_file(source), arguments.limit, source.name, "--limit") as file:
        progress.start(_size(source))
        pieces = []
        for piece in file.pieces():
            pieces.append(piece)
            progress.advance(len(piece))
    return arguments.read(b"".join(pieces))


def _read_lines(source: Endpoint, arguments: argparse.Namespace, progress: Progress) -> Iterator[Any]:
    with limited(_file(source), arguments.limit, source.name, "--limit") as file:
        progress.start(_size(source))
        yield from parse_lines(progress.watch(file.lines()), "", arguments.read)


def _write_npy(write: Write, obj: Any, arguments: argparse.Namespace, _progress: Progress) -> None:
    write_npy(write, _array(obj, arguments))


def _write_npz(write: Write, obj: Any, arguments: argparse.Namespace, _progress: Progress) -> None:
    # "arr_0" is the name that numpy.savez gives to an array without one.
    arrays = obj if type(obj) is dict else {"arr_0": obj}
    write_npz(write, {name: _member(name, member, arguments) for name, member in arrays.items()})


def _write_json(write: Write, obj: Any, arguments: argparse.Namespace, progress: Progress) -> None:
    obj = list(obj) if isinstance(obj, Iterator) else obj
    if arguments.exact:
        write(_roundtrip().dumps(obj) + b"\n")
        return
    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if arguments.indent else 0)
    settings = make_settings(
        option=option, decimals=arguments.decimals, allow_nan=not arguments.no_nan, door=COMMAND_LINE
    )
    for piece in settings.stream(progress.advance).pieces(obj):
        write(piece)


def _write_lines(write: Write, obj: Any, arguments: argparse.Namespace, progress: Progress) -> None:
    has_rows = isinstance(obj, (Iterator, list)) or (isinstance(obj, np.ndarray) and obj.ndim > 0)
    objs = obj if has_rows else [obj]
    if arguments.exact:
        for member in objs:
            write(_roundtrip().dumps(member) + b"\n")
        return
    settings = settings_of_lines(decimals=arguments.decimals, allow_nan=not arguments.no_nan, door=COMMAND_LINE)
    for text in lines(objs, settings, progress.advance):
        write(text)


READERS: Final = {"npy": _read_npy, "npz": _read_npz, "json": _read_json, "jsonl": _read_lines}
WRITERS: Final = {"npy": _write_npy, "npz": _write_npz, "json": _write_json, "jsonl": _write_lines}


def _file(source: Endpoint) -> Any:
    return sys.stdin.buffer if source.path == "-" else source.path


def _size(source: Endpoint) -> int:
    """Return how many bytes there are to read; 0 if it is not known."""
    return os.path.getsize(source.path) if os.path.isfile(source.path) and codec(source.name) is None else 0


def _member(name: str, obj: Any, arguments: argparse.Namespace) -> Any:
    try:
        return _array(obj, arguments)
    except ValueError as error:
        raise ValueError(f"{json_path((None, name))}: {error}") from None


def _array(obj: Any, arguments: argparse.Namespace) -> Any:
    if isinstance(obj, Iterator):
        rows = list(obj)
        is_table = bool(rows) and all(type(row) is dict for row in rows)
        obj = table_of(rows, arguments.arrays, arguments.budget) if is_table else stack(rows, arguments.budget)
    if type(obj) is dict and len(obj) == 1 and isinstance(next(iter(obj.values())), np.ndarray):
        [obj] = obj.values()  # an archive of one array
    if type(obj) is dict:
        raise ValueError(f"an object, with {short_repr(list(obj))}, is not an array; .npz takes an array for each name")
    array = obj if isinstance(obj, np.ndarray) else array_of(obj, arguments.budget)
    return array if arguments.decimals is None or array.dtype.kind != "f" else rounded(array, arguments.decimals)


def _count_and_read(read: Callable[[bytes], Any], budget: Budget, data: bytes) -> Any:
    budget.grow(len(data))
    return read(data)


def _reader(source: Endpoint, target: Endpoint, arguments: argparse.Namespace) -> Callable[[bytes], Any]:
    if arguments.exact:
        return partial(_roundtrip().read, budget=arguments.budget)
    if arguments.arrays and (source.format == "json" or "$" in arguments.arrays):
        return partial(read_paths, arrays=arguments.arrays)
    return read_arrays if target.format.startswith("np") else exact_loads


def _roundtrip() -> Any:
    # Only --exact needs it.
    return import_module("fastnpjson.roundtrip")
