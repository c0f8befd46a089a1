"""The checks themselves: each way to be wrong is told apart, and a contender may take its process with it."""

import os
import signal
from functools import partial

import numpy as np
import orjson
import pytest

import fastnpjson
from bench.cases import DTYPES, SECTIONS, document
from bench.checks import Flaw, check_text, check_value, verdict

NAN = np.array([0.5, np.nan])
DATES = np.array(["2024-02-29", "NaT"], "M8[D]")
MASKED = np.ma.array([1, 2], mask=[False, True])
RECORDS = np.array([(1, "a")], [("id", "i8"), ("name", "U1")])
TENTH = np.array([0.1, 0.2])


@pytest.mark.parametrize(
    ("obj", "text"),
    [
        pytest.param(NAN, "[0.5, null]", id="nan"),
        pytest.param(DATES, '["2024-02-29T00:00:00", null]', id="nat"),
        pytest.param(MASKED, "[1, null]", id="masked"),
        pytest.param(RECORDS, '[{"id": 1, "name": "a"}]', id="records"),
        pytest.param(TENTH.astype("f4"), "[0.10000000149011612, 0.2]", id="float32-as-float64"),
        pytest.param({"x": np.float32(0.1), "y": [True]}, b'{"x": 0.1, "y": [true]}', id="document"),
    ],
)
def test_right(obj, text):
    check_text(obj, text)


@pytest.mark.parametrize(
    ("obj", "text", "kind", "note"),
    [
        pytest.param(NAN, "[0.5, NaN]", "invalid", "NaN is not JSON", id="nan-token"),
        pytest.param(NAN, "[0.5, 0.0]", "wrong", r"\$\[1\]: nan became 0.0", id="nan-replaced"),
        pytest.param(NAN, "[null, null]", "wrong", r"\$\[0\]: 0.5 became None", id="null-instead"),
        pytest.param(NAN, "[0.5, null", "invalid", "unexpected", id="cut"),
        pytest.param(DATES, '["2024-02-29", "1970-01-01"]', "wrong", "NaT became '1970-01-01'", id="nat-forged"),
        pytest.param(DATES, "[1709164800000, null]", "wrong", "became 1709164800000", id="epoch"),
        pytest.param(DATES, '["2024-02-28", null]', "wrong", "2024-02-29 became", id="another-day"),
        pytest.param(MASKED, "[1, 2]", "wrong", "a masked element became 2", id="mask-lost"),
        pytest.param(RECORDS, '[[1, "a"]]', "wrong", "field names are lost", id="field-names-lost"),
        pytest.param(RECORDS, '[{"id": 1, "name": "b"}]', "wrong", "a became 'b'", id="field"),
        pytest.param(TENTH, "[0.1, 0.20001]", "wrong", "0.2 became", id="value"),
        pytest.param(TENTH, "[0.1, 0.20000000001]", "lossy", "50% of the numbers", id="digits-lost"),
        pytest.param(TENTH, '[0.1, "0.2"]', "wrong", "became '0.2'", id="string"),
        pytest.param(TENTH, "[[0.1, 0.2]]", "wrong", "shape", id="shape"),
        pytest.param(np.array([1]), "[1.0]", "wrong", "1 became 1.0", id="float-for-integer"),
        pytest.param(np.array([True]), "[1]", "wrong", "True became 1", id="integer-for-bool"),
        pytest.param([{"a": TENTH}, NAN], '[{"a": [0.1, 0.20000000001]}, [1, null]]', "wrong", r"\$\[1\]", id="worst"),
        pytest.param({"a": 1}, '{"b": 1}', "wrong", "members", id="members"),
        pytest.param({"a": "x"}, '{"a": "y"}', "wrong", r"\$.a: 'x' became 'y'", id="plain"),
    ],
)
def test_flaw(obj, text, kind, note):
    with pytest.raises(Flaw, match=note) as caught:
        check_text(obj, text)
    assert caught.value.args[0] == kind


def test_decoded_value_has_to_be_that_of_json():
    check_value([1.5, None], [1.5, None])
    with pytest.raises(Flaw):
        check_value([1], [1.0])


@pytest.mark.parametrize(
    ("function", "kind", "note"),
    [
        pytest.param(fastnpjson.dumps, "right", "", id="right"),
        pytest.param(lambda _: "[NaN]", "invalid", "NaN is not JSON", id="invalid"),
        pytest.param(orjson.dumps, "refuses", "TypeError: Type is not JSON serializable: numpy.ndarray", id="refuses"),
        pytest.param(lambda _: os.kill(os.getpid(), signal.SIGILL), "dies", "killed by SIGILL", id="dies"),
        pytest.param(lambda _: os._exit(3), "dies", "exits with 3", id="exits"),
    ],
)
def test_verdict(function, kind, note):
    seen = verdict(function, TENTH, partial(check_text, TENTH))
    assert (seen.kind, seen.note) == (kind, note)
    assert seen.timed == (kind not in {"refuses", "dies"})


def test_documents_are_seeded():
    for case in DTYPES:
        assert np.array_equal(case.make(100), case.make(100)), case.name


def test_names_are_unique():
    names = [case.name for cases in SECTIONS.values() for case in cases]
    assert len(set(names)) == len(names)
    assert document(DTYPES[0], 10).size == 10
