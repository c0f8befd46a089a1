"""Random arrays, by the extension, by Python alone, and against the oracle.

``python tests/campaigns/fuzz_arrays.py --count 100000``; a finding is printed with its seed, and ``--seed SEED`` runs
that array alone.
"""

import argparse
import contextlib
import io
import sys
import time
import traceback
import warnings

import fuzz
import ml_dtypes
import numpy as np
import orjson
from oracle import Oracle, read
from versions import in_python

import fastnpjson

FLAGS = [
    orjson.OPT_INDENT_2,
    orjson.OPT_NAIVE_UTC,
    orjson.OPT_OMIT_MICROSECONDS,
    orjson.OPT_SORT_KEYS,
    orjson.OPT_STRICT_INTEGER,
    orjson.OPT_UTC_Z,
]
# What is on either side of a bound: of a unit, a calendar, 53 and 64 bits.
TICKS = [
    0,
    1,
    -1,
    999,
    1000,
    86399,
    86400,
    -86401,
    253402300799,
    253402300800,
    -62167219200,
    -62167219201,
    2**53,
    2**62,
]
BAD_CHARACTERS = [0xD800, 0xDFFF, 0x110000, 0xFFFFFFFF]
BAD_BYTES = [b"\xff", b"\xc3", b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf0\x8f\xbf\xbf", b"a\x80"]
CHARACTERS = [0x20, 0x41, 0x22, 0x5C, 0x0A, 0x1F, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF]


TWIN = in_python()
NUMPY_2 = np.lib.NumpyVersion(np.__version__) >= "2.0.0"


class Arrays(fuzz.Documents):
    """Makes the array of a seed."""

    overlaps = False

    def dtype(self, depth=0):
        kind = self.random.random()
        if not depth and kind < 0.05 and NUMPY_2:
            return np.dtypes.StringDType(**self.random.choice([{}, {"na_object": None}, {"na_object": np.nan}]))
        order = self.random.choice("<>")
        if kind < 0.3 or (depth and kind < 0.4):
            count = self.random.choice([1, 1, 1, 1, 2, 7, 25, 1000, 2001, 2**31 - 1])
            return np.dtype(f"{order}{self.random.choice('MMm')}8[{count}{self.random.choice(fuzz.UNITS)}]")
        if kind < 0.45:
            return np.dtype(f"{order}U{self.random.choice([1, 3, 8, 17])}" if depth or kind < 0.43 else "U0")
        if kind < 0.55:
            return np.dtype(f"S{self.random.choice([1, 3, 8, 17])}")
        if kind < 0.7 or depth > 2:
            return np.dtype(order + self.random.choice(fuzz.NUMBERS[:-1]))
        if kind < 0.75:
            return np.dtype(self.random.choice(["g", ml_dtypes.bfloat16, ml_dtypes.int4]))
        return self.record(depth)

    def record(self, depth):
        names = self.random.sample(["a", "b", "é", 'x "y"', "$", "0", ""], self.random.randint(0, 4))
        names = [name or "empty" for name in names]
        shapes = [(), (), (), (), (2,), (1, 2), (0,), (2, 0)]
        formats = [(self.dtype(depth + 1), self.random.choice(shapes)) for _ in names]
        if self.random.random() < 0.5:
            fields = {"names": names, "formats": formats, "titles": [f"title of {name}" for name in names]}
            return np.dtype(fields, align=self.random.random() < 0.5)
        offsets, end = [], 0
        for form in map(np.dtype, formats):
            self.overlaps |= self.random.random() < 0.05
            offsets.append(max(0, end - 3) if self.overlaps else end + self.random.choice([0, 1, 5]))
            end = max(end, offsets[-1] + form.itemsize)
        if self.random.random() < 0.5:
            return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": end + 3})
        return np.dtype(list(zip(names, *zip(*formats, strict=True), strict=True))) if names else np.dtype([])

    def fill(self, dtype, shape):
        if dtype.names is None and dtype.isbuiltin == 2:
            return self.numpy.integers(-8, 8, shape).astype(np.float32).astype(dtype)
        array = super().fill(dtype, shape)
        if hasattr(dtype, "na_object"):
            array[self.numpy.random(shape) < 0.2] = dtype.na_object
        if dtype.names is None and array.size and dtype.kind in "US":
            self.spoil(array)
        return array

    def ticks_or_floats(self, dtype, size):
        numbers = super().ticks_or_floats(dtype, size)
        if dtype.kind in "Mm" and size and self.random.random() < 0.3:
            ticks = self.random.choice(TICKS) + self.numpy.integers(-2, 3, size)
            per_tick = np.datetime_data(dtype)[1]
            return (
                (ticks // per_tick if self.random.random() < 0.5 else ticks).view(dtype.newbyteorder("=")).astype(dtype)
            )
        return numbers

    def spoil(self, array):
        """Put something into a string that is no Unicode, which is seldom."""
        if self.random.random() > 0.1 or not array.dtype.itemsize:
            return
        index = self.random.randrange(array.size)
        if array.dtype.kind == "S":
            array.reshape(-1)[index] = self.random.choice(BAD_BYTES)[: array.dtype.itemsize]
        else:
            points = np.zeros(array.dtype.itemsize // 4, array.dtype.byteorder.replace("=", "<") + "u4")
            points[0] = self.random.choice(BAD_CHARACTERS)
            array.reshape(-1)[index : index + 1] = points.view(array.dtype)

    def text(self):
        return "".join(chr(self.random.choice(CHARACTERS)) for _ in range(self.random.choice([0, 1, 2, 8, 9, 20])))

    def array(self):
        dims = self.random.choice([0, 1, 1, 1, 2, 2, 3])
        sizes = [0, 1, 2, 3, 5, 1, 2, 3, 5, 30] if dims > 1 else [0, 1, 2, 3, 5, 23, 24, 63, 64, 65, 300]
        shape = tuple(self.random.choice(sizes) for _ in range(dims))
        array = self.layout(self.fill(self.dtype(), shape))
        if array.dtype.kind in "Mm" and array.dtype.isnative and self.random.random() < 0.02:
            array = array.view(f"{array.dtype.kind}8[0s]")  # NumPy's own functions divide by the multiple
        if self.random.random() < 0.5:
            # There are records for which NumPy has no fill value.
            with contextlib.suppress(TypeError, ValueError, RuntimeWarning):
                return self.masked(array)
        return array

    def masked(self, array):
        mask = np.zeros(array.shape, np.ma.make_mask_descr(array.dtype))
        flags = self.numpy.random(mask.size * mask.dtype.itemsize) < self.random.choice([0, 0.4, 1])
        if mask.dtype.itemsize:
            mask = flags.view(mask.dtype).reshape(mask.shape)
        if array.dtype.names and self.random.random() < 0.3:
            # As indexing with names does, but for a fill value that it makes and that NumPy may die on.
            names = self.random.sample(array.dtype.names, self.random.randint(1, len(array.dtype.names)))
            masked = array[names].view(np.ma.MaskedArray)
            masked._mask = mask[names]
            return masked
        if self.random.random() < 0.03:  # as NumPy leaves it behind where a dtype that is set raises
            masked = np.ma.array(array)
            masked._mask = np.zeros(array.shape, self.random.choice(["?", [("a", "?")], [("b", "?", (9,))]]))
            return masked
        return np.ma.array(array, mask=mask)


class ArrayOracle(Oracle):
    """Knows the numbers of ml_dtypes, too, and that no text is not a NaN."""

    def check_masked(self, read_back, data, mask):
        if data.dtype.kind == "T":
            texts = [item if isinstance(item, str) else None for item in data.ravel().tolist()]
            data = np.fromiter(texts, object, data.size).reshape(data.shape)
        super().check_masked(read_back, data, mask)

    def check_leaf(self, read_back, value):
        if isinstance(value, (ml_dtypes.bfloat16, ml_dtypes.int4)):
            assert type(value)(float(read_back)) == value
        else:
            super().check_leaf(read_back, value)


def outcome(function, *arguments):
    """Return what a function returns, or the type and the message of what it raises."""
    try:
        return function(*arguments)
    except (SystemError, TypeError, ValueError) as error:
        return type(error), str(error)


def encode(library, document, settings):
    return library.Encoder(**settings).encode(document)


def lines(library, array, settings):
    file = io.BytesIO()
    library.dump_lines(array, file, **settings)
    return file.getvalue()


def both(function, *arguments):
    """Return the outcome of the extension, which is that of Python."""
    written, twin = outcome(function, fastnpjson, *arguments), outcome(function, TWIN, *arguments)
    assert written == twin, (written, twin)
    return written


def trial(seed):
    arrays = Arrays(seed)
    array = arrays.array()
    option = 0
    for flag in arrays.random.sample(FLAGS, arrays.random.choice([0, 0, 0, 1, 3])):
        option |= flag
    settings = arrays.settings | {"option": option}
    document = {"a": array} if arrays.random.random() < 0.3 else array
    text = both(encode, document, settings)
    if isinstance(text, bytes) and settings["decimals"] in {None, 2} and not arrays.overlaps:
        # NumPy raises it for characters that Unicode does not have, below a mask.
        with contextlib.suppress(SystemError):
            ArrayOracle(**settings).check(read(text), document)
    if seed % 3 == 0 and array.ndim:
        both(lines, array, {**settings, "option": option & ~orjson.OPT_INDENT_2})


def found(seed):
    """Try a seed, and print what fails."""
    try:
        trial(seed)
    except Exception:
        print(f"finding: --seed {seed}\n{traceback.format_exc()}", flush=True)
        return True
    return False


def campaign(start, count):
    """Try so many seeds; return the number of findings."""
    warnings.simplefilter("error")
    return sum(map(found, range(start, start + count)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--start", type=int, default=int(time.time()) * 1000)
    parser.add_argument("--seed", type=int)
    arguments = parser.parse_args()
    if arguments.seed is not None:
        trial(arguments.seed)
        return
    findings = campaign(arguments.start, arguments.count)
    print(f"{arguments.count} arrays from seed {arguments.start}, {findings} findings")
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
