from typing import Annotated, Any

import numpy as np
from fastapi import FastAPI
from numpy.typing import NDArray
from typing_extensions import assert_type

from fastnpjson.pydantic import ArrayField, BaseModel

Points = Annotated[NDArray[np.float32], ArrayField(shape=("n", 3))]


class Cloud(BaseModel):
    points: Points
    labels: Annotated[NDArray[np.uint8], ArrayField(shape=("n",))] | None = None
    anything: Annotated[NDArray[Any], ArrayField(base64=True)] | None = None
    bare: Annotated[np.ndarray[Any, Any], ArrayField(dtype="float32", shape=(None, 2))] | None = None


cloud = Cloud(points=np.zeros((2, 3), np.float32))
assert_type(cloud.points, NDArray[np.float32])
assert_type(cloud.model_dump_json(indent=2, exclude_none=True), str)
assert_type(Cloud.model_validate_json("{}"), Cloud)

app = FastAPI()


@app.post("/")
def index(cloud: Cloud) -> Cloud:
    return cloud


@app.post("/points")
def points(points: Points) -> Points:
    return points
