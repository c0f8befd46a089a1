"""Documents that are made to cost more than they are worth: ``python tests/campaigns/fuzz_bounds.py --minutes 1``.

Whatever a document is, a reader takes no more memory than a floor and a multiple of its bytes, and no more time than a
floor and a multiple of orjson's. A process with bounds reads one after the other and measures. Where it ends, or does
not come back, the document is a finding, and is left in a file. ``--seed SEED`` reads the documents of that seed alone.
"""

import argparse
import base64
import contextlib
import ctypes
import faulthandler
import functools
import gzip
import io
import itertools
import json
import multiprocessing
import os
import pathlib
import random
import resource
import struct
import sys
import tempfile
import time
import warnings
import zipfile
import zlib

import ml_dtypes  # noqa: F401 # gives NumPy the names of its floats
import numpy as np
import orjson

import fastnpjson
from fastnpjson import compat, kserve, roundtrip
from fastnpjson.__main__ import main as command
from fastnpjson.roundtrip import dtypes

try:
    from typing import Annotated

    from numpy.typing import NDArray

    from fastnpjson.pydantic import ArrayField, BaseModel
except ImportError:
    BaseModel = None

MIB = 2**20
# The largest documents, in bytes.
LARGEST = 2**18
# What a reader may take beside what orjson takes: bytes, bytes per byte, seconds, and times the time of orjson. Nothing
# is read faster than a byte in a nanosecond.
FLOOR, PER_BYTE = 128 * MIB, 700
FLOOR_OF_FILES = 1200 * MIB
SECONDS, TIMES = 1, 400
# When the process is ended: in bytes and in seconds.
MOST_MEMORY, MOST_SECONDS = 6 * 2**30, 40
BATCH = 100

SMALL = [0, 0, 1, 1, 1, 2, 2, 3, 5, 8]
LARGE = [64, 1000, 2**16, 2**20, 2**24, 2**27, 2**28, 2**31 - 1, 2**31, 2**62, 2**63, 10**30]
WRONG = [-1, 1.0, True, None, "2", []]
NUMBERS = [
    "bool",
    "int8",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex128",
    "<i4",
    ">f8",
    "|u1",
    "float128",
    "|b1",
]
TIMES_OF_NUMPY = ["datetime64[D]", "M8[ns]", "<M8[7D]", "m8[2147483647Y]", "datetime64", "timedelta64[as]"]
STRINGS = {"StringDType": {}}, {"StringDType": {"na_object": "None"}}
WORDS = [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "1" * 30,
    "1_0",
    "",
    "AA==",
    "b64:",
    "b64.gz:AAAA",
    "\x00",
    "\U0010ffff",
]


class Documents:
    """Makes the documents of a seed: bytes for each kind of reader."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.has_words = self.random.random() < 0.2  # most readers refuse them at once

    def one_of(self, *values):
        return self.random.choice(values)

    # Tags

    def length(self):
        kind = self.random.random()
        return self.random.choice(SMALL if kind < 0.6 else LARGE if kind < 0.98 else WRONG)

    def shape(self):
        kind = self.random.random()
        if kind < 0.9:
            return [self.length() for _ in range(self.one_of(0, 1, 1, 1, 2, 3))]
        return self.one_of(
            [1] * self.random.randrange(30, 70), [9] * 10 ** self.random.randrange(2, 6), [0, *LARGE], 5, None
        )

    def name(self):
        kind = self.random.random()
        if kind < 0.5:
            return self.random.choice(NUMBERS)
        if kind < 0.65:
            return self.random.choice(TIMES_OF_NUMPY)
        order, kind = self.one_of("<", "|", ">", ""), self.one_of("U", "S", "V")
        return f"{order}{kind}{self.one_of(0, 1, 3, 900, 10**6, 4 * 10**6, 2**28, 2**29)}"

    def dtype(self, depth=0):
        kind = self.random.random()
        if kind < 0.5 or depth > 3:
            return self.name()
        if kind < 0.55:
            return self.random.choice(STRINGS)
        if kind < 0.6:
            inner = self.name()
            for _ in range(self.random.randrange(40)):
                inner = [["a", inner, *([[self.one_of(1, 2)]] if self.random.random() < 0.3 else [])]]
            return inner
        if kind < 0.63:
            return [[f"f{index}", self.name()] for index in range(self.one_of(100, 2000))]
        fields = [self.field(name, depth) for name in "abc"[: self.random.randrange(4)]]
        return [*fields, ["", f"|V{self.one_of(1, 7, 64)}"]] if self.random.random() < 0.3 else fields

    def field(self, name, depth):
        dtype = [] if self.random.random() < 0.1 else self.dtype(depth + 1)
        return [name, dtype, self.shape()] if self.random.random() < 0.6 else [name, dtype]

    def size(self, dtype, shape):
        """The bytes that an array has, or a guess."""
        with contextlib.suppress(Exception):
            return max(int(np.prod(shape, dtype=float)) * dtypes.read(dtype).itemsize, 0)
        return self.random.choice(SMALL)

    def packed(self, dtype, shape):
        size = self.size(dtype, shape)
        if size > 2**26 or self.random.random() < 0.1:
            return self.one_of("", "AAAA", "A" * self.random.randrange(9000), *WORDS)
        if size > 2**16 or self.random.random() < 0.3:
            return "b64.gz:" + zeros(size).decode()
        return base64.b64encode(bytes(size)).decode()

    def values(self, dtype, shape):
        leaf = self.leaf_of(dtype)
        for length in reversed(shape[:70] if isinstance(shape, list) else []):
            fits = type(length) is int and 0 <= length * len(repr(leaf)) < LARGEST
            leaf = [leaf] * length if fits else []
        return leaf

    def leaf_of(self, dtype):
        if isinstance(dtype, list):
            return [
                self.values(field[1], field[2] if len(field) > 2 else []) for field in dtype if isinstance(field, list)
            ]
        return self.one_of(0, 1.5, None, True, "", "NaN", *WORDS, {"__complex__": [0, "NaN"]}, {"__bytes_utf8__": "a"})

    def tag(self):
        dtype, shape = self.dtype(), self.shape()
        kind = self.random.randrange(9)
        if kind < 2:
            return {"__ndarray__": self.values(dtype, shape), "dtype": dtype, "shape": shape}
        if kind < 3:
            more = self.one_of({}, {"endian": "big"}, {"endian": "little"}, {"Corder": False})
            return {"__ndarray__": self.packed(dtype, shape), "dtype": dtype, "shape": shape, **more}
        if kind < 5:
            return {"__numpy__": self.packed(dtype, shape).removeprefix("b64.gz:"), "dtype": dtype, "shape": shape}
        if kind < 7:
            return self.masked()
        if kind == 7:
            return {"@module": "numpy", "@class": "array", "dtype": dtype, "data": self.values(dtype, shape)}
        if self.random.random() < 0.5:
            return {
                "dtype": dtype,
                "bdata": self.packed(dtype, shape).removeprefix("b64.gz:"),
                "shape": self.one_of(shape, "9" * 990),
            }
        data = self.one_of(["x" * 10**4, *[""] * 1000], self.values("float64", shape))
        return {
            "datatype": self.one_of("BYTES", "FP64", "BOOL"),
            "shape": self.one_of(shape, [len(data)] if isinstance(data, list) else []),
            "data": data,
        }

    def masked(self):
        parts = [self.tag() for _ in range(3)]
        if self.random.random() < 0.7:
            dtype, shape = self.dtype(), self.shape()
            parts[0] = {"__numpy__": self.packed(dtype, shape).removeprefix("b64.gz:"), "dtype": dtype, "shape": shape}
        return {
            "__maskedarray__": parts[0],
            "mask": self.one_of(False, False, parts[1]),
            "fill_value": self.one_of(None, None, parts[2]),
        }

    # Plain documents

    def number(self):
        if self.has_words and self.random.random() < 0.5:
            return self.one_of("NaN", "Infinity", "-Infinity", "NaNN", "-Infinit")
        return self.one_of(
            "0",
            "1",
            "-7",
            "0.5",
            "1e-5",
            "12345.678901234567",
            "9" * 19,
            "9" * 25,
            "1" * 300,
            "0." + "3" * 700,
            "1e308",
            "1.000000059604644775390625",
            "1.00048828125",
            "5e-324",
            "2.4703282292062327e-324",
            "18446744073709551616",
            "true",
            "null",
            '"NaN"',
            '"2020-01-02"',
            '"2020-01-02T03:04:05.678"',
            '""',
            '"a"',
            '"\\u00e9"',
            '"AAAA"',
            '"AAAAAAAAAAA="',
            '{"dtype":"u1","bdata":"AAA=","shape":"1,2"}',
            '{"shape":[2],"datatype":"FP32","data":[1,2]}',
            '{"shape":[0,9],"datatype":"FP32","data":[]}',
            '"__ndarray__"',
            "[]",
            "{}",
            "-0.0",
            "65520",
        )

    def plain(self):
        kind = self.random.randrange(8)
        numbers = [self.number() for _ in range(self.one_of(1, 1, 1, 2, 4))]
        if kind < 2:
            return self.repeat(",".join(numbers))
        if kind < 4:
            return self.repeat(f"[{','.join(numbers)}]")
        if kind == 4:
            text = self.one_of("x", "é", chr(0x10FFFF)) * self.one_of(10, 1000, 10**5)
            other = self.one_of('""', '""', '"a"', "1", "[]", "null")
            return f'["{text}"{f",{other}" * self.random.randrange(10**5)}]'
        if kind == 5:
            key, depth = self.one_of("k", "k" * 400, "\x9b31m", "é" * 100), self.one_of(3, 100, 250)
            leaves = ",".join(f'"{index}":{numbers[0]}' for index in range(self.one_of(1, 1000, 10**4)))
            return f'{{"{key}":' * depth + f"{{{leaves}}}" + "}" * depth
        if kind == 6:
            depth = self.one_of(30, 33, 65, 500, 1000)
            return self.repeat("[" * depth + self.number() + "]" * depth)
        keys = self.one_of(['"a"', '"b"'], ['"' + "k" * 1000 + '"'], ['"__numpy_\\u005f"', '"x"'], ['"@module"'])
        return self.repeat("{" + ",".join(f"{key}:{self.number()}" for key in keys) + "}")

    def repeat(self, text):
        count = self.one_of(1, 3, 100, 10**4, 10**6)
        return f"[{','.join([text] * max(1, min(count, LARGEST // (len(text) + 1))))}]"

    def document(self):
        with contextlib.suppress(RecursionError):
            if self.random.random() < 0.5:
                return self.tags()
        return self.plain().encode("utf-8", "replace")

    def tags(self):
        text = json.dumps(self.tag())
        deep = "[" * 900 + text + "]" * 900
        return self.one_of(text, self.repeat(text), self.repeat(text), f'{{"x":{text}}}', deep).encode()

    def bodies(self):
        document = self.document()
        if self.random.random() < 0.5 and document.startswith(b"["):
            with contextlib.suppress(TypeError, ValueError):  # it is not JSON, or too deep to be written
                return orjson.dumps({"rows": [{"x": row} for row in orjson.loads(document)]})[:LARGEST]
        return b'{"rows":[{"x":%b}]}' % document

    def tensors(self):
        """A body of KServe, which may have bytes behind the JSON."""
        bodies, tensors = [], []
        for _ in range(self.one_of(0, 1, 1, 2, 256, 1000)):
            data = self.plain()[: LARGEST // 300] if len(tensors) > 4 else self.plain()
            shape = self.one_of(json.dumps(self.shape()), f"[{data.count(',') + 1}]")
            datatype = self.one_of("FP32", "FP64", "INT8", "BOOL", "BYTES", "BF16")
            head = f'{{"name":"x","shape":{shape},"datatype":"{datatype}"'
            if self.random.random() < 0.3:
                bodies.append(bytes(self.one_of(0, 1, 8, 4096)))
                tensors.append(f'{head},"parameters":{{"binary_data_size":{len(bodies[-1])}}}}}')
            else:
                tensors.append(f'{head},"data":{data}}}')
            if sum(map(len, tensors)) > LARGEST:
                break
        text = f'{{"inputs":[{",".join(tensors)}]}}'.encode("utf-8", "replace")
        return b"%d " % len(text) + text + b"".join(bodies)

    def lines(self):
        line = self.document()[: LARGEST // 2].replace(b"\n", b" ")
        if self.random.random() < 0.5:
            line = b'{"x":%b,"y":%b}' % (line, self.number().encode())
        return b"\n".join([line] * max(1, min(self.one_of(1, 10, 1000, 10**5), LARGEST // (len(line) + 1))))

    # Files of NumPy

    def npy(self):
        dtype, shape = self.dtype(), self.shape()
        with contextlib.suppress(Exception):
            dtype = np.lib.format.dtype_to_descr(dtypes.read(dtype))
        shape = tuple(shape) if isinstance(shape, list) else shape
        body = bytes(min(self.size(dtype, shape), LARGEST)) if self.random.random() < 0.9 else b""
        header = repr({"descr": dtype, "fortran_order": self.one_of(True, False), "shape": shape}).encode()
        header += b" " * (-(len(header) + 11) % 64) + b"\n"
        return b"\x93NUMPY\1\0" + struct.pack("<H", len(header) % 2**16) + header + body

    def npz(self):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", self.one_of(zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)) as archive:
            for name in self.one_of("a", "ab", "abcd"):
                archive.writestr(f"{name}.npy", self.npy())
        return self.overlapping() if self.random.random() < 0.3 else file.getvalue()

    def overlapping(self):
        """An archive with many entries for one member."""
        member, name = self.npy(), b"a.npy"
        crc, count = zlib.crc32(member), self.one_of(2, 100, 5000)
        data = (
            struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 0, crc, len(member), len(member), len(name), 0)
            + name
            + member
        )
        sizes = (crc, len(member), len(member))
        entries = b"".join(
            struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 0, *sizes, len(entry), 0, 0, 0, 0, 0, 0) + entry
            for entry in (b"%05d.npy" % index for index in range(count))
        )
        end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(entries), len(data), 0)
        return data + entries + end


@functools.cache
def zeros(size):
    return base64.b64encode(gzip.compress(bytes(size), 9))


def run(name, *arguments):
    def read(data):
        pathlib.Path(name).write_bytes(data)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            command(["inspect", name] if arguments == ("inspect",) else [name, *arguments])

    return read


def read_tensors(data, **settings):
    length, _, body = data.partition(b" ")
    return kserve.loads(body, {"Inference-Header-Content-Length": length.decode()}, **settings)


def models():
    """Models with rows, each with an array."""
    if BaseModel is None:
        return {}

    def rows(*annotation):
        class Row(BaseModel):
            x: Annotated[annotation]

        class Body(BaseModel):
            rows: list[Row]

        return Body

    return {
        "floats": rows(NDArray[np.float64], ArrayField(base64=True)),
        "strings": rows(NDArray[np.str_], ArrayField(base64=True)),
        "any": rows(np.ndarray, ArrayField(base64=True)),
        "bytes": rows(NDArray[np.uint8], ArrayField()),
    }


def validators():
    for name, model in models().items():
        yield f"{name} of JSON", model.model_validate_json
        yield f"{name} of objects", lambda data, model=model: model.model_validate(json.loads(data))


READERS = {
    "document": {
        "loads": functools.partial(fastnpjson.loads, arrays=True),
        "loads as float32": functools.partial(fastnpjson.loads, arrays={"$": "f4"}),
        "loads rows as float16": functools.partial(fastnpjson.loads, arrays={"$[*]": "f2"}),
        "loads rows as float32 of a shape": functools.partial(fastnpjson.loads, arrays={"$[*]": ("f4", (2,))}),
        "loads rows as float8": functools.partial(fastnpjson.loads, arrays={"$[*]": "float8_e4m3fn"}),
        "loads with words": functools.partial(fastnpjson.loads, arrays=True, allow_nan=True),
        "loads rows with words": functools.partial(fastnpjson.loads, arrays={"$[*]": "f4"}, allow_nan=True),
        "loads as dates": functools.partial(fastnpjson.loads, arrays={"$": "M8[s]"}),
        "load": lambda data: fastnpjson.load(io.BytesIO(data), arrays=True),
        "compat.loads": compat.loads,
        "roundtrip.loads": roundtrip.loads,
        "roundtrip.loads untagged": functools.partial(roundtrip.loads, untagged=True),
        "inspect x.json": run("x.json", "inspect"),
        "x.json o.npy": run("x.json", "o.npy"),
        "x.json o.npz": run("x.json", "o.npz"),
        "x.json o.npz --exact": run("x.json", "o.npz", "--exact"),
        "x.json o.json": run("x.json", "o.json"),
    },
    "bodies": dict(validators()),
    "tensors": {
        "kserve.loads": read_tensors,
        "kserve.loads with words": lambda data: read_tensors(data, allow_nan=True),
    },
    "lines": {
        "load_columns": lambda data: fastnpjson.load_columns(io.BytesIO(data)),
        "load_columns as float32": lambda data: fastnpjson.load_columns(io.BytesIO(data), {"x": "f4", "y": object}),
        "load_lines with words": lambda data: list(
            fastnpjson.load_lines(io.BytesIO(data), arrays={"$.x": ("f4", (2,))}, allow_nan=True)
        ),
        "load_lines": lambda data: list(fastnpjson.load_lines(io.BytesIO(data), arrays=True)),
        "inspect x.jsonl": run("x.jsonl", "inspect"),
        "x.jsonl o.npy": run("x.jsonl", "o.npy"),
        "x.jsonl o.json --exact": run("x.jsonl", "o.json", "--exact"),
    },
    "npy": {
        "inspect x.npy": run("x.npy", "inspect"),
        "x.npy o.json": run("x.npy", "o.json"),
        "x.npy o.jsonl": run("x.npy", "o.jsonl"),
        "x.npy o.json --exact": run("x.npy", "o.json", "--exact"),
    },
    "npz": {
        "inspect x.npz": run("x.npz", "inspect"),
        "x.npz o.json": run("x.npz", "o.json"),
        "x.npz o.npz": run("x.npz", "o.npz"),
    },
}


def memory(name):
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    raise LookupError(name)


def by_orjson(data):
    """Read a document, or each line of one."""
    try:
        orjson.loads(data)
    except ValueError:
        for line in data.split(b"\n"):
            orjson.loads(line)


def timed(function, data):
    start = time.process_time()
    with contextlib.suppress(ValueError, MemoryError if function is by_orjson else ValueError):
        kept = function(data)  # noqa: F841 # or it would be gone before its memory is measured
        return time.process_time() - start, memory("VmHWM")
    return time.process_time() - start, memory("VmHWM")


def measure(reader, data):
    """Return the bytes and the seconds that a reader takes, and orjson's seconds."""
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # forgets the peak
    before = memory("VmRSS")
    seconds, peak = timed(reader, data)
    grown = peak - before
    of_orjson = max(min(timed(by_orjson, data)[0] for _ in range(2)), len(data) * 1e-9)
    if seconds > SECONDS + TIMES * of_orjson:  # or was it another process?
        seconds = min(seconds, timed(reader, data)[0])
    if grown > 32 * MIB:
        ctypes.CDLL(None).malloc_trim(0)
    return grown, seconds, of_orjson


def work(seeds, directory, most):
    """Read the documents of seeds; keep the worst of all in `most`."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    os.chdir(directory)
    warnings.simplefilter("ignore")
    for seed in seeds:
        pathlib.Path("reading").write_text(f"{seed} no reader 0\n")
        faulthandler.dump_traceback_later(MOST_SECONDS, exit=True)
        documents = Documents(seed)
        kind = documents.random.choices([*READERS], [8, 4, 2, 2, 2, 1])[0]
        data = getattr(documents, kind)()
        for name, reader in documents.random.sample([*READERS[kind].items()], min(4, len(READERS[kind]))):
            pathlib.Path("reading").write_text(f"{seed} {name} {len(data)}\n")
            pathlib.Path("document").write_bytes(data)
            faulthandler.dump_traceback_later(MOST_SECONDS, exit=True)
            grown, seconds, of_orjson = measure(reader, data)
            faulthandler.cancel_dump_traceback_later()
            floor = (
                FLOOR_OF_FILES if " " in name and name.split()[-1].partition(".")[0] in {"x", "o", "--exact"} else FLOOR
            )
            figures = f"seed {seed}, {name}, {len(data)} bytes: {grown / MIB:.0f} MiB, {seconds:.3f} s"
            figures += f", {seconds / of_orjson:.0f} times orjson"
            many = len(data) >= 2**16
            for worst, value in {
                "memory": grown,
                "a byte": many * grown / len(data),
                "time": many * seconds / of_orjson,
            }.items():
                if value > most.get(worst, (0,))[0]:
                    most[worst] = (value, figures)
            assert grown <= floor + PER_BYTE * len(data), figures
            assert seconds <= SECONDS + TIMES * of_orjson, figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int)
    arguments = parser.parse_args()
    start = time.monotonic()
    first = random.SystemRandom().randrange(2**40) if arguments.seed is None else arguments.seed
    batches = itertools.count(first, BATCH) if arguments.seed is None else [first]
    findings = count = 0
    with multiprocessing.Manager() as manager, tempfile.TemporaryDirectory() as directory:
        most = manager.dict()
        for batch in batches:
            if time.monotonic() - start > 60 * arguments.minutes and arguments.seed is None:
                break
            seeds = range(batch, batch + (BATCH if arguments.seed is None else 1))
            process = multiprocessing.get_context("spawn").Process(target=work, args=(seeds, directory, most))
            process.start()
            process.join()
            count += len(seeds)
            if process.exitcode:
                findings += 1
                reading = pathlib.Path(directory, "reading").read_text().strip()
                kept = pathlib.Path(tempfile.gettempdir(), f"fuzz-bounds-{reading.split()[0]}")
                kept.write_bytes(pathlib.Path(directory, "document").read_bytes())
                print(f"FINDING: exit code {process.exitcode}, {reading} bytes: {kept}", flush=True)
        for worst, (_, figures) in sorted(most.items()):
            print(f"most {worst}: {figures}")
    print(f"{count} documents, {findings} findings")
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
