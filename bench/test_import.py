"""Import time: a fresh interpreter that imports NumPy and the library, from its start to its end."""

import subprocess
import sys

from bench import libraries
from bench.cases import Case
from bench.libraries import Library

CASES = {"Import": [Case("import", "wall time of python -I -c 'import numpy, LIBRARY'", str)]}
LIBRARIES = [
    Library("Python alone", "sys"),
    Library("NumPy alone", "numpy"),
    Library("orjson and numpy.ma", "numpy.ma, orjson"),
    *(library for library in libraries.LIBRARIES if library.name not in {libraries.IN_PYTHON, "orjson + tolist"}),
]


def test_import(library, contest):
    statement = "pass" if library.module == "sys" else f"import numpy, {library.module}"
    contest.record(subprocess.check_call, ([sys.executable, "-I", "-c", statement],))
