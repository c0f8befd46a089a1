"""Encoding: every case, every contender."""

from functools import partial

from bench import libraries
from bench.cases import SECTIONS, document
from bench.checks import check_text

CASES = SECTIONS
LIBRARIES = libraries.LIBRARIES


def test_dumps(case, contest, largest):
    obj = document(case, largest)
    contest.time(contest.function(), obj, partial(check_text, obj))
