"""Nothing ends the process: each input that kills orjson, or could, in a process of its own."""

import subprocess
import sys

import pytest

SCRIPT = """
import numpy as np
import fastnpjson
document = {document}
for encode in (fastnpjson.dumps, lambda d: fastnpjson.dumps(d, None, 16), fastnpjson.Encoder(allow_nan=False).encode):
    try:
        print(encode(document).decode())
    except TypeError as error:
        print("error:", error)
"""
LETHAL = {
    "multiple": ("np.array([3], 'i8').view('M8[10s]')", '["1970-01-01T00:00:30"]'),
    "multiple-of-days": ("[np.datetime64(1, '7D')]", '["1970-01-08T00:00:00"]'),
    "multiple-empty": ("{'a': np.zeros(0, 'M8[7D]')}", '{"a":[]}'),
    "multiple-crowd": ("[np.datetime64(1, '7D')] * 100", '["1970-01-08T00:00:00"'),
    "multiple-key": ("{np.datetime64(1, '7D'): 1}", '{"1970-01-08T00:00:00":1}'),
    "december": ("np.array(['1969-12'], 'M8[M]')", '["1969-12-01T00:00:00"]'),
    "december-scalar": ("np.datetime64('1900-12')", '"1900-12-01T00:00:00"'),
    "nat-ns": ("np.array(['NaT'], 'M8[ns]')", "[null]"),
    "nat-days": ("[np.datetime64('NaT', 'D')]", "[null]"),
    "nat-generic": ("np.array(['NaT'], 'M8')", "[null]"),
    "picoseconds": ("np.array([0], 'i8').view('M8[ps]')", '["1970-01-01T00:00:00"]'),
    "year-10000": ("np.array(['10000-01-01'], 'M8[D]')", '["+10000-01-01T00:00:00"]'),
    "smallest-year": ("np.array([-2**63 + 1], 'i8').view('M8[Y]')", '["-9223372036854773837-01-01T00:00:00"]'),
    "longdouble": ("np.array([1], 'g')", "[1.0]"),
    "dimensions": ("np.zeros((1,) * 32)", "[" * 32 + "0.0" + "]" * 32),
    "deep": ("__import__('functools').reduce(lambda a, _: [a], range(100000), [])", "error: $[0]"),
    "cycle": ("(lambda a: a.append(a) or a)([])", "error: $[0]"),
    "array-in-itself": ("(lambda a: a.fill(a) or a)(np.zeros(1, object))", "error: $[0]"),
    "huge-int": ("[10**6000]", "error: $[0]"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("document", "start"), [pytest.param(*case, id=word) for word, case in LETHAL.items()])
def test_lives(document, start):
    script = SCRIPT.format(document=document)
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(start) for line in lines), lines
