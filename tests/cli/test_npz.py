"""``.npz`` archives: memory-mapped, stored, damaged."""

import io
import json
import os
import re
import struct
import zipfile
import zlib

import numpy as np
import pytest
from processes import ARRAY, dtype_tree

from fastnpjson.__main__ import main
from fastnpjson._cli import npz
from fastnpjson._reading.budget import Budget


def stored(path):
    with zipfile.ZipFile(path) as archive:
        return {info.compress_type for info in archive.infolist()}


def test_plain_archives_are_memory_mapped():
    np.savez_compressed("c.npz", x=ARRAY)
    np.savez("d.npz", x=ARRAY, f=np.asfortranarray(ARRAY), e=np.zeros((0, 3)), s=np.array(5), v=np.zeros(2, "V0"))
    assert type(npz.read_npz("c.npz", "c.npz", Budget())["x"]) is np.ndarray
    arrays = npz.read_npz("d.npz", "d.npz", Budget())
    assert {name: type(array) for name, array in arrays.items() if type(array) is np.ndarray} == {
        "e": np.ndarray,
        "v": np.ndarray,
    }
    assert arrays["f"].flags.f_contiguous
    assert dtype_tree(arrays) == dtype_tree(np.load("d.npz"))
    assert main(["d.npz", "own.npz"]) == 0
    assert stored("own.npz") == {zipfile.ZIP_STORED}
    assert type(npz.read_npz("own.npz", "own.npz", Budget())["x"]) is np.memmap


def test_name_with_a_nul(capsys):
    """zipfile ends a name at a NUL: two keys would be one array."""
    with open("v.json", "w") as file:
        json.dump({"a": [1], "a\0b": [2]}, file)
    assert main(["v.json", "v.npz"]) == 1
    assert capsys.readouterr().err == (
        "fastnpjson: v.json -> v.npz: 'a\\x00b' cannot name an array in an .npz: it holds a NUL\n"
    )
    assert not os.path.exists("v.npz")


@pytest.mark.parametrize("name", ["../x", "a/../../x", "..", "/x", "\\x", "..\\x", "C:\\x", "a\\..\\..\\x"])
def test_name_of_another_directory(capsys, name):
    with open("v.json", "w") as file:
        json.dump({"a": [1], name: [2]}, file)
    assert main(["v.json", "v.npz"]) == 1
    assert capsys.readouterr().err == (
        f"fastnpjson: v.json -> v.npz: {name!r} cannot name an array in an .npz: it leads to another directory\n"
    )
    assert not os.path.exists("v.npz")


def test_names_with_dots_and_slashes():
    document = {"a/b": [1], "..a": [2], "a..": [3], "x:y": [4], ".": [5], "...": [6]}
    with open("v.json", "w") as file:
        json.dump(document, file)
    assert main(["v.json", "v.npz"]) == 0
    assert {name: array.tolist() for name, array in np.load("v.npz").items()} == document


def archive(save=np.savez):
    save(file := io.BytesIO(), x=np.arange(1000.0), y=np.arange(3))
    return file.getvalue()


def archive_with_a_longer_shape():
    """The next array begins where the last element that the header asks for should end."""
    with zipfile.ZipFile(io.BytesIO(archive())) as old, zipfile.ZipFile(file := io.BytesIO(), "w") as new:
        new.writestr("x.npy", old.read("x.npy").replace(b"(1000,)", b"(1001,)"))
        new.writestr("y.npy", old.read("y.npy"))
    return file.getvalue()


def archive_with_zeros(save=np.savez):
    data = archive(save)
    start = data.index(b"x.npy") + 1000
    return data[:start] + bytes(99) + data[start + 99 :]


NOT_A_ZIP = "the .npz file is cut off or damaged: File is not a zip file; it has {size} bytes"
DAMAGED = {
    "empty": (b"", NOT_A_ZIP),
    "cut-off": (archive()[:5000], NOT_A_ZIP),
    "end-cut-off": (archive()[:-10], NOT_A_ZIP),
    "shape": (archive_with_a_longer_shape(), "x.npy is cut off or damaged: it ends after 8128 of 8136 bytes"),
    "magic": (archive().replace(b"NUMPY", b"NUMPI"), "x.npy is damaged: the magic string is not correct; .*"),
    "header-of-member": (archive().replace(b"PK\3\4", b"PK\3\7"), "x.npy is damaged: Bad magic number for file header"),
    "compressed-data": (archive_with_zeros(np.savez_compressed), "x.npy is damaged: .*"),
}


@pytest.mark.parametrize("suffix", ["", ".gz"], ids=["mapped", "read"])
@pytest.mark.parametrize(("data", "message"), DAMAGED.values(), ids=DAMAGED)
def test_damaged_archive(data, message, suffix, refusal):
    assert re.fullmatch(message.format(size=len(data)), refusal(f"t.npz{suffix}", data))


def local_header(name, member, crc):
    size = len(member)
    return struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 0, crc, size, size, len(name), 0) + name


def archive_with_many_entries_for_one_member(count=400):
    np.save(file := io.BytesIO(), np.zeros(1000))
    member, crc = file.getvalue(), zlib.crc32(file.getvalue())
    data = local_header(b"00000.npy", member, crc) + member
    entries = b"".join(
        struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 0, crc, len(member), len(member), 9, 0, 0, 0, 0, 0, 0)
        + b"%05d.npy" % index
        for index in range(count)
    )
    return data + entries + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(entries), len(data), 0)


def archive_with_a_changed_byte():
    data = bytearray(archive())
    data[data.index(np.arange(1000.0).tobytes()) + 80] ^= 1
    return bytes(data)


def archive_with_two(*names):
    with zipfile.ZipFile(file := io.BytesIO(), "w") as new:
        for name in names:
            np.save(member := io.BytesIO(), np.zeros(3))
            new.writestr(name, member.getvalue())
    return file.getvalue()


FORGED = {
    "checksum": (archive_with_a_changed_byte(), "x.npy is damaged: .*CRC.*"),
    "zeros": (archive_with_zeros(), "x.npy is damaged: .*CRC.*"),
    "overlap": (archive_with_many_entries_for_one_member(), "the .npz file is damaged: its members overlap"),
    "overlap-of-two": (archive_with_many_entries_for_one_member(2), "the .npz file is damaged: its members overlap"),
    "two-of-a-name": (archive_with_two("a", "a.npy"), "the .npz file is damaged: it has two members for 'a'"),
    "other-name": (
        archive_with_two("a.npy", "b.npy").replace(b"b.npy", b"c.npy", 1),
        "b.npy is damaged: File name in directory 'b.npy' and header b'c.npy' differ.",
    ),
}


@pytest.mark.parametrize("suffix", ["", ".gz"], ids=["mapped", "read"])
@pytest.mark.parametrize(("data", "message"), FORGED.values(), ids=FORGED)
def test_members_are_what_the_directory_says(data, message, suffix, refusal):
    assert re.fullmatch(message, refusal(f"t.npz{suffix}", data))


def test_members_of_one_byte_names_and_methods():
    """What numpy.load reads is read."""
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile("m.npz", "w", compression) as new:
            for index in range(3):
                np.save(member := io.BytesIO(), np.full(100, index))
                new.writestr(f"\u00fc{index}/x.npy", member.getvalue())
        with open("shifted.npz", "wb") as file, open("m.npz", "rb") as old:
            file.write(b"in front of an archive there may be anything" + old.read())
        for name in ("m.npz", "shifted.npz"):
            assert dtype_tree(npz.read_npz(name, name, Budget())) == dtype_tree(np.load("m.npz"))
