"""Dask bags, arrays and dataframes to JSON Lines, one file per partition: for data larger than one machine.

Install it with ``pip install 'fastnpjson[dask]'``.
"""

from __future__ import annotations

import math
import os
import re
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import numpy as np

from fastnpjson import OPT_APPEND_NEWLINE, OPT_INDENT_2, dumps, dumps_str, loads

try:
    from dask.base import get_scheduler
    from dask.delayed import delayed
    from dask.utils import is_dataframe_like, is_index_like, is_series_like
    from fsspec.compression import available_compressions
    from fsspec.core import OpenFile, url_to_fs
    from fsspec.implementations.local import LocalFileSystem
except ImportError as _cause:
    raise ImportError("fastnpjson.dask needs Dask: pip install 'fastnpjson[dask]'") from _cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Encode = Callable[[Any], bytes]

# Dask, asked to infer, writes plain text under the suffix of a compression whose package is missing.
_COMPRESSIONS: Final = {"bz2": "bz2", "gz": "gzip", "lz4": "lz4", "xz": "xz", "zip": "zip", "zst": "zstd"}


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
        TypeError: `collection` is not of Dask; as for `fastnpjson.dumps`.
        ValueError: The path has no single ``*`` in its file name, the package of its compression is missing, columns
            have the same name, or an array has no axis.

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
    encode = partial(dumps, default=default, option=option)
    numbers = [f"part-{number:06d}" for number in range(len(partitions))]
    written = [
        delayed(_write)(partition, fs, stripped.replace("*", number), compression, encode)
        for partition, number in zip(partitions, numbers, strict=True)
    ]
    names = delayed(_clear)(written, fs, stripped, [pattern.replace("*", number) for number in numbers])
    scheduler = get_scheduler(collections=[collection])  # type: ignore[no-untyped-call, unused-ignore]
    return names.compute(scheduler=scheduler) if compute else names


def _compression(pattern: str) -> str | None:
    name = re.split(r"[/\\]", pattern)[-1]
    if pattern.count("*") != 1 or "*" not in name:
        raise ValueError(f"{pattern!r} needs one * in its file name, for the partition, as in 'out/*.jsonl.gz'")
    suffix = name.rpartition(".")[2].lower()
    compression = _COMPRESSIONS.get(suffix)
    if compression is not None and compression not in available_compressions():
        raise ValueError(f"{pattern!r}: no package for .{suffix} is installed, see fsspec.available_compressions()")
    return compression


def _partitions(collection: Any) -> list[Any]:
    if not hasattr(collection, "to_delayed"):
        raise TypeError(f"{type(collection).__qualname__} is not a bag, an array or a dataframe of Dask")
    if not hasattr(collection, "rechunk"):
        return list(collection.to_delayed())
    if not collection.ndim:
        raise ValueError("an array without an axis has no rows; compute it")
    rows = collection.rechunk(dict.fromkeys(range(1, collection.ndim), -1))
    return list(rows.to_delayed().ravel())


def _write(partition: Any, fs: Any, path: str, compression: str | None, encode: Encode) -> None:
    # Of its own for each attempt: a worker that Dask has given up may still be writing.
    unfinished = f"{path}.{uuid4().hex}.part"
    fs.makedirs(path.rpartition("/")[0], exist_ok=True)
    try:
        with OpenFile(fs, unfinished, "wb", compression) as file:
            for lines in _lines(partition, encode):
                file.write(lines)
        if isinstance(fs, LocalFileSystem):
            os.replace(unfinished, path)
        else:
            fs.mv(unfinished, path)
    except BaseException:
        with suppress(Exception):
            fs.rm_file(unfinished)
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


def _lines(partition: Any, encode: Encode) -> Iterator[bytes]:
    if is_dataframe_like(partition):
        # The text of the names, in the order that the option asks for.
        places = loads(encode({name: place for place, name in enumerate(partition.columns)}))
        if len(places) != partition.shape[1]:
            raise ValueError(f"columns with the same name: {list(partition.columns)}")
        row = ",".join(dumps_str(name).replace("%", "%%") + ":%b" for name in places)
        line = b"{%b}\n" % row.encode()
        for rows in _blocks(partition.iloc, partition.shape):
            columns = [_texts(rows.iloc[:, place], encode) for place in places.values()]
            yield b"".join(map(line.__mod__, zip(*columns, strict=True)))
    elif is_series_like(partition) or is_index_like(partition):
        for values in _blocks(partition.to_frame().iloc, partition.shape):
            yield b"".join(text + b"\n" for text in _texts(values.iloc[:, 0], encode))
    elif isinstance(partition, np.ndarray) and _separable(partition.dtype) and partition.size:
        close, opening = b"]" * (partition.ndim - 1), b"[" * (partition.ndim - 1)
        for rows in _blocks(partition, partition.shape):
            yield encode(rows)[1:-1].replace(close + b"," + opening, close + b"\n" + opening) + b"\n"
    else:
        for record in partition:
            yield encode(record) + b"\n"


def _blocks(partition: Any, shape: tuple[int, ...]) -> Iterator[Any]:
    # As text, 2**16 numbers take about a megabyte, and 50 bytes each as objects.
    step = max(1, 2**16 // max(1, math.prod(shape[1:])))
    return (partition[start : start + step] for start in range(0, shape[0], step))


def _separable(dtype: Any) -> bool:
    """Tell whether elements have no comma and no bracket in their text, and are never for the caller's default."""
    return dtype.kind in "biufMm" and dtype.isbuiltin != 2 and dtype.str[1:] not in {"M8", "m8"}


def _texts(series: Any, encode: Encode) -> list[bytes]:
    """Return the JSON of each value of a column, with all of its digits."""
    dtype = series.dtype
    if hasattr(dtype, "categories"):
        # The code of a missing value is -1.
        texts = [*_texts(series.cat.categories.to_series(), encode), b"null"]
        return [texts[code] for code in series.cat.codes]
    # Left to itself, pandas makes float64 of integers with missing values, and Python's floats of float32.
    if isinstance(dtype, np.dtype) and dtype.kind != "O":
        array = series.to_numpy()
    elif dtype.kind in "fm":
        array = series.to_numpy(getattr(dtype, "numpy_dtype", dtype.type), na_value=None)
    else:
        array = series.to_numpy(object, na_value=None)
    if _separable(array.dtype):
        return encode(array)[1:-1].split(b",")
    return [encode(value) for value in array]
