"""Flask: the response to a request for an array, its own provider with `tolist` against `fastnpjson.flask`."""

from functools import partial

from bench.cases import Case, table
from bench.checks import check_text
from bench.libraries import BASELINE, Library


def stock(flask):
    """Serve nested lists."""
    return client(flask, flask.Flask(__name__), lambda array: array.tolist())


def fastnpjson(module):
    """Serve the array."""
    import flask

    app = flask.Flask(__name__)
    app.json = module.JSONProvider(app)
    return client(flask, app, lambda array: array)


def client(flask, app, convert):
    """Return a function that asks for an array, as a browser would."""
    app.get("/")(lambda: {"x": convert(flask.request.environ["array"])})
    requests = app.test_client()
    return lambda array: requests.get("/", environ_overrides={"array": array}).data


CASES = {"Flask": [Case("Flask response", "a request for a table of float64 in 100 columns", table, 10**5)]}
LIBRARIES = [Library("fastnpjson", "fastnpjson.flask", fastnpjson), Library(BASELINE, "flask", stock)]


def test_flask(case, contest, largest):
    array = case.make(min(case.size, largest))
    contest.time(contest.function(), array, partial(check_text, {"x": array}))
