"""``.npz`` archives: arrays by name, memory-mapped if possible and never unpickled."""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from pathlib import PureWindowsPath
from typing import IO, TYPE_CHECKING, Any, Final, cast

import numpy as np

from fastnpjson._cli.npy import Writer, charge_empty, is_plain, map_array, read_array, write_npy
from fastnpjson._files.opening import reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array
    from fastnpjson._files.opening import Write
    from fastnpjson._reading.budget import Budget

# The header before the data of a member has 30 bytes, the last four are the lengths of what comes between it and the
# data: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
_LOCAL_HEADER: Final = 30


def read_npz(file: Any, name: str, budget: Budget) -> dict[str, Array]:
    """Read the arrays of an archive; those that are not compressed are memory-mapped.

    Args:
        file: A path, a URL or a binary file.
        name: Its suffix decides on compression.
        budget: What elements without bytes may take.

    Raises:
        ValueError: the file is not an ``.npz``, is damaged, or holds Python objects.
    """
    if is_plain(file, name):
        with open(file, "rb") as plain, _archive(plain) as archive:
            return _members(archive, budget, lambda info: _map_member(archive, info, plain))
    with reading(file, name) as source, _archive(io.BytesIO(source.read())) as archive:
        return _members(archive, budget, lambda info: _read_member(archive, info))


def _members(archive: zipfile.ZipFile, budget: Budget, read: Callable[[zipfile.ZipInfo], Array]) -> dict[str, Array]:
    infos = archive.infolist()
    # Newer Pythons find this themselves: https://docs.python.org/3/library/zipfile.html#decompression-pitfalls
    if sum(info.compress_size for info in infos) > archive.start_dir:
        raise ValueError("the .npz file is damaged: its members overlap")
    arrays = {}
    for info in infos:
        stem = info.filename.removesuffix(".npy")
        if stem in arrays:
            raise ValueError(f"the .npz file is damaged: it has two members for {stem!r}")
        arrays[stem] = read(info)
        charge_empty(arrays[stem], budget)
    return arrays


def write_npz(write: Write, arrays: dict[str, Array]) -> None:
    """Write an archive without compression, so that it can be memory-mapped.

    Raises:
        ValueError: a name holds a NUL, where zipfile would cut it off, or leads out of the directory of an archive.
    """
    for name in arrays:
        if "\0" in name:
            raise ValueError(f"{name!r} cannot name an array in an .npz: it holds a NUL")
        path = PureWindowsPath(name)  # which knows both separators
        if path.root or ".." in path.parts:
            raise ValueError(f"{name!r} cannot name an array in an .npz: it leads to another directory")
    with zipfile.ZipFile(cast("IO[bytes]", Writer(write)), "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                write_npy(member.write, array)


def _archive(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        size = file.seek(0, os.SEEK_END)
        raise ValueError(f"the .npz file is cut off or damaged: {error}; it has {size} bytes") from None


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array:
    try:
        with archive.open(info) as member:
            return read_array(member, info.filename)
    except (zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{info.filename} is damaged: {error}") from None


def _map_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, plain: IO[bytes]) -> Array:
    if info.compress_type == zipfile.ZIP_STORED and info.file_size == info.compress_size > 0:
        try:
            # It compares the names in the directory and at the member, and refuses what is encrypted.
            archive.open(info).close()
        except zipfile.BadZipFile as error:
            raise ValueError(f"{info.filename} is damaged: {error}") from None
        plain.seek(info.header_offset)
        header = plain.read(_LOCAL_HEADER)
        start = info.header_offset + _LOCAL_HEADER + int(np.frombuffer(header[-4:], "<u2").sum())
        array = map_array(plain, start, info.file_size, info.filename)
        if array is not None:
            _check_crc(plain, start, info)
            return array
    return _read_member(archive, info)


def _check_crc(plain: IO[bytes], start: int, info: zipfile.ZipInfo) -> None:
    if zlib.crc32(np.memmap(plain, np.uint8, "r", start, (info.file_size,)).data) != info.CRC:
        raise ValueError(f"{info.filename} is damaged: its contents have not the CRC-32 of the archive")
