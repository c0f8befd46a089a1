"""JSON Lines to bags, arrays and dataframes of Dask: files in blocks of whole lines, which the workers read."""

from __future__ import annotations

import os
from functools import partial
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from dask.delayed import delayed
from dask.utils import parse_bytes
from fsspec.core import OpenFile, open_files
from fsspec.utils import read_block

from fastnpjson._excerpt import excerpt
from fastnpjson._files.columns import dtypes_of, read_columns
from fastnpjson._files.lines import parse_lines
from fastnpjson._reading.loads import loads
from fastnpjson.dask.compression import compression_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import DTypeLike

    DType = np.dtype[Any]
    Read = Callable[[Iterable[bytes], str, int], Any]

_PIECE: Final = 2**20


def read_json_lines(  # noqa: PLR0913 the names of Dask's own readers
    path: str | os.PathLike[str] | list[str],
    *,
    arrays: bool | Mapping[str, DTypeLike] | None = None,
    columns: Mapping[str, DTypeLike] | None = None,
    rows: DTypeLike | None = None,
    shape: tuple[int, ...] = (),
    blocksize: int | str = "64 MiB",
    storage_options: Mapping[str, Any] | None = None,
) -> Any:
    """Read JSON Lines (https://jsonlines.org) as a Dask collection, whose dtypes are known before a line is read.

    A partition is a block of whole lines. A compressed file is one partition. Files are listed at once, and read by the
    workers.

    Args:
        path: A path or a URL of any file system of fsspec, with ``*`` for many files; or a list of such. A suffix of
            .bz2 .gz .lz4 .xz .zip .zst is decompressed.
        arrays: For a bag: as for `fastnpjson.loads`, for each line.
        columns: For a dataframe: the dtypes of the members of objects, by name. Other members are not read. `object`
            leaves values as they are. A member that is missing is NaN, NaT or `None`; an integer must be there.
        rows: For an array: the dtype of the lines, each of which is a row.
        shape: The shape of a row; ``()`` for lines that are one number each.
        blocksize: In bytes, or such as ``"64 MiB"``: of the blocks of files that are not compressed.
        storage_options: Arguments of the file system, such as credentials.

    Returns:
        A `dask.dataframe.DataFrame` with `columns`, a `dask.array.Array` of unknown length with `rows`, and else a
        `dask.bag.Bag` of what `fastnpjson.loads` returns for each line. Empty lines are skipped.

    Raises:
        TypeError: more than one of `arrays`, `columns` and `rows` is given.
        FileNotFoundError: no file has this name.
        ValueError: the package of a compression is missing. Later, when a block is read: a line is not JSON, or not of
            the dtype that was asked for; the file, the line and the JSON path or the column are named.

    >>> import dask.array
    >>> from fastnpjson.dask import to_json_lines
    >>> _ = to_json_lines(dask.array.ones((4, 2), chunks=2, dtype="f4"), "memory://ones/*.jsonl.gz")
    >>> float(read_json_lines("memory://ones/*.jsonl.gz", rows="f4", shape=(2,)).sum().compute())
    8.0
    """
    if (arrays is not None) + (columns is not None) + (rows is not None) > 1:
        raise TypeError("arrays= is for a bag, columns= for a dataframe, rows= for an array: give one of them")
    if (size := parse_bytes(blocksize)) < 1:
        raise ValueError(f"blocksize must be one byte or more, not {blocksize!r}")
    blocks = _blocks(path, size, storage_options or {})
    if columns is not None:
        return _dataframe(blocks, dtypes_of(columns))
    if rows is not None:
        dtype = np.dtype(rows)
        return _array(blocks, partial(_rows, dtype=dtype, shape=shape), (np.nan, *shape), dtype)
    return _bag(blocks, partial(_objects, loads=partial(loads, arrays=arrays)))


class _Block(NamedTuple):
    """Whole lines of a file: those that begin behind the first line break from `start` on, and all if it is 0."""

    file: OpenFile
    start: int = 0
    size: int | None = None


def _blocks(path: Any, blocksize: int, storage_options: Mapping[str, Any]) -> list[_Block]:
    files = open_files(path if isinstance(path, list) else os.fspath(path), "rb", **storage_options)
    if not files:
        raise FileNotFoundError(f"{excerpt(path)}: no file has this name")
    blocks: list[_Block] = []
    for file in files:
        file.compression = compression_of(file.path)
        size = None if file.compression else file.fs.size(file.path)
        starts = range(0, size or 0, blocksize)
        blocks += [_Block(file, start, blocksize) for start in starts] or [_Block(file)]
    return blocks


def _read(block: _Block, read: Read) -> Any:
    """Return what a function makes of lines; it takes the start of errors, and the number of the first line."""
    with block.file as file:
        data = file.read() if block.size is None else read_block(file, block.start, block.size, b"\n")
    prefix = f"{excerpt(block.file.path, 1000)}: "
    try:
        return read(BytesIO(data), prefix, 1)
    except ValueError:
        if not block.start:
            raise
    return read(BytesIO(data), prefix, _first_line(block))


def _first_line(block: _Block) -> int:
    """Count the lines before a block, which nobody wants to know until one is wrong."""
    breaks, left = 0, block.start
    with block.file as file:
        while left > 0 and (piece := file.read(min(left, _PIECE))):
            breaks += piece.count(b"\n")
            left -= len(piece)
    return breaks + 2


def _objects(lines: Iterable[bytes], prefix: str, first: int, loads: Callable[[bytes], Any]) -> list[Any]:
    return [*parse_lines(lines, prefix, loads, first)]


def _rows(lines: Iterable[bytes], prefix: str, first: int, dtype: DType, shape: tuple[int, ...]) -> Any:
    rows = [*parse_lines(lines, prefix, partial(_row, dtype=dtype, shape=shape), first)]
    return np.array(rows, dtype).reshape(len(rows), *shape)


def _row(line: bytes, dtype: DType, shape: tuple[int, ...]) -> Any:
    """Read a row, which is a list of one number where rows have no shape."""
    text = line if shape or not line.strip() else b"[%b]" % line
    row = loads(text, arrays={"$": dtype})
    if row.shape != (shape or (1,)):
        raise ValueError(f"a row of shape {row.shape if shape else row.shape[1:]}, not {shape}")
    return row


def _bag(blocks: list[_Block], read: Read) -> Any:
    bag: Any = import_module("dask.bag")
    return bag.from_delayed([delayed(_read)(block, read) for block in blocks])


def _array(blocks: list[_Block], read: Read, shape: tuple[float, ...], dtype: DType) -> Any:
    array: Any = import_module("dask.array")
    return array.concatenate([array.from_delayed(delayed(_read)(block, read), shape, dtype) for block in blocks])


def _dataframe(blocks: list[_Block], dtypes: dict[str, DType]) -> Any:
    dd = import_module("dask.dataframe")
    frame = partial(_frame, dtypes=dtypes)
    return dd.from_map(_read, blocks, read=frame, meta=frame([], "", 1))


def _frame(lines: Iterable[bytes], prefix: str, first: int, dtypes: dict[str, DType]) -> Any:
    pandas = import_module("pandas")
    columns = read_columns(lines, prefix, dtypes, first)
    for name, column in columns.items():
        if column.ndim > 1:
            raise ValueError(f"{prefix}{name}: lists, of which a dataframe has columns of dtype object only")
    return pandas.DataFrame(columns)
