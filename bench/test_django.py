"""Django and Django REST framework: a request for an array, and a JSON field, stock against `fastnpjson.django`."""

import json
from functools import cache, partial
from types import ModuleType

import pytest

from bench.cases import Case, table
from bench.checks import check_text
from bench.libraries import BASELINE, Library, tolist

# What the views answer with.
DATA = {}


@cache
def client():
    """Set Django up, once, without a project."""
    import django
    from django.conf import settings
    from django.test import Client

    settings.configure(
        ALLOWED_HOSTS=["testserver"],
        INSTALLED_APPS=["rest_framework"],
        REST_FRAMEWORK={"UNAUTHENTICATED_USER": None},
        ROOT_URLCONF=ModuleType("urls_of_the_benchmark"),
        SECRET_KEY="not a secret",
    )
    django.setup()
    settings.ROOT_URLCONF.urlpatterns = []
    return Client()


def asking(name, views, field_encoder=None):
    """Return a function that asks one of the views, or the encoder of a field, for the data."""
    from django.conf import settings
    from django.urls import clear_url_caches, path

    requests = client()
    for kind, view in views.items():
        settings.ROOT_URLCONF.urlpatterns.append(path(f"{name}/{kind}", view))
    clear_url_caches()

    def ask(kind_and_array):
        kind, DATA["x"] = kind_and_array
        if kind == "JSONField":
            # As its database does: SQLite takes the text as it is.
            return json.dumps(DATA, cls=field_encoder)
        return requests.get(f"/{name}/{kind}").content

    return ask


def rest(renderer):
    """Make a view of Django REST framework."""
    from rest_framework.decorators import api_view, renderer_classes
    from rest_framework.response import Response

    return api_view(["GET"])(renderer_classes([renderer])(lambda _request: Response(DATA)))


@cache
def stock(_django):
    """Answer as Django does, with the usual hook."""
    client()
    from django.core.serializers.json import DjangoJSONEncoder
    from django.http import JsonResponse
    from rest_framework.renderers import JSONRenderer

    class NumpyEncoder(DjangoJSONEncoder):
        def default(self, o):
            return tolist(o)

    view = partial(JsonResponse, encoder=NumpyEncoder)
    return asking("stock", {"Django": lambda _request: view(DATA), "REST framework": rest(JSONRenderer)}, NumpyEncoder)


@cache
def encoder(module):
    """Answer with Django's response and fastnpjson's encoder."""
    client()
    from django.http import JsonResponse

    view = partial(JsonResponse, encoder=module.JSONEncoder)
    return asking("encoder", {"Django": lambda _request: view(DATA)}, module.JSONEncoder)


@cache
def fastnpjson(module):
    """Answer with fastnpjson's response and renderer."""
    client()
    renderer = rest(module.JSONRenderer)
    views = {"Django": lambda _request: module.JSONResponse(DATA), "REST framework": renderer}
    return asking("fastnpjson", views, module.JSONFieldEncoder)


CASES = {
    "Django": [
        Case("Django", "a request for a table of float64 in 100 columns", table, 10**5),
        Case("REST framework", "the same, through a renderer", table, 10**5),
        Case("JSONField", "the same, on its way into a database", table, 10**5),
    ]
}
LIBRARIES = [
    Library("fastnpjson", "fastnpjson.django", fastnpjson),
    Library("JSONEncoder", "fastnpjson.django", encoder),
    Library(BASELINE, "django", stock),
]


def test_django(case, library, contest, largest):
    if (library.name, case.name) == ("JSONEncoder", "REST framework"):
        pytest.skip("Django REST framework takes renderers, and no encoders")
    array = case.make(min(case.size, largest))
    contest.time(contest.function(), (case.name, array), partial(check_text, {"x": array}))
