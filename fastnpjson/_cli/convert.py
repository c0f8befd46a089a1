"""A file in one format to a file in another: what the command line does."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import orjson

from fastnpjson._cli.npy import array_of, read_npy, read_npz, write_npy, write_npz
from fastnpjson._cli.tables import read_arrays, read_paths, stack, table_of
from fastnpjson._documents.settings import make_settings
from fastnpjson._files.compression import codec
from fastnpjson._files.files import reading, writing
from fastnpjson._files.lines import lines, parse_lines, settings_of_lines
from fastnpjson._stdlib import exact_loads

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from fastnpjson._cli.progress import Progress
    from fastnpjson._files.files import Write

FORMATS: Final = {".npy": "npy", ".npz": "npz", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class End(NamedTuple):
    """One end of a conversion: a path, a URL or ``-``, its format, and a name whose suffix tells the codec."""

    path: str
    format: str
    name: str


def convert(source: End, target: End, arguments: argparse.Namespace, progress: Progress) -> None:
    """Read one end, and write what it is to the other; the arguments are those of the command line."""
    arguments.read = _reader(source, target, arguments)
    obj = _READERS[source.format](source, arguments, progress)
    with writing(sys.stdout.buffer if target.path == "-" else target.path, target.name) as write:
        _WRITERS[target.format](write, obj, arguments, progress)


def _read_npy(source: End, _arguments: argparse.Namespace, progress: Progress) -> Any:
    array = read_npy(_file(source), source.name)
    progress.start(array.nbytes)
    return array


def _read_npz(source: End, _arguments: argparse.Namespace, progress: Progress) -> Any:
    arrays = read_npz(_file(source), source.name)
    progress.start(sum(array.nbytes for array in arrays.values()))
    return arrays


def _read_json(source: End, arguments: argparse.Namespace, progress: Progress) -> Any:
    with reading(_file(source), source.name) as file:
        progress.start(_size(source))
        pieces = []
        while piece := file.read(2**20):
            pieces.append(piece)
            progress.advance(len(piece))
    return arguments.read(b"".join(pieces))


def _read_lines(source: End, arguments: argparse.Namespace, progress: Progress) -> Iterator[Any]:
    with reading(_file(source), source.name) as file:
        progress.start(_size(source))
        yield from parse_lines(progress.watch(file), "", arguments.read)


def _write_npy(write: Write, obj: Any, arguments: argparse.Namespace, _progress: Progress) -> None:
    write_npy(write, _array(obj, arguments))


def _write_npz(write: Write, obj: Any, arguments: argparse.Namespace, _progress: Progress) -> None:
    # The name that numpy.savez gives to an array without one.
    arrays = obj if type(obj) is dict else {"arr_0": obj}
    write_npz(write, {name: _array(member, arguments) for name, member in arrays.items()})


def _write_json(write: Write, obj: Any, arguments: argparse.Namespace, progress: Progress) -> None:
    obj = list(obj) if isinstance(obj, Iterator) else obj
    if arguments.exact:
        write(_roundtrip().dumps(obj) + b"\n")
        return
    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if arguments.indent else 0)
    settings = make_settings(option=option, decimals=arguments.decimals, allow_nan=not arguments.no_nan)
    for piece in settings.stream(progress.advance).pieces(obj):
        write(piece)


def _write_lines(write: Write, obj: Any, arguments: argparse.Namespace, progress: Progress) -> None:
    has_rows = isinstance(obj, (Iterator, list)) or (isinstance(obj, np.ndarray) and obj.ndim > 0)
    objs = obj if has_rows else [obj]
    if arguments.exact:
        for member in objs:
            write(_roundtrip().dumps(member) + b"\n")
        return
    settings = settings_of_lines(decimals=arguments.decimals, allow_nan=not arguments.no_nan)
    for text in lines(objs, settings, progress.advance):
        write(text)


_READERS: Final = {"npy": _read_npy, "npz": _read_npz, "json": _read_json, "jsonl": _read_lines}
_WRITERS: Final = {"npy": _write_npy, "npz": _write_npz, "json": _write_json, "jsonl": _write_lines}


def _file(source: End) -> Any:
    return sys.stdin.buffer if source.path == "-" else source.path


def _size(source: End) -> int:
    """Return how many bytes will be read; 0 if nobody knows."""
    return os.path.getsize(source.path) if os.path.isfile(source.path) and codec(source.name) is None else 0


def _array(obj: Any, arguments: argparse.Namespace) -> Any:
    if isinstance(obj, Iterator):
        rows = list(obj)
        is_table = bool(rows) and all(type(row) is dict for row in rows)
        obj = table_of(rows, arguments.arrays) if is_table else stack(rows)
    if type(obj) is dict and len(obj) == 1 and isinstance(next(iter(obj.values())), np.ndarray):
        [obj] = obj.values()
    array = obj if isinstance(obj, np.ndarray) else array_of(obj)
    return array.round(arguments.decimals) if arguments.decimals is not None and array.dtype.kind == "f" else array


def _reader(source: End, target: End, arguments: argparse.Namespace) -> Callable[[bytes], Any]:
    if arguments.exact:
        return _roundtrip().loads  # type: ignore[no-any-return]
    if arguments.arrays and (source.format == "json" or "$" in arguments.arrays):
        return partial(read_paths, arrays=arguments.arrays)
    return read_arrays if target.format.startswith("np") else exact_loads


def _roundtrip() -> Any:
    return import_module("fastnpjson.roundtrip")
