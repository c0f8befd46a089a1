"""`fastnpjson.django` in Django and Django REST framework themselves, with a project, a database and a server."""

import datetime
import decimal
import doctest
import functools
import http.client
import importlib
import json
import os
import subprocess
import sys
import threading
import uuid
from io import BytesIO
from types import ModuleType
from typing import NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, make_server

import numpy as np
import pytest
from framework_documents import DATES, documents, meaning, plain
from hypothesis import given
from hypothesis import strategies as st

django = pytest.importorskip("django", reason="Django is not installed")
pytest.importorskip("rest_framework", reason="Django REST framework is not installed")

from django.apps import AppConfig  # noqa: E402
from django.conf import settings  # noqa: E402

urls = ModuleType("urls_of_the_test")
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "testserver"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    REST_FRAMEWORK={
        "DEFAULT_PARSER_CLASSES": ["fastnpjson.django.JSONParser"],
        "DEFAULT_RENDERER_CLASSES": [
            "fastnpjson.django.JSONRenderer",
            "rest_framework.renderers.BrowsableAPIRenderer",
        ],
        "UNAUTHENTICATED_USER": None,
    },
    ROOT_URLCONF=urls,
    SECRET_KEY="not a secret",
    STATIC_URL="/static/",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    USE_TZ=True,
)


class Plots(AppConfig):
    path = "."


settings.INSTALLED_APPS.append(Plots("plots", ModuleType("plots")))
django.setup()

from django.core import serializers  # noqa: E402
from django.core.serializers.json import DjangoJSONEncoder  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import JsonResponse, QueryDict  # noqa: E402
from django.template import Context, Template  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.functional import lazystr  # noqa: E402
from django.utils.html import json_script  # noqa: E402
from django.utils.safestring import mark_safe  # noqa: E402
from django.utils.translation import gettext_lazy  # noqa: E402
from rest_framework.decorators import api_view  # noqa: E402
from rest_framework.renderers import JSONRenderer as StockRenderer  # noqa: E402
from rest_framework.response import Response  # noqa: E402

import fastnpjson.django  # noqa: E402
from fastnpjson.django import JSONEncoder, JSONFieldEncoder, JSONParser, JSONRenderer, JSONResponse  # noqa: E402

ARRAY = np.array([[1.5, 2.0], [3.0, 4.25]])
NUMPY = {"x": ARRAY.T, "n": np.float32(0.1), "when": np.datetime64("2020-01-02T03:04:05"), "é": np.array(["ü"])}
PLAIN = {"x": [[1.5, 3.0], [2.0, 4.25]], "n": 0.1, "when": "2020-01-02T03:04:05", "é": ["ü"]}


class Size(NamedTuple):
    width: int
    height: int


class Share(float, models.Choices):
    HALF = 0.5


class Status(models.TextChoices):
    DONE = "D", "done"


DJANGO = {
    "datetime": datetime.datetime(2020, 1, 2, 3, 4, 5, 678901),
    "utc": datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc),
    "offset": datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
    "date": datetime.date(2020, 1, 2),
    "time": datetime.time(3, 4, 5, 678901),
    "duration": datetime.timedelta(days=-1, seconds=3, microseconds=5),
    "decimal": decimal.Decimal("1.10"),
    "uuid": uuid.UUID(int=7),
    "lazy": gettext_lazy("Yes"),
    "lazy-str": lazystr("é"),
    "safe": mark_safe("<b>"),
    "choice": Status.DONE,
    "tuple": Size(1, 2),
    "float": Share.HALF,
}


class Plot(models.Model):
    data = models.JSONField(encoder=JSONEncoder, null=True)
    name = models.CharField(max_length=9, default="plot")

    class Meta:
        app_label = "plots"


class Run(models.Model):
    data = models.JSONField(encoder=JSONFieldEncoder)

    class Meta:
        app_label = "plots"


def echo(request):
    return JSONResponse(NUMPY | {"stock": json.loads(request.body or "null")}, status=202, headers={"X-Plot": "1"})


def stock(request):
    return JsonResponse(NUMPY | DJANGO, encoder=JSONEncoder)


@api_view(["GET", "POST"])
def plots(request):
    return Response(NUMPY | {"got": request.data, "price": decimal.Decimal("1.5")})


@api_view(["GET"])
def infinite(request):
    return Response({"x": np.array([1.0, np.inf])})


urls.urlpatterns = [
    path("echo", echo),
    path("stock", stock),
    path("plots", plots),
    path("infinite", infinite),
]


@pytest.fixture(scope="module", autouse=True)
def table():
    with connection.schema_editor() as editor:
        editor.create_model(Plot)
        editor.create_model(Run)
    yield
    connection.close()


@pytest.fixture
def no_rows():
    Plot.objects.all().delete()
    Run.objects.all().delete()


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield listening.server_port
        listening.shutdown()
        thread.join()


def ask(port, method, target, body=None, **headers):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    client.request(method, target, body, headers)
    with client.getresponse() as response:
        answer = response.status, response.headers, response.read()
    client.close()
    return answer


@pytest.mark.parametrize("name", DJANGO)
def test_the_formats_of_django(name):
    for obj in (DJANGO[name], [DJANGO[name]], {"x": {"y": DJANGO[name]}, "z": [0.5] * 500}):
        expected = json.loads(json.dumps(obj, cls=DjangoJSONEncoder))
        assert json.loads(json.dumps(obj, cls=JSONEncoder)) == expected
        assert json.loads(json.dumps([obj, ARRAY], cls=JSONEncoder)) == [expected, ARRAY.tolist()]
        assert json.loads(JSONResponse([obj, ARRAY], safe=False).content) == [expected, ARRAY.tolist()]


@pytest.mark.parametrize(
    "obj",
    [datetime.time(1, tzinfo=datetime.timezone.utc), {1}, object(), {lazystr("key"): 1}],
    ids=["aware-time", "set", "object", "lazy-key"],
)
def test_the_errors_of_django(obj):
    with pytest.raises((TypeError, ValueError)) as theirs:
        json.dumps(obj, cls=DjangoJSONEncoder)
    with pytest.raises(theirs.type, match=str(theirs.value)):
        json.dumps(obj, cls=JSONEncoder)


class Own(JSONEncoder):
    def default(self, o):
        if isinstance(o, uuid.UUID):
            return o.hex
        return o.real if isinstance(o, (complex, np.ndarray)) else super().default(o)


def test_a_subclass_is_asked_first():
    obj = [uuid.UUID(int=7), 1j, np.array([2j]), datetime.date(2020, 1, 2), ARRAY[0]]
    assert json.loads(json.dumps(obj, cls=Own)) == ["0" * 31 + "7", 0.0, [0.0], "2020-01-02", [1.5, 2.0]]


def test_json_response():
    response = JsonResponse(NUMPY, encoder=JSONEncoder)
    assert json.loads(response.content) == PLAIN
    assert json.loads(JsonResponse(ARRAY, JSONEncoder, False, {"indent": 1}).content) == ARRAY.tolist()


def test_response_class():
    response = JSONResponse(NUMPY | {"nan": np.array([np.nan]), "y": [float("inf")]}, status=201)
    assert isinstance(response, JsonResponse)
    assert (response.status_code, response["Content-Type"]) == (201, "application/json")
    assert json.loads(response.content) == PLAIN | {"nan": [None], "y": [None]}
    assert "é".encode() in response.content
    assert JSONResponse({}, content_type="application/problem+json")["Content-Type"] == "application/problem+json"


def test_response_class_with_arguments_of_json():
    response = JSONResponse(NUMPY, json_dumps_params={"indent": 4, "ensure_ascii": True})
    assert response.content == json.dumps(PLAIN, indent=4).encode()
    with pytest.raises(ValueError, match="not JSON compliant"):
        JSONResponse({"x": np.array([np.nan])}, json_dumps_params={"allow_nan": False})


def test_response_class_with_another_encoder():
    assert JSONResponse({"id": uuid.UUID(int=7)}, Own).content == b'{"id":"00000000000000000000000000000007"}'
    with pytest.raises(TypeError, match=r"\$\.x: object"):
        JSONResponse({"x": object()})


def test_response_class_as_stock():
    form = QueryDict("a=1&a=2&b=%C3%BC")
    for data in (form, {"form": [form]}, {"name": "a\udcff"}):
        assert json.loads(JSONResponse(data).content) == json.loads(JsonResponse(data).content)
    assert JSONResponse({"name": "a\udcff", "x": float("nan")}).content == b'{"name":"a\\udcff","x":null}'
    for charset in ({"charset": "latin-1"}, {"content_type": "application/json; charset=latin-1"}):
        assert JSONResponse({"é": np.array(["ü"])}, **charset).content == b'{"\\u00e9":["\\u00fc"]}'


@given(documents(DATES))
def test_whatever_the_document_it_is_that_of_django(data):
    expected = meaning(JsonResponse(plain(data), safe=False).content)
    assert meaning(JSONResponse(data, safe=False).content) == expected


cycle = []
cycle.append(cycle)


@pytest.mark.parametrize("data", [cycle, {"x": [2**70, cycle, 1.5]}], ids=["alone", "beside-others"])
def test_circular_data_raises_as_in_django(data):
    for response in (JSONResponse, JsonResponse):
        with pytest.raises(ValueError, match="Circular reference"):
            response(data, safe=False)


def test_response_class_deeper_than_orjson_goes():
    data = functools.reduce(lambda inner, _: [inner], range(600), {np.int64(1): ARRAY, "at": DJANGO["date"]})
    expected = functools.reduce(lambda inner, _: [inner], range(600), {"1": ARRAY.tolist(), "at": "2020-01-02"})
    assert json.loads(JSONResponse(data, safe=False).content) == expected


def test_response_class_is_safe():
    with pytest.raises(TypeError, match="safe"):
        JSONResponse(ARRAY)
    assert JSONResponse(ARRAY, safe=False).content == b"[[1.5,2.0],[3.0,4.25]]"


def test_json_script():
    obj = {"x": np.arange(2), "y": "</script>&\u2028"}
    html = json_script(obj, "plot", JSONEncoder)
    text = html.removeprefix('<script id="plot" type="application/json">').removesuffix("</script>")
    assert "<" not in text
    assert json.loads(text) == {"x": [0, 1], "y": "</script>&\u2028"}
    rendered = Template("{{ value|json_script:'plot' }}").render(Context({"value": {"x": [1]}}))
    assert rendered == json_script({"x": [1]}, "plot")


@pytest.mark.usefixtures("no_rows")
def test_json_field():
    plot = Plot.objects.create(data=NUMPY | DJANGO)
    expected = json.loads(json.dumps(PLAIN | DJANGO, cls=DjangoJSONEncoder))
    assert Plot.objects.get().data == expected
    assert Plot.objects.filter(data__n=0.1, data__x__0__1=3.0, data__has_key="é", data__date="2020-01-02").count() == 1
    assert Plot.objects.filter(data=NUMPY | DJANGO).count() == 1
    assert Plot.objects.filter(data__x=ARRAY.T.tolist()).count() == 1
    Plot.objects.filter(pk=plot.pk).update(data=ARRAY)
    assert Plot.objects.get().data == ARRAY.tolist()
    Plot.objects.bulk_update([Plot(pk=plot.pk, data={"y": np.arange(3)})], ["data"])
    assert Plot.objects.values_list("data__y", flat=True).get() == [0, 1, 2]
    Plot.objects.update(data=None)
    assert Plot.objects.filter(data__isnull=True).count() == 1


class Spaced(JSONEncoder):
    item_separator = ", "
    key_separator = ": "


@pytest.mark.usefixtures("no_rows")
def test_whole_values_on_sqlite_are_compared_as_text(monkeypatch):
    field = Plot._meta.get_field("data")
    monkeypatch.setattr(field, "encoder", DjangoJSONEncoder)
    Plot.objects.create(data={"x": [0, 1]})
    monkeypatch.setattr(field, "encoder", Spaced)
    assert Plot.objects.filter(data={"x": np.arange(2)}).count() == 1
    monkeypatch.setattr(field, "encoder", JSONEncoder)
    assert Plot.objects.filter(data={"x": np.arange(2)}).count() == 0
    assert Plot.objects.filter(data__x=[0, 1]).count() == 1
    Plot.objects.get().save()
    assert Plot.objects.filter(data={"x": np.arange(2)}).count() == 1


@pytest.mark.usefixtures("no_rows")
def test_json_field_refuses_nan():
    with pytest.raises(django.db.utils.IntegrityError, match="JSON_VALID"):
        Plot.objects.create(data={"x": np.array([np.nan])})


NAN = float("nan")
NONFINITE = {
    "python-float": (NAN, None),
    "infinity": ([float("inf"), -float("inf"), 0.5], [None, None, 0.5]),
    "scalar": (np.float32(np.nan), None),
    "array": (np.array([0.5, np.nan, -np.inf]), [0.5, None, None]),
    "strided": (np.array([[0.5, np.nan], [np.inf, 1.5]]).T, [[0.5, None], [None, 1.5]]),
    "float16": (np.array([0.1, np.nan], "f2"), [0.1, None]),
    "masked": (np.ma.array([1.5, np.nan, 2.5], mask=[1, 0, 0]), [None, None, 2.5]),
    "record": (np.array([(1, np.nan)], "i4,f4"), [{"f0": 1, "f1": None}]),
    "object": (np.array([NAN, 2**70], object), [None, 2**70]),
    "nested": ({"a": [{"b": (NAN, np.array([np.inf]))}], "n": 2**64}, {"a": [{"b": [None, [None]]}], "n": 2**64}),
    "number-keys": ({1: np.array([np.nan]), np.int64(2): NAN}, {"1": [None], "2": None}),
    "words-in-strings": (["NaN", NAN, '-Infinity, "NaN\\'], ["NaN", None, '-Infinity, "NaN\\']),
    "beside-dates": ([NAN, datetime.date(2020, 1, 2), decimal.Decimal("NaN")], [None, "2020-01-02", "NaN"]),
    "subclass": (Share.HALF, 0.5),
}


@pytest.mark.parametrize("name", NONFINITE)
@pytest.mark.usefixtures("no_rows")
def test_json_field_takes_nan_as_null(name):
    value, stored = NONFINITE[name]
    run = Run.objects.create(data={"x": value, "y": ARRAY})
    run.refresh_from_db()
    assert run.data == {"x": stored, "y": ARRAY.tolist()}
    assert Run.objects.filter(data={"x": value, "y": ARRAY}, data__has_key="x").count() == 1
    assert Run.objects.filter(data={"x": stored, "y": ARRAY}).count() == 1
    Run.objects.all().delete()
    Run.objects.bulk_create([Run(data=[value]), Run(data={})])
    assert [row.data for row in Run.objects.order_by("pk")] == [[stored], {}]
    Run.objects.update(data={"z": [value, ARRAY]})
    assert Run.objects.values_list("data__z__0", flat=True).first() == stored
    Run.objects.bulk_update([Run(pk=pk, data=[value]) for pk in Run.objects.values_list("pk", flat=True)], ["data"])
    assert [row.data for row in Run.objects.all()] == [[stored]] * 2


@pytest.mark.usefixtures("no_rows")
def test_nan_is_looked_up_as_null():
    Run.objects.create(data={"x": np.array([np.nan, 1.5]), "best": np.float64(np.nan)})
    assert Run.objects.filter(data__best=NAN).count() == 1
    assert Run.objects.filter(data__x=[NAN, 1.5]).count() == 1
    assert Run.objects.filter(data__x__1__gt=1, data__has_keys=["x", "best"]).count() == 1
    assert Run.objects.filter(data__x__0=1.5).count() == 0
    Run.objects.update(data=NAN)
    assert Run.objects.get().data is None


@pytest.mark.parametrize("name", DJANGO)
def test_the_encoder_of_fields_keeps_the_formats_of_django(name):
    expected = json.loads(json.dumps(DJANGO[name], cls=DjangoJSONEncoder))
    for nan in (NAN, np.array([np.nan])):
        stored = json.loads(json.dumps([DJANGO[name], {"x": DJANGO[name]}, nan], cls=JSONFieldEncoder))
        assert stored[:2] == [expected, {"x": expected}]


@given(documents(DATES, st.sampled_from([np.array([np.inf]), np.array([(0.5, np.nan)], "f4,f8"), Share.HALF])))
def test_the_encoder_of_fields_differs_from_that_of_responses_in_nan_alone(data):
    text = json.dumps(data, cls=JSONFieldEncoder)
    assert text.isascii()
    assert repr(json.loads(text, object_pairs_hook=list, parse_constant=pytest.fail)) == meaning(
        json.dumps(data, cls=JSONEncoder)
    )


class OwnField(JSONFieldEncoder):
    def default(self, o):
        if isinstance(o, complex):
            return {"re": o.real, "im": np.array([o.imag])}
        return NAN if isinstance(o, set) else super().default(o)


def test_a_subclass_of_the_encoder_of_fields_is_asked():
    obj = [complex(NAN, np.inf), {1}, uuid.UUID(int=7), np.array([np.nan])]
    for data in (obj, obj * 100, {1: obj}):
        text = json.dumps(data, cls=OwnField)
        stored = [{"re": None, "im": [None]}, None, str(uuid.UUID(int=7)), [None]]
        assert json.loads(text, parse_constant=pytest.fail) == (
            {"1": stored} if isinstance(data, dict) else stored * (len(data) // 4)
        )


@pytest.mark.parametrize("data", [[NAN], np.array([np.nan]), {"x": np.array([[np.inf]]).T}], ids=str)
def test_the_encoder_of_fields_refuses_nan_where_it_is_not_allowed(data):
    with pytest.raises(ValueError, match="not JSON compliant"):
        json.dumps(data, cls=JSONFieldEncoder, allow_nan=False)


@pytest.mark.parametrize("layout", [{"indent": 2}, {"indent": 4}, {"separators": (", ", ": ")}, {"sort_keys": True}])
def test_the_encoder_of_fields_in_other_layouts(layout):
    stored = {"y": [0.5, None], "é": {"x": None}, "a": "Infinity"}
    data = {"y": np.array([0.5, np.nan]), "é": {"x": NAN}, "a": "Infinity"}
    expected = json.dumps(stored, **{"separators": (",", ":")} | layout) if "indent" not in layout else None
    text = json.dumps(data, cls=JSONFieldEncoder, **layout)
    assert json.loads(text, parse_constant=pytest.fail) == stored
    assert expected in {None, text}


@pytest.mark.usefixtures("no_rows")
def test_json_field_validates():
    Plot(data={"x": ARRAY}).full_clean()
    with pytest.raises(django.core.exceptions.ValidationError, match="valid JSON"):
        Plot(data={"x": object()}).full_clean()


@pytest.mark.parametrize("form", ["json", "jsonl", "xml"])
@pytest.mark.parametrize("options", [{}, {"indent": 2}, {"indent": 4}, {"ensure_ascii": True}], ids=str)
@pytest.mark.usefixtures("no_rows")
def test_serializers(form, options):
    if form == "xml":
        options = {}
    elif form == "jsonl" and "indent" in options:
        options = {"separators": (",", ":")}
    plot = Plot(pk=1, data=NUMPY, name="é")
    stream = serializers.serialize(form, [plot, plot], **options, **({} if form == "xml" else {"cls": JSONEncoder}))
    restored = [item.object for item in serializers.deserialize(form, stream)]
    assert [(item.pk, item.data, item.name) for item in restored] == [(1, PLAIN, "é")] * 2


def test_serialization_modules():
    plot = Plot(pk=1, data={"x": np.array([0.1], "f4"), "n": np.int64(3)}, name="\xe9")
    with pytest.raises(TypeError, match="not JSON serializable"):
        serializers.serialize("json", [plot])
    serializers.register_serializer("json", "fastnpjson.django.serializers")  # as SERIALIZATION_MODULES does
    try:
        text = serializers.serialize("json", [plot])
        assert json.loads(text) == [
            {"model": "plots.plot", "pk": 1, "fields": {"data": {"x": [0.1], "n": 3}, "name": "\xe9"}}
        ]
        [restored] = serializers.deserialize("json", text)
        assert (restored.object.pk, restored.object.data) == (1, {"x": [0.1], "n": 3})
        assert serializers.serialize("json", [plot], indent=1).count("\n") > 8
        with pytest.raises(TypeError, match="not JSON serializable"):
            serializers.serialize("json", [plot], cls=DjangoJSONEncoder)
    finally:
        serializers.register_serializer("json", "django.core.serializers.json")


def test_django_renders_on_a_live_server(server):
    status, headers, body = ask(server, "POST", "/echo", json.dumps({"a": [1]}))
    assert (status, headers["Content-Type"], headers["X-Plot"]) == (202, "application/json", "1")
    assert json.loads(body) == PLAIN | {"stock": {"a": [1]}}
    status, headers, body = ask(server, "GET", "/stock")
    assert status == 200
    assert json.loads(body) == json.loads(json.dumps(PLAIN | DJANGO, cls=DjangoJSONEncoder))
    assert headers["Content-Length"] == str(len(body))


def test_rest_framework_on_a_live_server(server):
    status, headers, body = ask(
        server, "POST", "/plots", '{"é": 18446744073709551616}'.encode(), Content_Type="application/json"
    )
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert json.loads(body) == PLAIN | {"got": {"é": 2**64}, "price": 1.5}
    status, _, body = ask(server, "POST", "/plots", "{", Content_Type="application/json")
    assert (status, json.loads(body)["detail"][:16]) == (400, "JSON parse error")
    status, _, body = ask(server, "POST", "/plots", '{"x": NaN}', Content_Type="application/json")
    assert (status, b"Out of range float" in body) == (400, True)
    status, headers, body = ask(server, "GET", "/plots", Accept="application/json; indent=2")
    assert (status, body[:4]) == (200, b"{\n  ")
    status, headers, body = ask(server, "GET", "/plots", Accept="text/html")
    assert (status, b"[[1.5,3.0],[2.0,4.25]]" in body or b"4.25" in body) == (200, True)


def test_rest_framework_refuses_nan():
    with pytest.raises(ValueError, match="not JSON compliant"):
        Client().get("/infinite")
    with pytest.raises(ValueError, match="not JSON compliant"):
        JSONRenderer().render([float("nan")])
    renderer = JSONRenderer()
    renderer.strict = False
    assert renderer.render([np.float32(np.nan), float("inf")]) == b"[NaN,Infinity]"


def test_rest_framework_escapes_a_lone_surrogate():
    """For which the stock renderer has no bytes."""
    assert json.loads(JSONRenderer().render({"name": "é\udcff"})) == {"name": "é\udcff"}


RENDERED = {
    "none": None,
    "text": {"a": "é\u2028\u2029<", "b": [1, None, True]},
    "types": {key: value for key, value in DJANGO.items() if key not in {"choice", "float"}},
    "bytes": b"abc",
    "generator": {"x": (number for number in range(3))},
    "int-keys": {1: 2},
    "empty": {},
}


@pytest.mark.parametrize(
    "accept", [None, "application/json", *(f"application/json; indent={n}" for n in (0, 2, 4, 99))]
)
@pytest.mark.parametrize("name", RENDERED)
def test_renders_as_the_stock_renderer_does(name, accept):
    def data():
        return {"x": (n for n in range(3))} if name == "generator" else RENDERED[name]

    assert JSONRenderer().render(data(), accept) == StockRenderer().render(data(), accept)
    for settings_ in ({"ensure_ascii": True}, {"compact": False}, {"strict": False}):
        ours, theirs = JSONRenderer(), StockRenderer()
        vars(ours).update(settings_)
        vars(theirs).update(settings_)
        assert ours.render(data(), accept, {"indent": 2}) == theirs.render(data(), accept, {"indent": 2})


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000], ids=["lists", "objects"])
def test_parser_of_many_levels(body):
    from rest_framework.exceptions import ParseError  # noqa: PLC0415

    with pytest.raises(ParseError, match="too many levels") as error:
        JSONParser().parse(BytesIO(body), "application/json")
    assert error.value.status_code == 400


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (b'"\xff"', "utf-8"),
        (b"{}", "no-such"),
        (b"{}", "hex"),
        (b"", "utf-8"),
        (b"[1,]", "utf-8"),
        (b"[Infinity]", "utf-8"),
    ],
)
def test_parser_refuses(body, charset):
    from rest_framework.exceptions import ParseError  # noqa: PLC0415

    with pytest.raises(ParseError):
        JSONParser().parse(BytesIO(body), "application/json", {"encoding": charset})


def test_parser():
    assert JSONParser().parse(BytesIO('{"é": 1}'.encode())) == {"é": 1}
    assert JSONParser().parse(BytesIO('{"é": 1}'.encode("latin-1")), None, {"encoding": "latin-1"}) == {"é": 1}
    parser = JSONParser()
    parser.strict = False
    assert parser.parse(BytesIO(b"[Infinity]")) == [float("inf")]


MODELS = """
from django.db import models
from fastnpjson.django import JSONEncoder, JSONFieldEncoder

class Plot(models.Model):
    data = models.JSONField(encoder=JSONEncoder)
    scores = models.JSONField(encoder=JSONFieldEncoder)
"""
SCRIPT = """
import django
django.setup()
import numpy, sys
from plots.models import Plot
Plot.objects.create(data={"x": numpy.arange(3)}, scores=[numpy.nan, numpy.array([numpy.inf])])
assert Plot.objects.get().scores == [None, [None]]
assert Plot.objects.get(data__x__2=2).data == {"x": [0, 1, 2]}
assert "rest_framework" not in sys.modules
"""
SETTINGS = """
INSTALLED_APPS = ["plots"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""


@pytest.mark.slow
def test_migrations(tmp_path):
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "__init__.py").touch()
    (tmp_path / "plots" / "models.py").write_text(MODELS)
    (tmp_path / "project.py").write_text(SETTINGS)
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "project", "PYTHONPATH": str(tmp_path)}
    environment.pop("PYTHONSAFEPATH", None)

    def python(*arguments):
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    python("-m", "django", "makemigrations", "plots")
    migration = (tmp_path / "plots" / "migrations" / "0001_initial.py").read_text()
    assert "import fastnpjson.django" in migration
    assert "encoder=fastnpjson.django.JSONEncoder" in migration
    assert "encoder=fastnpjson.django.JSONFieldEncoder" in migration
    assert "No changes detected" in python("-m", "django", "makemigrations", "--check", "plots")
    python("-m", "django", "migrate")
    python("-c", SCRIPT)


@pytest.mark.parametrize(
    ("missing", "module"),
    [("django.http", "fastnpjson.django"), ("rest_framework.utils", "fastnpjson.django.rest_framework")],
    ids=["django", "rest-framework"],
)
def test_a_missing_framework_is_named(missing, module, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, module)
    with pytest.raises(ImportError, match=r"fastnpjson\[django\]"):
        importlib.import_module(module)


def test_other_names_are_missing():
    assert not hasattr(fastnpjson.django, "JSONDecoder")


def test_docstring_examples_run():
    assert doctest.testmod(fastnpjson.django).failed == 0
