"""Keywords that people type: each is an error that says what works."""

import pytest

import fastnpjson
from fastnpjson import compat

WAYS = {
    "indent": (2, "pass option=OPT_INDENT_2"),
    "sort_keys": (True, "pass option=OPT_SORT_KEYS"),
    **{
        name: (value, "fastnpjson.compat takes it")
        for name, value in {
            "ensure_ascii": False,
            "separators": (",", ":"),
            "skipkeys": True,
            "check_circular": False,
            "cls": None,
        }.items()
    },
}
OF_ENCODER = {
    "nan": "string",
    "decimals": 2,
    "decimals_of": "all",
    "frames": "records",
    "complex": "pair",
    "bytes": "base64",
}


@pytest.mark.parametrize(("keyword", "value", "way"), [(keyword, *way) for keyword, way in WAYS.items()])
def test_keywords_of_json(keyword, value, way, tmp_path):
    document = {"b": [1.5, "\xe9"], "a": 2}
    for write in (fastnpjson.dumps, fastnpjson.dumps_str):
        with pytest.raises(
            TypeError, match=rf"^{write.__name__}\(\) got an unexpected keyword argument '{keyword}'; {way}$"
        ):
            write(document, **{keyword: value})
    message = f"^'{keyword}' is not a setting of Encoder; {way}$"
    with pytest.raises(TypeError, match=message):
        fastnpjson.Encoder(**{keyword: value})
    with pytest.raises(TypeError, match=message):
        fastnpjson.dump(document, tmp_path / "a.json", **{keyword: value})
    with pytest.raises(TypeError, match=message):
        fastnpjson.dump_lines([document], tmp_path / "a.jsonl", **{keyword: value})
    assert not [*tmp_path.iterdir()]
    # The ways out.
    assert fastnpjson.loads(compat.dumps(document, **{keyword: value})) == document
    flag = getattr(fastnpjson, f"OPT_{keyword.upper()}", fastnpjson.OPT_INDENT_2)
    assert fastnpjson.loads(fastnpjson.dumps(document, option=flag)) == document


@pytest.mark.parametrize(("keyword", "value"), OF_ENCODER.items())
def test_settings_of_encoder(keyword, value):
    with pytest.raises(TypeError, match="Encoder takes it"):
        fastnpjson.dumps([1.5], **{keyword: value})
    assert fastnpjson.Encoder(**{keyword: value}).encode([1.5]) == b"[1.5]"


def test_other_keywords():
    with pytest.raises(TypeError, match=r"Encoder\(nan='error'\)"):
        fastnpjson.dumps([1.5], allow_nan=False)
    with pytest.raises(TypeError, match="loads takes it"):
        fastnpjson.dumps([1.5], arrays=True)
    for write in (fastnpjson.dumps, fastnpjson.dumps_str):
        with pytest.raises(TypeError, match=r"dumps\w*\(\) got an unexpected keyword argument 'colour'$"):
            write([1.5], colour=1)
    with pytest.raises(TypeError, match=r"multiple values|given by name"):
        fastnpjson.dumps([1.5], None, default=str)
