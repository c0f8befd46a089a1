"""`fastnpjson.compat` against `json` with the usual encoder, and against fastnpjson itself."""

import json
from functools import partial

from bench.cases import DOCUMENTS, Case, document, table
from bench.checks import check_text, check_value
from bench.libraries import BASELINE, Library, NumpyEncoder

CASES = {
    "As the json module": [
        Case("table", "an array in 100 columns", table, 10**5),
        Case("list of floats", "Python's own", lambda n: table(n).reshape(-1).tolist(), 10**5),
        *(case for case in DOCUMENTS if case.name in {"ML response", "no NumPy at all"}),
    ]
}
LIBRARIES = [
    Library("fastnpjson", "fastnpjson", lambda m: m.dumps_str, lambda m: m.loads),
    Library("fastnpjson.compat", "fastnpjson.compat", lambda m: m.dumps, lambda m: m.loads),
    Library(BASELINE, "json", lambda m: partial(m.dumps, cls=NumpyEncoder), lambda m: m.loads),
]


def test_dumps(case, contest, largest):
    obj = document(case, largest)
    contest.time(contest.function(), obj, partial(check_text, obj))


def test_loads(case, contest, largest):
    text = json.dumps(document(case, largest), cls=NumpyEncoder)
    contest.time(contest.function("loads"), text, partial(check_value, json.loads(text)))
