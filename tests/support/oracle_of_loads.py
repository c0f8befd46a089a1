"""What `loads` must return, by json and NumPy alone, one list at a time."""

import itertools
import json

import numpy as np
import orjson


def leaves_of(lists):
    return itertools.chain.from_iterable(map(leaves_of, lists)) if isinstance(lists, list) else [lists]


def is_rectangular(lists):
    """Also for more dimensions than NumPy has."""
    members = [isinstance(member, list) for member in lists]
    if not any(members):
        return bool(lists)
    if not all(members) or len(set(map(len, lists))) != 1:
        return False
    # No all() or map() here and in same(): Python 3.12 allows less than 1024 calls from C within each other.
    for member in lists:
        if not is_rectangular(member):
            return False
    return len({np.shape(np.array(member, object)) for member in lists}) == 1


def holds(dtype, integers):
    return np.iinfo(dtype).min <= min(integers) and max(integers) <= np.iinfo(dtype).max


def array_of(lists):
    """The array of a list that is one; `None` for another."""
    if not lists or not is_rectangular(lists):
        return None
    leaves = list(leaves_of(lists))
    kinds = set(map(type, leaves))
    if kinds == {bool}:
        return np.array(lists, bool)
    if kinds == {int}:
        # Left alone, NumPy makes objects of more than 64 bits, and floats where int64 and uint64 meet.
        arrays = [np.array(lists, object).astype(dtype) for dtype in (np.int64, np.uint64) if holds(dtype, leaves)]
        return arrays[0] if arrays else None
    if float in kinds and kinds <= {int, float, type(None)}:
        return np.array(lists, float)
    return None


def depth_of(lists):
    depth = 0
    while isinstance(lists, list) and lists:
        depth, lists = depth + 1, lists[0]
    return depth


def expected(text):
    """What `loads(text, arrays=True)` must return."""

    def walk(ours, theirs):
        if isinstance(ours, dict):
            return {key: walk(ours[key], theirs[key]) for key in ours}
        if isinstance(ours, list):
            array = array_of(ours) if depth_of(ours) <= 32 else None
            return [walk(*pair) for pair in zip(ours, theirs, strict=True)] if array is None else array
        return theirs

    theirs = orjson.loads(text)
    return walk(json.loads(text), theirs)


def same(one, other):
    """Tell whether two documents are the same, arrays with dtype and every bit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and same(list(one.values()), list(other.values()))
    if isinstance(one, list):
        if len(one) != len(other):
            return False
        for pair in zip(one, other, strict=True):  # noqa: SIM110, as in is_rectangular
            if not same(*pair):
                return False
        return True
    if isinstance(one, np.ndarray):
        return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    return repr(one) == repr(other)
