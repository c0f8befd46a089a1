"""A long campaign against `loads`, `roundtrip.loads` and `load_lines`: ``tox -e fuzz-loads -- -max_total_time=600``.

Whatever the data are, `roundtrip.loads` returns something that can be looked at, or raises `ValueError`, with no more
memory than the size of the data allows; and what it returns, `dumps` brings back. `loads` with arrays returns and
raises the same with the extension as without. `load_lines` yields what each line
is by itself, and names the first that is not JSON, in a binary file as in a text file.
"""

import contextlib
import io
import json
import random
import sys
import warnings

import atheris

with atheris.instrument_imports(include=["fastnpjson"]):
    from fastnpjson import load_lines, loads, roundtrip

import numpy as np
import orjson
from oracle_of_loads import same
from tags import CASES, HOSTILE, LIKE_TAGS, bits
from versions import in_python

SEEDS = [json.dumps(document).encode() for document in [*HOSTILE.values(), *LIKE_TAGS]]
SEEDS += [roundtrip.dumps(value, compact=compact) for value in CASES.values() for compact in (False, True)]
SEEDS += [seed.replace(b",", b",\n", 1) + b"\n \r\n" + seed for seed in SEEDS]
SEEDS = [seed for seed in SEEDS if len(seed) < 4000]
WORDS = rb"""
    0 -1 1e400 9223372036854775808 18446744073709551616 null true [] {} "" "NaN" "AA==" [ ] } , :
    0.5 -0 [1,2] [[1],[2]] [true] [null,1e-7]
    "|V0" "<U9" "|O" "|b1" "<M8[7D]" "<m8" ">f2" "<c8" "<f16" "b64:" "b64.gz:"
    [["a","<i4"]] [["a","|S2",[2]]] {"StringDType":{}} {"__complex__":[1,"NaN"]} {"__bytes_utf8__":"a"}
    "__ndarray__" "__numpy__" "__maskedarray__" "dtype" "shape" "Corder" "endian" "mask" "fill_value"
    "@module":"numpy","@class":"array" "data" "bdata" "datatype"
"""
TOKENS = [*WORDS.split(), b"\n", b"\r\n", b"\x0c", "\u2028".encode()]
LIMIT = 2**22
TWIN = in_python().loads


def mutate(data, max_size, seed):
    """Splice tokens of tags and pieces of other seeds in, which bytes alone would hardly ever become."""
    chance = random.Random(seed)
    if not data or chance.random() < 0.1:
        data = chance.choice(SEEDS)
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(data) + 1)
        stop = min(len(data), start + chance.choice((0, 0, 1, 2, 5, 12)))
        other = chance.choice(SEEDS)
        cut = chance.randrange(len(other))
        data = data[:start] + chance.choice((*TOKENS, other[cut : cut + chance.randint(1, 30)])) + data[stop:]
    return data[:max_size] if chance.random() < 0.7 else atheris.Mutate(data, max_size)


def arrays(document):
    if isinstance(document, (dict, list)):
        for value in document.values() if isinstance(document, dict) else document:
            yield from arrays(value)
    elif isinstance(document, (np.ndarray, np.generic)):
        yield document


def check(data):
    check_arrays(data)
    check_lines(data)
    check_tags(data)


def outcome(function, data, arrays, **settings):
    try:
        return function(data, arrays=arrays, **settings)
    except ValueError as error:
        return type(error), str(error)


def check_arrays(data):
    for arrays in (True, {"$[*]": "f4"}, {"$.data": "f4", "$.shape": "i4", "$[*].mask": "?", "$[*][0]": "f2"}):
        for settings in ({}, {"allow_nan": True}, {"exact_integers": True}):
            both = [outcome(read, data, arrays, **settings) for read in (loads, TWIN)]
            assert same(*both), (arrays, settings)


def check_lines(data):
    if b"\0" in data[:4] or data[:1] in {b"\xef", b"\xfe", b"\xff"}:
        return  # it may begin as UTF-16 does, or with a byte order mark
    expected, wrong = [], None
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip(b" \t\r"):
            try:
                expected.append(orjson.loads(line))
            except orjson.JSONDecodeError:
                wrong = number
                break
    files = [io.BytesIO(data)]
    with contextlib.suppress(UnicodeDecodeError):
        files.append(io.StringIO(data.decode()))
    for file in files:
        found, refused = [], None
        try:
            found.extend(load_lines(file))
        except orjson.JSONDecodeError as error:
            refused = error.lineno
        assert (repr(found), refused) == (repr(expected), wrong)


def check_tags(data):
    for untagged in (False, True):
        try:
            document = roundtrip.loads(data, untagged=untagged, limit=LIMIT)
        except ValueError:
            continue
        found = list(arrays(document))
        assert sum(array.nbytes for array in found) <= 2 * LIMIT
        for array in found:
            assert array.dtype.kind == "T" or not array.dtype.hasobject
            with contextlib.suppress(OverflowError):  # NumPy does not print the times at the end of all
                repr(array)
            for compact in (False, True):
                back = roundtrip.loads(roundtrip.dumps(array, compact=compact), limit=2**30)
                assert back.dtype == array.dtype
                assert back.shape == array.shape
                if not compact and array.dtype.char not in "gG":
                    # Longdouble has bytes that are no number, which NumPy writes as one, and others that are padding.
                    assert bits(back) == bits(array)
                elif compact and array.dtype.char not in "gGTV":
                    assert np.asarray(back).tobytes() == np.asarray(array).tobytes()


def main():
    warnings.simplefilter("ignore")
    for seed in SEEDS:
        check(seed)
    atheris.Setup(sys.argv, check, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
