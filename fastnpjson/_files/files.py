"""The functions that take a file: `dump`, `load`, and those for JSON Lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orjson import JSONDecodeError

from fastnpjson._documents.encoder import make_settings
from fastnpjson._reading.loads import loads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import numpy as np
    from numpy.typing import DTypeLike
    from typing_extensions import Unpack

    from fastnpjson._documents.encoder import Settings
    from fastnpjson._files.opening import Durability, File
    from fastnpjson._reading.with_arrays import Arrays
    from fastnpjson._threads import Threads


def dump(obj: Any, file: File, *, durability: Durability = "rename", **settings: Unpack[Settings]) -> None:
    """Write an object to a file as JSON. The text is that of `dumps`, but large arrays are written in slices.

    A file is written under a temporary name in the same directory, then renamed. After an exception, a crash or with a
    full disk, the old file is still there, complete. Permissions and symbolic links stay, hard links do not.

    What cannot be renamed is written directly: a device, a pipe, or ``/dev/stdout``, from its current position.

    Args:
        obj: As for `dumps`.
        file: A path, a URL, or an open binary or text file, which stays open. A path or URL that ends in ``.gz``,
            ``.zst``, ``.bz2`` or ``.xz`` is compressed. A string that begins with a protocol, such as ``s3://``, is a
            URL. It needs fsspec, and is uploaded when the document is complete.
        durability: After ``"rename"`` a power failure in the next seconds may lose the data. ``"fsync"``, for a path,
            returns when the system says that the file and the change of its directory are on the disk.
        settings: As for `Encoder`.

    Raises:
        JSONEncodeError: as for `dumps`. An open file may then hold a part of the document.
        ValueError: as for `Encoder`; or ``durability="fsync"`` is given for an open file or a URL.
        OSError: the file cannot be written.
        ModuleNotFoundError: a codec or fsspec is not installed: ``pip install fastnpjson[io]``.

    >>> import io
    >>> import numpy as np
    >>> dump({"x": np.arange(3)}, file := io.StringIO())
    >>> file.getvalue()
    '{"x":[0,1,2]}'
    """
    from fastnpjson._files.opening import is_durable, writing

    stream = make_settings(**settings).stream()
    with writing(file, durable=is_durable(durability, file)) as write:
        for piece in stream.pieces(obj):
            write(piece)


def load(  # noqa: PLR0913 # those of loads, and its own
    file: File,
    *,
    arrays: Arrays = None,
    masked: bool = False,
    allow_nan: bool = False,
    exact_integers: bool = False,
    limit: int | None = None,
    threads: Threads = 1,
) -> Any:
    """Read a JSON document from a file, which may be UTF-8 with a byte order mark, UTF-16 or UTF-32.

    Args:
        file: As for `dump`.
        arrays: As for `loads`.
        masked: As for `loads`.
        allow_nan: As for `loads`.
        exact_integers: As for `loads`.
        limit: The most bytes that the document may have, after decompression, or characters in a text file. The default
            is 128 MiB and 64 times the size of a compressed file, 128 MiB for a device, and none for other files.
        threads: As for `loads`.

    Returns:
        What `loads` returns.

    Raises:
        JSONDecodeError: the file is not JSON. The error names its path.
        ValueError: as for `loads`; or the document is longer than the limit.
        OSError: the file cannot be read.
        ModuleNotFoundError: a codec or fsspec is not installed: ``pip install fastnpjson[io]``.

    >>> import io
    >>> load(io.BytesIO(b'{"x":[0,1,2]}'))
    {'x': [0, 1, 2]}
    >>> load(io.BytesIO(b'{"x":[0,1,2]}'), arrays=True)
    {'x': array([0, 1, 2])}
    """
    from fastnpjson._files.encodings import decoded
    from fastnpjson._files.opening import error_prefix, limited

    with limited(file, limit) as source:
        data = source.read()
    try:
        return loads(
            decoded(data),
            arrays=arrays,
            masked=masked,
            allow_nan=allow_nan,
            exact_integers=exact_integers,
            threads=threads,
        )
    except JSONDecodeError as error:
        raise JSONDecodeError(error_prefix(file) + error.msg, error.doc, error.pos) from None


def dump_lines(
    objs: Iterable[Any], file: File, *, durability: Durability = "rename", **settings: Unpack[Settings]
) -> None:
    r"""Write objects to a file as JSON Lines (https://jsonlines.org), one on each line.

    Args:
        objs: An iterable, which is read one object at a time, or an array, which is written row by row. Rows of numbers
            and dates take no Python object each.
        file: As for `dump`. If the iterable raises, a path keeps its old file, and an open file has the lines so far.
        durability: As for `dump`.
        settings: As for `Encoder`.

    Raises:
        JSONEncodeError: as for `dumps`, with the number of the line.
        ValueError: as for `dump`; or `OPT_INDENT_2` is given.
        OSError: as for `dump`.

    >>> import io
    >>> import numpy as np
    >>> dump_lines(np.arange(4).reshape(2, 2), file := io.StringIO())
    >>> file.getvalue()
    '[0,1]\n[2,3]\n'
    """
    from fastnpjson._files.lines import lines, settings_of_lines
    from fastnpjson._files.opening import is_durable, writing

    line_settings = settings_of_lines(**settings)
    with writing(file, durable=is_durable(durability, file)) as write_all:
        for text in lines(objs, line_settings):
            write_all(text)


def load_lines(  # noqa: PLR0913 # those of loads, and its own
    file: File,
    *,
    arrays: Arrays = None,
    masked: bool = False,
    allow_nan: bool = False,
    exact_integers: bool = False,
    limit: int | None = None,
    threads: Threads = 1,
) -> Iterator[Any]:
    r"""Read JSON Lines from a file, one object at a time. Empty lines are skipped. Encodings are those of `load`.

    Args:
        file: As for `dump`. A path is opened when the first object is read.
        arrays: As for `loads`, for each line.
        masked: As for `loads`.
        allow_nan: As for `loads`.
        exact_integers: As for `loads`.
        limit: The most bytes that a line may have, after decompression, or characters in a text file. The default is
            128 MiB for compressed files and devices, and none for other files.
        threads: How many read lines with arrays of tens of thousands of numbers: a number, or ``"auto"`` for the
            processors that this process may use. Some lines are then read ahead.

    Yields:
        What `loads` returns for each line.

    Raises:
        JSONDecodeError: a line is not JSON. The error names the line, and the path if there is one.
        ValueError: as for `loads`, with the number of the line; or a line is longer than the limit.
        OSError: the file cannot be read.

    >>> import io
    >>> list(load_lines(io.StringIO('{"x":1}\n\n[2,3]')))
    [{'x': 1}, [2, 3]]
    """
    from fastnpjson._files.lines import read_lines

    yield from read_lines(file, limit, threads, arrays, masked, allow_nan, exact_integers)


def load_columns(
    file: File, columns: Mapping[str, DTypeLike] | None = None, *, limit: int | None = None
) -> dict[str, np.ndarray[Any, Any]]:
    r"""Read JSON Lines of objects as an array for each member.

    Args:
        file: As for `load_lines`.
        columns: The dtypes of members by name; others are not read. `object` leaves values as they are. `None` for all
            members, of the dtypes that `loads` gives to a list of their values with ``arrays=True``.
        limit: As for `load_lines`.

    Returns:
        Arrays of one length, by name; of more dimensions where the members are lists. Where a member is missing or
        ``null``, floats are NaN, integers and booleans masked, and objects `None`. What has no dtype gives an array of
        objects: strings, objects, lists of several lengths.

    Raises:
        JSONDecodeError: a line is not JSON. The error names the line, and the path if there is one.
        ValueError: names the line that is not an object, or whose member is not of its dtype; or names, or the
            lengths of lists, differ so much from line to line that the arrays would take many times the memory of the
            file; or no list is of a dtype; or as for `load_lines`.
        OSError: the file cannot be read.
        TypeError: NumPy does not know a dtype.

    >>> import io
    >>> load_columns(io.StringIO('{"id":1,"x":0.5}\n{"id":2}'), {"id": "u1", "x": "f4"})
    {'id': array([1, 2], dtype=uint8), 'x': array([0.5, nan], dtype=float32)}
    """
    from fastnpjson._files.columns import dtypes_of, read_columns
    from fastnpjson._files.opening import error_prefix, limited

    dtypes = None if columns is None else dtypes_of(columns)
    with limited(file, limit) as source:
        return read_columns(source.lines(), error_prefix(file), dtypes)
