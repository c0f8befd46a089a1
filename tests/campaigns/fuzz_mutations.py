"""Mutations of realistic documents against orjson, json and NumPy: ``tests/campaigns/fuzz_mutations.py --minutes 1``.

`loads` returns and raises what orjson does. With arrays it returns what json and NumPy make of each list, and raises
what it does without the extension. `compat.loads` is as json. A finding is printed with its seed, and
``--seed SEED`` runs that document alone.
"""

import argparse
import json
import random
import sys
import time
import traceback

import orjson
from oracle_of_loads import expected, same
from versions import in_python

from fastnpjson import compat, loads

TWIN = in_python().loads
PATHS = (
    {"$.data[*].embedding": "f4"},
    {"$[*]": "f8"},
    {"$.a": "i8", "$.b": "i8", "$['a']": "i8"},
    {"$.rows[*][1]": "u1", "$.when": "M8[ms]"},
)
TOKENS = [
    *(
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        " ",
        "\n",
        "\t",
        "\r",
        "-",
        "+",
        ".",
        "e",
        "E",
        "0",
        "00",
        '"',
        "\\",
        "\\u",
        "\\ud800",
        "null",
    ),
    *(
        "true",
        "false",
        "NaN",
        "1e400",
        "-0",
        "5e-324",
        "0.1",
        "18446744073709551616",
        "-9223372036854775809",
        "1.0000001788139343",
    ),
    *("[1]", "[[1],[2]]", '{"a":[1,2]}', "\x00", "\x7f", "é", "\ufeff", "\u2028", "😀"),
]


class Documents:
    """Makes the text of a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def number(self):
        chance = self.random
        kind = chance.randrange(7)
        if kind == 0:
            return str(chance.randrange(-10, 1000))
        if kind == 1:
            return str(chance.getrandbits(chance.choice((31, 53, 63, 64, 65))) * chance.choice((1, -1)))
        if kind == 2:
            return repr(chance.uniform(-1, 1))
        if kind == 3:
            return f"{chance.random():.{chance.randrange(40)}f}"
        if kind == 4:
            return f"{chance.randrange(10**6)}e{chance.randrange(-340, 310)}"
        return "null" if kind == 5 else repr(chance.gauss(0, 1))

    def numbers(self, shape):
        if not shape:
            return self.number()
        return "[" + ",".join(self.numbers(shape[1:]) for _ in range(shape[0])) + "]"

    def shape(self):
        return [self.random.choice((0, 1, 1, 2, 3, 8)) for _ in range(self.random.choice((1, 1, 1, 2, 2, 3)))]

    def response(self):
        rows = (
            f'{{"index":{row},"embedding":{self.numbers(self.shape())}}}' for row in range(self.random.randrange(4))
        )
        return f'{{"object":"list","data":[{",".join(rows)}],"usage":{{"tokens":[{self.number()}]}}}}'

    def frame(self):
        x = self.numbers(self.shape())
        return f'{{"rows":[["x",{x}],["y",[true,false]]],"when":["2020-01-02T03:04:05.678",null]}}'

    def nested(self):
        depth = self.random.choice((2, 5, 31, 32, 33, 64, 300, 1030))
        return "[" * depth + self.numbers([2]) + ',"x"' * self.random.randrange(2) + "]" * depth

    def pairs(self):
        deep = "[" * 33 + str(self.random.randrange(2)) + "]" * 33
        a, b = (self.random.choice((self.numbers(self.shape()), deep)) for _ in range(2))
        again = f',"\\u0061":{self.numbers([1])}' * self.random.randrange(2)
        return f'{{"a":{a},"b":{b}{again}}}'

    def mutated(self, text):
        chance = self.random
        for _ in range(chance.choice((0, 1, 1, 2, 5))):
            start = chance.randrange(len(text) + 1)
            stop = min(len(text), start + chance.choice((0, 0, 1, 1, 2, 9)))
            text = text[:start] + chance.choice(("", *TOKENS)) + text[stop:]
        return text

    def data(self):
        text = self.random.choice(
            (self.response, self.frame, self.nested, self.pairs, lambda: self.numbers(self.shape()))
        )()
        text = self.mutated(text)
        if self.random.random() < 0.3:
            return text
        data = bytearray(text.encode("utf-8", "surrogatepass"))
        if data and self.random.random() < 0.2:
            data[self.random.randrange(len(data))] = self.random.randrange(256)
        return bytes(data)


def outcome(function, *args, **kwargs):
    """What a function returns, or what its error says."""
    try:
        return "returned", function(*args, **kwargs)
    except (RecursionError, ValueError) as error:  # json takes fewer levels than orjson on older Pythons
        return type(error).__name__, str(error)


LENIENT = {"allow_nan": True, "exact_integers": True}


def without_advice(result):
    """Of an error at a word that is not JSON, only the place."""
    kind, value = result
    return (kind, value.rpartition(": ")[2]) if kind == "JSONDecodeError" and "char " in value else result


def trial(seed):
    data = Documents(seed).data()
    plain = outcome(orjson.loads, data)
    assert same(without_advice(outcome(loads, data)), without_advice(plain))
    ours = outcome(loads, data, arrays=True)
    assert same(ours, outcome(TWIN, data, arrays=True)), "arrays=True"
    assert (ours[0] == "returned") == (plain[0] == "returned")
    if ours[0] == "returned":
        oracle = outcome(expected, data)
        assert oracle[0] == "RecursionError" or same(ours, oracle), "oracle"
    else:
        assert without_advice(ours) == without_advice(plain)
    for paths in PATHS:
        assert same(outcome(loads, data, arrays=paths), outcome(TWIN, data, arrays=paths)), paths
        both = [outcome(read, data, arrays=paths, **LENIENT) for read in (loads, TWIN)]
        assert same(*both), (paths, LENIENT)
    lenient, theirs = outcome(loads, data, **LENIENT), outcome(json.loads, data)
    assert lenient[0] == "returned" or plain[0] != "returned", "lenient"
    assert lenient[0] != "returned" or theirs[0] == "RecursionError" or same(lenient, theirs), "lenient"
    assert same(outcome(compat.loads, data), outcome(json.loads, data)), "compat"


def batch(start, stop):
    """Try the seeds, print those that fail, and return how many."""
    return sum(map(found, range(start, stop)))


def found(seed):
    try:
        trial(seed)
    except Exception:
        print(f"finding: --seed {seed}\n{traceback.format_exc()}", flush=True)
        return True
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--start", type=int, default=int(time.time()) * 1000)
    parser.add_argument("--seed", type=int)
    arguments = parser.parse_args()
    if arguments.seed is not None:
        trial(arguments.seed)
        return
    end, seed, findings = time.monotonic() + 60 * arguments.minutes, arguments.start, 0
    while time.monotonic() < end:
        findings += batch(seed, seed + 500)
        seed += 500
    print(f"{seed - arguments.start} documents from seed {arguments.start}, {findings} findings")
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
