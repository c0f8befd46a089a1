"""Random documents against the oracle: ``python tests/campaigns/fuzz.py --minutes 10``, or ``tox -e fuzz``.

Each batch runs in a process of its own, so that a crash is a finding and not the end. A finding is printed with
its seed: ``python tests/campaigns/fuzz.py --seed SEED`` runs that document alone.
"""

import argparse
import datetime
import math
import os
import random
import re
import subprocess
import sys
import time
import traceback
import warnings

import numpy as np
import orjson
import pytest
from oracle import Oracle, read
from random_settings import DEFAULTS, random_settings
from versions import in_python

import fastnpjson
from fastnpjson._documents import survey

UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]
NUMBERS = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "g"]
FLAGS = [getattr(orjson, name) for name in dir(orjson) if name.startswith("OPT_") and "STRICT" not in name]
SPECIAL = [
    0.0,
    -0.0,
    0.1,
    1e16,
    1e-5,
    1e22,
    5e-324,
    1.7976931348623157e308,
    math.inf,
    -math.inf,
    math.nan,
    2.5,
    65504.0,
]
BATCH = 2000


class Documents:
    """Makes the document of a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.numpy = np.random.default_rng(seed)
        self.settings = random_settings(self.random)

    def dtype(self, depth=0):
        kind = self.random.random()
        order = self.random.choice("<>")
        if self.settings["complex"] != "error" and self.random.random() < 0.1:
            return np.dtype(order + self.random.choice("FDG"))
        if kind < 0.55:
            return np.dtype(order + self.random.choice(NUMBERS)) if kind < 0.5 else np.dtype("g")
        if kind < 0.75:
            count = self.random.choice([1, 1, 1, 2, 10, 25])
            return np.dtype(f"{order}{self.random.choice('Mm')}8[{count}{self.random.choice(UNITS)}]")
        if kind < 0.85:
            return np.dtype(f"{order}U{self.random.randint(1, 6)}")
        if kind < 0.9:
            return np.dtype(f"S{self.random.randint(1, 6)}")
        if kind < 0.94 or depth > 1:
            return np.dtype(object)
        names = self.random.sample(["a", "b", "é", "x y", "$", "0"], self.random.randint(1, 3))
        shapes = [(), (), (), (2,), (1, 2), (0,)]
        return np.dtype([(name, self.dtype(depth + 1), self.random.choice(shapes)) for name in names])

    def fill(self, dtype, shape):
        size = math.prod(shape)
        if dtype.names is not None:
            array = np.zeros(shape, dtype)
            for name in dtype.names:
                base, inner = dtype[name].subdtype or (dtype[name], ())
                array[name] = self.fill(base, shape + inner)
            return array
        if dtype.kind in "iub":
            numbers = self.numpy.integers(0, 256, size * dtype.itemsize, "u1").view(dtype)
            return (numbers & 1 if dtype.kind == "b" else numbers).reshape(shape).astype(dtype)
        if dtype.kind == "c":
            parts = self.ticks_or_floats(np.zeros(0, dtype).real.dtype, 2 * size)
            return (
                parts.astype(parts.dtype.newbyteorder("=")).view(dtype.newbyteorder("=")).astype(dtype).reshape(shape)
            )
        if dtype.kind in "fMm":
            return self.ticks_or_floats(dtype, size).reshape(shape)
        objects = np.empty(size, object)
        for index in range(size):
            objects[index] = self.leaf() if dtype.kind == "O" else self.text()
        if dtype.kind == "S":
            objects[:] = [text.encode()[: dtype.itemsize].decode(errors="ignore").encode() for text in objects]
        return objects.reshape(shape).astype(dtype)

    def ticks_or_floats(self, dtype, size):
        if dtype.kind == "f":
            if dtype.itemsize > 8:
                return self.numpy.standard_normal(size).astype(dtype) / 3
            bits = self.numpy.integers(0, 256, size * dtype.itemsize, "u1").view(dtype)
            nice = np.round(self.numpy.standard_normal(size), 2)
            with np.errstate(over="ignore"):
                return np.where(self.numpy.random(size) < 0.5, bits, nice).astype(dtype)
        bound = 2 ** self.random.choice([4, 16, 32, 40, 52])
        ticks = self.numpy.integers(-bound, bound, size)
        ticks[self.numpy.random(size) < 0.1] = np.iinfo("i8").min
        if self.random.random() < 0.3:
            ticks = np.where(ticks == np.iinfo("i8").min, ticks, ticks // 1000 * 1000)
        return ticks.view(dtype.newbyteorder("=")).astype(dtype)

    def array(self):
        shape = tuple(
            self.random.choice([0, 1, 1, 2, 2, 3, 5]) for _ in range(self.random.choice([0, 1, 1, 1, 2, 2, 3, 4]))
        )
        array = self.layout(self.fill(self.dtype(), shape))
        if array.dtype.names is None and self.random.random() < 0.2:
            return np.ma.array(array, mask=self.numpy.random(array.shape) < 0.4)
        return array.view(Subclass) if self.random.random() < 0.05 else array

    def layout(self, array):
        choice = self.random.randrange(6)
        if choice == 0 and array.ndim:
            return array[(slice(None, None, -1),) * array.ndim]
        if choice == 1:
            return array.T
        if choice == 2 and array.ndim:
            return np.repeat(array, 2, axis=-1)[..., ::2]
        if choice == 3:
            return np.broadcast_to(array, (2, *array.shape))
        if choice == 4 and not array.dtype.hasobject and array.nbytes:
            unaligned = np.zeros(array.nbytes + 1, "u1")[1:].view(array.dtype).reshape(array.shape)
            unaligned[...] = array
            return unaligned
        return array

    def text(self):
        return "".join(
            chr(self.random.choice([65, 34, 92, 10, 0xE9, 0x2028, 0x1F600, 7])) for _ in range(self.random.randrange(4))
        )

    def leaf(self):
        choice = self.random.randrange(8)
        if choice == 0:
            return self.random.choice([None, True, False])
        if choice == 1:
            return self.random.choice([1, -1]) * self.random.getrandbits(
                self.random.choice([3, 31, 53, 63, 64, 65, 90])
            )
        if choice == 2:
            return self.random.choice(SPECIAL)
        if choice == 3:
            return self.text()
        if choice == 4 and self.settings["complex"] != "error":
            return complex(self.random.choice(SPECIAL), self.random.choice(SPECIAL))
        if choice == 5 and self.settings["bytes"] == "base64":
            return self.random.choice([bytes, bytearray])(self.random.randbytes(self.random.randrange(5)))
        return self.scalar()

    def scalar(self):
        dtype = self.dtype(depth=2)
        if dtype.kind == "O":
            return None
        return self.fill(dtype, (1,))[0]

    def key(self):
        return self.random.choice(
            [
                self.text,
                lambda: self.random.randrange(100),
                lambda: 2**64 + self.random.randrange(100),
                lambda: np.int16(self.random.randrange(100)),
                lambda: np.str_(self.text()),
                lambda: None,
                lambda: np.bool_(True),
            ]
        )()

    def document(self, depth=0):
        choice = self.random.random()
        if depth > 3 or choice < 0.2:
            return self.leaf()
        if choice < 0.5:
            return self.array()
        if choice < 0.55:
            return [self.scalar() for _ in range(self.random.randrange(120))]
        if choice < 0.6:
            one = self.fill(np.dtype(self.random.choice(["f4", "f8", "i8", "?"])), (40, 3))
            return list(one)
        count = self.random.randrange(4)
        if choice < 0.8:
            return [self.document(depth + 1) for _ in range(count)]
        members, texts = {}, set()
        for _ in range(count):
            key = self.key()
            if Oracle().key(key) not in texts:
                texts.add(Oracle().key(key))
                members[key] = self.document(depth + 1)
        return members


class Subclass(np.ndarray):
    """Nothing of its own."""


def finite(value):
    """Tell whether there is no NaN and no infinity in a document, masked ones aside."""
    if isinstance(value, dict):
        return all(map(finite, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(finite, value))
    if isinstance(value, (np.ndarray, np.void)):
        if value.dtype.names is not None:
            return all(finite(np.asarray(value[name])) for name in value.dtype.names)
        if value.dtype == object:
            hidden = np.ma.getmaskarray(value)
            return all(
                finite(item) for item, masked in zip(np.ma.getdata(value).flat, hidden.flat, strict=True) if not masked
            )
        return value.dtype.kind not in "fc" or bool(
            np.isfinite(value.compressed() if np.ma.isMA(value) else np.asarray(value)).all()
        )
    return not isinstance(value, (float, complex, np.inexact)) or bool(np.isfinite(value))


def trial(seed):
    documents = Documents(seed)
    document = documents.document()
    option = 0
    for flag in documents.random.sample(FLAGS, documents.random.choice([0, 0, 1, 2, 4])):
        option |= flag
    default = documents.random.choice([None, repr])
    settings, nan = documents.settings, documents.settings["nan"]
    try:
        text = encoded(document, default=default, option=option, **settings)
    except ValueError:
        assert nan == "error", "refused"
        assert not finite(document), "refused without a NaN"
    else:
        assert nan != "error" or finite(document), "NaN went through"
        Oracle(option, **settings | {"nan": "null" if nan == "error" else nan}).check(read(text), document)


def encoded(document, default, option, **settings):
    """Encode with the extension module, if it is there, and with Python alone: the same bytes."""
    encode = fastnpjson.Encoder(default=default, option=option, **settings).encode
    try:
        expected = in_python().Encoder(default=default, option=option, **settings).encode(document)
    except ValueError as error:
        with pytest.raises(type(error), match=f"^{re.escape(str(error))}$"):
            encode(document)
        raise
    assert encode(document) == expected
    assert survey.survey(document) == survey.survey_in_python(document)
    if settings == DEFAULTS:
        assert fastnpjson.dumps(document, default, option) == expected
        if default is None and not option:
            assert fastnpjson.dumps(document) == expected
    return expected


def batch(start, stop):
    """Try the seeds, and print those that fail."""
    warnings.simplefilter("error")
    for seed in range(start, stop):
        print(seed, flush=False, end="\r")
        try:
            trial(seed)
        except Exception:
            print(f"finding: --seed {seed}\n{traceback.format_exc()}", flush=True)


def campaign(minutes, start):
    """Run batches until the time is up; return the number of documents and of findings."""
    deadline, seed, findings = time.monotonic() + minutes * 60, start, 0
    environment = os.environ | {"PYTHONFAULTHANDLER": "1"}
    while time.monotonic() < deadline:
        command = [sys.executable, __file__, "--from", str(seed), "--to", str(seed + BATCH)]
        result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        found = result.stdout.count("finding:") + (result.returncode != 0)
        if found:
            last = result.stdout.rpartition("\r")[0].rpartition("\r")[2]
            print(f"{result.stdout[-5000:]}\nexit code {result.returncode}, last seed {last}\n{result.stderr[-5000:]}")
        findings += found
        seed += BATCH
    return seed - start, findings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument(
        "--start", type=int, default=int(datetime.datetime.now(datetime.timezone.utc).timestamp()) * 1000
    )
    parser.add_argument("--seed", type=int)
    parser.add_argument("--from", dest="first", type=int)
    parser.add_argument("--to", dest="last", type=int)
    arguments = parser.parse_args()
    if arguments.seed is not None:
        trial(arguments.seed)
    elif arguments.first is not None:
        batch(arguments.first, arguments.last)
    else:
        count, findings = campaign(arguments.minutes, arguments.start)
        print(f"{count} documents from seed {arguments.start}, {findings} findings")
        sys.exit(bool(findings))


if __name__ == "__main__":
    main()
