"""Encoding: every case, every contender."""

from functools import partial

from bench.cases import SECTIONS, document
from bench.checks import check_text
from bench.libraries import LIBRARIES

CASES = SECTIONS


def test_dumps(case, library, turn, contest, largest):
    obj = document(case, largest)
    contest.time(contest.function(), obj, partial(check_text, obj))
