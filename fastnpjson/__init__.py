"""NumPy data to JSON, as fast as orjson and correct where orjson is wrong."""

from orjson import (
    OPT_APPEND_NEWLINE,
    OPT_INDENT_2,
    OPT_NAIVE_UTC,
    OPT_NON_STR_KEYS,
    OPT_OMIT_MICROSECONDS,
    OPT_PASSTHROUGH_DATACLASS,
    OPT_PASSTHROUGH_DATETIME,
    OPT_PASSTHROUGH_SUBCLASS,
    OPT_SERIALIZE_DATACLASS,
    OPT_SERIALIZE_NUMPY,
    OPT_SERIALIZE_UUID,
    OPT_SORT_KEYS,
    OPT_STRICT_INTEGER,
    OPT_UTC_Z,
    Fragment,
    JSONDecodeError,
    JSONEncodeError,
)

from fastnpjson._documents.common import common
from fastnpjson._documents.default import default
from fastnpjson._documents.dumps import dumps, dumps_str
from fastnpjson._documents.encoder import Encoder
from fastnpjson._files.files import dump, dump_lines, load, load_columns, load_lines
from fastnpjson._patch import patch
from fastnpjson._reading.loads import loads

__all__ = [
    "OPT_APPEND_NEWLINE",
    "OPT_INDENT_2",
    "OPT_NAIVE_UTC",
    "OPT_NON_STR_KEYS",
    "OPT_OMIT_MICROSECONDS",
    "OPT_PASSTHROUGH_DATACLASS",
    "OPT_PASSTHROUGH_DATETIME",
    "OPT_PASSTHROUGH_SUBCLASS",
    "OPT_SERIALIZE_DATACLASS",
    "OPT_SERIALIZE_NUMPY",
    "OPT_SERIALIZE_UUID",
    "OPT_SORT_KEYS",
    "OPT_STRICT_INTEGER",
    "OPT_UTC_Z",
    "Encoder",
    "Fragment",
    "JSONDecodeError",
    "JSONEncodeError",
    "__version__",
    "common",
    "default",
    "dump",
    "dump_lines",
    "dumps",
    "dumps_str",
    "load",
    "load_columns",
    "load_lines",
    "loads",
    "patch",
]

__version__ = "0.1.0"

# Pickles and errors name these by their public names.
for _public in (Encoder, default, dump, dump_lines, dumps, dumps_str, load, load_columns, load_lines, loads, patch):
    _public.__module__ = __name__
del _public
