"""The response time of a view in Django, and of one in Django REST framework, for an array: stock against ours."""

import json
from types import ModuleType

import numpy as np
import pytest

django = pytest.importorskip("django", reason="Django is not installed")
pytest.importorskip("rest_framework", reason="Django REST framework is not installed")

from django.conf import settings  # noqa: E402

urls = ModuleType("urls_of_the_benchmark")
settings.configure(
    ALLOWED_HOSTS=["testserver"],
    INSTALLED_APPS=["rest_framework"],
    REST_FRAMEWORK={"UNAUTHENTICATED_USER": None},
    ROOT_URLCONF=urls,
    SECRET_KEY="not a secret",
)
django.setup()

from django.core.serializers.json import DjangoJSONEncoder  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework.decorators import api_view, renderer_classes  # noqa: E402
from rest_framework.renderers import JSONRenderer as StockRenderer  # noqa: E402
from rest_framework.response import Response  # noqa: E402

from fastnpjson.django import JSONEncoder, JSONRenderer, JSONResponse  # noqa: E402

DATA = {"x": np.random.default_rng(0).random((1000, 100)), "name": "a"}


class NumpyEncoder(DjangoJSONEncoder):
    """What people write."""

    def default(self, o):
        """Turn arrays into lists."""
        return o.tolist() if isinstance(o, np.ndarray) else super().default(o)


def rest(renderer):
    """Make a view of Django REST framework."""
    return api_view(["GET"])(renderer_classes([renderer])(lambda _request: Response(DATA)))


VIEWS = {
    "stock-JsonResponse": lambda _request: JsonResponse(DATA, encoder=NumpyEncoder),
    "JsonResponse": lambda _request: JsonResponse(DATA, encoder=JSONEncoder),
    "JSONResponse": lambda _request: JSONResponse(DATA),
    "stock-JSONRenderer": rest(StockRenderer),
    "JSONRenderer": rest(JSONRenderer),
}
urls.urlpatterns = [path(name, view) for name, view in VIEWS.items()]


@pytest.mark.parametrize("view", VIEWS)
def test_response(benchmark, view):
    """Time a request, without a network."""
    benchmark.group = "rest framework" if "Renderer" in view else "django"
    response = benchmark(Client().get, f"/{view}")
    assert json.loads(response.content) == {"x": DATA["x"].tolist(), "name": "a"}
