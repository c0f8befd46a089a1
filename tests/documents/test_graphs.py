"""Documents whose parts are shared, or part of themselves: no walk sees a container for each path to it."""

import json

import numpy as np
import orjson
import pytest
from timing import check_takes_at_most

import fastnpjson
from fastnpjson import _graph
from fastnpjson._documents import survey, two_pass


class Odd:
    """Without JSON."""


def graph(leaf, kind=list, levels=40):
    """With 2**levels paths to a leaf."""
    document = [leaf]
    for _ in range(levels):
        document = {"a": document, "b": document} if kind is dict else kind([document, document])
    return document


def circle():
    document = []
    document += [document, document]
    return document


def decline(obj):
    raise TypeError("declined")


def replying(package, document):
    """Encode a document that a default returns."""

    def reply(obj):
        return document if type(obj) is frozenset else decline(obj)

    return [
        lambda: package.dumps([frozenset()], reply),
        lambda: package.Encoder(nan="string", default=reply).encode([frozenset()]),
        lambda: package.compat.dumps([frozenset()], default=reply),
    ]


def encoders(package, document):
    for encode in (
        package.dumps,
        package.Encoder(nan="string").encode,
        package.Encoder(nan="error").encode,
        lambda obj: list(package.Encoder().iterencode(obj)),
        lambda obj: package.dumps(obj, decline),
        package.compat.dumps,
        lambda obj: package.compat.dumps(obj, sort_keys=True),
        package.roundtrip.dumps,
    ):
        yield lambda encode=encode: encode(document)
    yield from replying(package, document)


LEAVES = {
    "unknown": Odd(),
    "complex": 1j,
    "key": {Odd(): 1},
    "behind-nan": [float("nan"), Odd()],
    "behind-big": [2**70, Odd()],
    "behind-key": [{np.int8(1): 2}, Odd()],
}


@pytest.mark.slow
@pytest.mark.parametrize("leaf", LEAVES.values(), ids=LEAVES)
def test_error_in_a_graph_of_2_to_the_40_paths(package, leaf):
    for encode in encoders(package, [graph(leaf), graph(leaf, dict)]):
        with pytest.raises((TypeError, ValueError)):
            encode()


@pytest.mark.parametrize("leaf", [None, float("nan"), {1: 2}, np.zeros(2)], ids=["nothing", "nan", "key", "array"])
def test_circle_with_two_references(package, leaf):
    document = circle()
    document.append(leaf)
    for encode in encoders(package, document):
        with pytest.raises((TypeError, ValueError)):
            encode()


@pytest.mark.parametrize("kind", [list, dict, tuple])
def test_survey_sees_each_container_once(kind):
    document = [graph({1: float("nan")}, kind), 2**64]
    for walk in (survey.survey, survey.survey_in_python):
        assert walk(document) == survey.Kind.NONFINITE | survey.Kind.KEY | survey.Kind.BIG_INTEGER
        assert not walk(circle()) & ~survey.Kind.OTHER


def test_survey_of_many_containers():
    document = [[[number], {"a": (number,)}] for number in range(2 * _graph.MANY)]
    document[-1][1]["a"] = (0.5, float("inf"))
    for walk in (survey.survey, survey.survey_in_python):
        assert walk(document) == survey.Kind.NONFINITE
        assert walk(document[:-1]) == 0


@pytest.mark.parametrize("leaf", [{1: float("nan")}, [2**64, float("inf")], {np.int8(1): 2}], ids=["nan", "big", "key"])
def test_text_of_a_graph_is_that_of_a_tree(leaf):
    encode = fastnpjson.Encoder(nan="string").encode
    text = encode([leaf])
    for _ in range(17):
        text = b"[" + text + b"," + text + b"]"
    assert encode(graph(leaf, levels=17)) == text


@pytest.mark.parametrize("most", [1, 3, 100])
def test_objects_are_asked_about_in_order_and_once(most, monkeypatch):
    collect, asked = two_pass.collect, []
    monkeypatch.setattr(two_pass, "MOST_FOUND", most)
    monkeypatch.setattr(two_pass, "collect", lambda *args: collect(*args[:3], *(args[3:] or [most])))
    objects = [Odd() for _ in range(50)]

    def default(obj):
        asked.append(obj)
        return len(asked)

    assert orjson.loads(fastnpjson.Encoder(nan="string", default=default).encode(objects)) == list(range(1, 51))
    assert asked == objects


def test_default_that_returns_a_list_again_behind_many_containers(package):
    shared = []

    def default(obj):
        if type(obj) is set:
            return [[]] * _graph.MANY
        shared.append(2**70)
        return shared

    document = [set(), *[Odd() for _ in range(3)]]
    expected = [[2**70] * 1, [2**70] * 2, [2**70] * 3]
    assert json.loads(package.Encoder(nan="string", default=default).encode(document))[1:] == expected
    shared.clear()
    assert json.loads(package.compat.dumps(document, default=default))[1:] == expected


def test_walks_take_no_longer_than_a_few_times_what_orjson_takes():
    document = graph({"a": 1.5}, levels=16)
    check_takes_at_most(10, lambda: survey.survey(document), lambda: orjson.dumps(document), floor=0.01)
