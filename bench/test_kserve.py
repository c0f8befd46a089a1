"""Tensors of inference servers: `fastnpjson.kserve` against the client of Triton, and against code without either."""

import json

import numpy as np

from bench.cases import Case
from bench.checks import Flaw
from bench.libraries import BASELINE, Library


def image(size):
    """Make images as models take them."""
    return np.random.default_rng(20240229).random((1, 3, size // 3), "f4")


CASES = {
    "Inference servers": [
        Case("tensor as bytes", "an image of 50,000 float32, as bytes behind the JSON", image, 3 * 128 * 128),
        Case("tensor as JSON", "the same as numbers", image, 3 * 128 * 128),
    ]
}
_HEADER = "Inference-Header-Content-Length"


def fastnpjson_write(kserve):
    """Write a request."""
    return lambda pair: kserve.dumps({"inputs": [{"name": "x", "data": pair[1]}]}, binary=pair[0])


def fastnpjson_read(kserve):
    """Read a response."""
    return lambda pair: kserve.loads(*pair)["outputs"][0]["data"]


def triton_write(http):
    """Write a request as Triton's client does."""

    def write(argument):
        binary, array = argument
        tensor = http.InferInput("x", array.shape, "FP32")
        tensor.set_data_from_numpy(array, binary_data=binary)
        body, length = http.InferenceServerClient.generate_request_body([tensor])
        return body, {} if length is None else {_HEADER: str(length)}

    return write


def triton_read(http):
    """Read a response as Triton's client does."""

    def read(argument):
        body, headers = argument
        length = int(headers[_HEADER]) if _HEADER in headers else None
        return http.InferenceServerClient.parse_response_body(body, header_length=length).as_numpy("x")

    return read


def obvious_write(_module):
    """Write what the protocol says."""

    def write(argument):
        binary, array = argument
        tensor = {"name": "x", "shape": array.shape, "datatype": "FP32"}
        if not binary:
            return json.dumps({"inputs": [tensor | {"data": array.reshape(-1).tolist()}]}).encode(), {}
        tensor["parameters"] = {"binary_data_size": array.nbytes}
        text = json.dumps({"inputs": [tensor]}).encode()
        return text + array.tobytes(), {_HEADER: str(len(text))}

    return write


def obvious_read(_module):
    """Read what the protocol says."""

    def read(argument):
        body, headers = argument
        length = int(headers.get(_HEADER, len(body)))
        [tensor] = json.loads(body[:length])["outputs"]
        data = np.array(tensor["data"], "f4") if "data" in tensor else np.frombuffer(body, "f4", offset=length)
        return data.reshape(tensor["shape"])

    return read


LIBRARIES = [
    Library("fastnpjson", "fastnpjson.kserve", fastnpjson_write, fastnpjson_read),
    Library("tritonclient", "tritonclient.http", triton_write, triton_read),
    Library(BASELINE, "json", obvious_write, obvious_read),
]


def test_write(case, contest, largest):
    array = case.make(min(case.size, largest))

    def check(output):
        body, headers = output
        same(array, obvious_read(json)((body.replace(b'"inputs"', b'"outputs"', 1), moved(headers))))

    contest.time(contest.function(), ("bytes" in case.name, array), check)


def moved(headers):
    """Return headers for a response that is a byte longer than the request."""
    return headers | {_HEADER: str(int(headers[_HEADER]) + 1)} if _HEADER in headers else {}


def test_read(case, contest, largest):
    array = case.make(min(case.size, largest))
    body, headers = obvious_write(json)(("bytes" in case.name, array))
    response = body.replace(b'"inputs"', b'"outputs"', 1), moved(headers)
    contest.time(contest.function("loads"), response, lambda read: same(array, read))


def same(array, other):
    """Check a tensor."""
    if other.dtype != array.dtype or not np.array_equal(array, other):
        raise Flaw("wrong", "other values")
