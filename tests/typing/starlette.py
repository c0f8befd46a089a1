from collections.abc import AsyncIterator
from typing import Any

import numpy as np
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

import fastnpjson
from fastnpjson.starlette import JSONLinesResponse, JSONResponse, serialize_numpy


class Sorted(JSONResponse):
    option = fastnpjson.OPT_SORT_KEYS


class Complex(JSONResponse):
    @staticmethod
    def default(obj: Any) -> Any:
        if isinstance(obj, complex):
            return [obj.real, obj.imag]
        raise TypeError


def matrix(request: Request) -> JSONResponse:
    return Sorted({"x": np.eye(2)}, status_code=201, headers={"X-Shape": "2, 2"})


def rows(request: Request) -> JSONLinesResponse:
    return JSONLinesResponse(np.eye(2))


async def samples() -> AsyncIterator[object]:
    yield np.float32(0.1)


async def live(request: Request) -> JSONLinesResponse:
    return JSONLinesResponse(samples(), media_type="application/jsonl")


app = Starlette(routes=[Route("/matrix", matrix), Route("/rows", rows), Route("/live", live)])

api = FastAPI()
serialize_numpy(api)


@api.get("/", response_model=None)
def index() -> dict[str, Any]:
    return {"x": np.arange(3)}
