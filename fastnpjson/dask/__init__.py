"""Dask bags, arrays and dataframes to JSON Lines and back: for data larger than one machine.

Install it with ``pip install 'fastnpjson[dask]'``.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from fastnpjson import OPT_APPEND_NEWLINE, OPT_INDENT_2, JSONEncodeError

try:
    from dask.base import get_scheduler
    from dask.delayed import Delayed, delayed
    from fsspec.core import OpenFile, url_to_fs
    from fsspec.implementations.local import LocalFileSystem
    from fsspec.implementations.memory import MemoryFileSystem

    from fastnpjson.dask.compression import COMPRESSIONS, compression_of, suffix_of
    from fastnpjson.dask.lines import LineEncoder
    from fastnpjson.dask.read import read_json_lines
except ImportError as _cause:
    raise ImportError("fastnpjson.dask needs Dask: pip install 'fastnpjson[dask]'") from _cause

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["read_json_lines", "to_json_lines"]

read_json_lines.__module__ = __name__

_PLAIN: Final = {"", "geojsonl", "jl", "json", "jsonl", "jsonlines", "ndjson", "txt"}


def to_json_lines(  # noqa: PLR0913 the names that Dask's own writers have
    collection: Any,
    path: str | os.PathLike[str],
    *,
    default: Callable[[Any], Any] | None = None,
    option: int | None = None,
    storage_options: Mapping[str, Any] | None = None,
    compute: bool = True,
) -> Any:
    """Write a Dask collection as JSON Lines (https://jsonlines.org), a file for each partition.

    A line is an item of a bag, a row along the first axis of an array, a value of a series, or a row of a dataframe
    as an object without its index. A file appears when it is complete. To run it again replaces the files, and removes
    those that an earlier run with more partitions left.

    Args:
        collection: A bag, array, dataframe, series or index of Dask.
        path: A path, or a URL of any file system of fsspec. The one ``*`` in the file name becomes ``part-000000`` and
            so on, a suffix of .bz2 .gz .lz4 .xz .zip .zst compresses.
        default: As for `fastnpjson.dumps`.
        option: As for `fastnpjson.dumps`, but neither `OPT_INDENT_2` nor `OPT_APPEND_NEWLINE`.
        storage_options: Arguments of the file system, such as credentials.
        compute: False to return a `dask.delayed.Delayed` of the names, for a scheduler or retries of your choice. True
            takes the scheduler that is set, or else the collection's own: processes for a bag, threads for others.

    Returns:
        The names of the files, in the order of the partitions.

    Raises:
        TypeError: `collection` is not of Dask, or has no partitions.
        JSONEncodeError: Something in it has no JSON; the file, row, column and JSON path are named.
        ValueError: The path has no single ``*`` in its file name, its suffix is not known, the package of its
            compression is missing, columns have the same name, or an array has no axis. Files of ``memory://`` would
            be in the memory of another process.

    >>> import dask.array
    >>> to_json_lines(dask.array.ones((4, 2), chunks=2, dtype="f4"), "memory://ones/*.jsonl.gz")
    ['memory://ones/part-000000.jsonl.gz', 'memory://ones/part-000001.jsonl.gz']
    """
    pattern = os.fspath(path)
    compression = _compression(pattern)
    if option is not None and option & (OPT_APPEND_NEWLINE | OPT_INDENT_2):
        raise ValueError("a line is one value and one newline, without OPT_INDENT_2 and OPT_APPEND_NEWLINE")
    fs, stripped = url_to_fs(pattern, **(storage_options or {}))
    partitions = _partitions(collection)
    encoder = LineEncoder(default, option or 0)
    numbers = [f"part-{number:06d}" for number in range(len(partitions))]
    owner = os.getpid() if isinstance(fs, MemoryFileSystem) else None
    written = [
        delayed(_write)(partition, fs, stripped.replace("*", number), compression, encoder, owner)
        for partition, number in zip(partitions, numbers, strict=True)
    ]
    names = delayed(_clear)(written, fs, stripped, [pattern.replace("*", number) for number in numbers])
    scheduler = get_scheduler(collections=[collection])  # type: ignore[no-untyped-call, unused-ignore]
    return names.compute(scheduler=scheduler) if compute else names


def _compression(pattern: str) -> str | None:
    name = re.split(r"[/\\]", pattern)[-1]
    if pattern.count("*") != 1 or "*" not in name:
        raise ValueError(f"{pattern!r} needs one * in its file name, for the partition, as in 'out/*.jsonl.gz'")
    suffix = suffix_of("x" + name.rpartition("*")[2])
    if suffix not in COMPRESSIONS and suffix not in _PLAIN:
        known = " ".join(f".{known}" for known in [*COMPRESSIONS, *sorted(_PLAIN - {""})])
        raise ValueError(f"{pattern!r}: .{suffix} is not the suffix of a compression or of text; known are {known}")
    return compression_of(pattern)


def _partitions(collection: Any) -> list[Any]:
    if isinstance(collection, Delayed):  # it has every attribute
        raise TypeError("a Delayed has no partitions; make a bag of some with dask.bag.from_delayed([...])")
    if not hasattr(collection, "to_delayed"):
        raise TypeError(f"{type(collection).__qualname__} is not a bag, an array or a dataframe of Dask")
    if not hasattr(collection, "rechunk"):
        return list(collection.to_delayed())
    if not collection.ndim:
        raise ValueError("an array without an axis has no rows; compute it")
    rows = collection.rechunk(dict.fromkeys(range(1, collection.ndim), -1))
    return list(rows.to_delayed().ravel())


def _write(  # noqa: PLR0913, PLR0917
    partition: Any, fs: Any, path: str, compression: str | None, encoder: LineEncoder, owner: int | None
) -> None:
    if owner not in {None, os.getpid()}:
        raise ValueError(
            "the files of memory:// would be in the memory of a worker: write with dask.config.set(scheduler='threads')"
        )
    # Each attempt has a name of its own: a worker that Dask has given up may still be writing.
    unfinished = f"{path}.{uuid4().hex}.part"
    fs.makedirs(path.rpartition("/")[0], exist_ok=True)
    try:
        with OpenFile(fs, unfinished, "wb", compression) as file:
            for lines in encoder.lines(partition):
                file.write(lines)
        if isinstance(fs, LocalFileSystem):
            os.replace(unfinished, path)
        else:
            fs.mv(unfinished, path)
    except BaseException as error:
        with suppress(Exception):
            fs.rm_file(unfinished)
        if isinstance(error, JSONEncodeError):
            raise JSONEncodeError(f"{path}: {error}") from None
        raise


def _clear(_written: list[None], fs: Any, pattern: str, names: list[str]) -> list[str]:
    """Remove what earlier runs left: files of higher numbers, and unfinished ones of workers that died."""
    directory, _, name = pattern.rpartition("/")
    before, after = map(re.escape, name.split("*"))
    ours = re.compile(rf"{before}part-(\d{{6,}}){after}(\.[0-9a-f]{{32}}\.part)?")
    fs.invalidate_cache(directory)
    for file in fs.ls(directory, detail=False):
        match = ours.fullmatch(file.rpartition("/")[2])
        if match and (match[2] or int(match[1]) >= len(names)):
            fs.rm_file(file)
    return names
