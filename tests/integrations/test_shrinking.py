"""In the frameworks, too, a list or a dict that shrinks while it is encoded is no crash."""

import pytest
from shrinking import WAYS, assert_survives

FRAMEWORKS = {
    "flask": """
from flask import Flask, jsonify
from fastnpjson.flask import JSONProvider
class Provider(JSONProvider):
    default = staticmethod(lambda obj: default(obj))
app = Flask("app")
app.json = Provider(app)
def encode(document):
    with app.app_context():
        return jsonify(document)
""",
    "django": """
from django.conf import settings
settings.configure()
from fastnpjson.django import JSONEncoder, JSONResponse
class Encoder(JSONEncoder):
    def default(self, o): return default(o)
encode = lambda document: JSONResponse(document, encoder=Encoder, safe=False)
""",
    "starlette": """
from fastnpjson.starlette import JSONResponse
class Response(JSONResponse):
    default = staticmethod(lambda obj: default(obj))
encode = Response
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_shrinking_is_no_crash(framework, way):
    pytest.importorskip(framework)
    assert_survives(FRAMEWORKS[framework], way)
