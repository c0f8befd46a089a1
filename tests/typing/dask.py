from pathlib import Path

import dask.array as da
from dask.delayed import Delayed

from fastnpjson.dask import to_json_lines

names: list[str] = to_json_lines(da.ones((4, 2), chunks=2), "out/*.jsonl.gz", default=str, option=None)
delayed: Delayed = to_json_lines(
    da.ones(4), Path("out") / "*.jsonl", storage_options={"auto_mkdir": True}, compute=False
)
