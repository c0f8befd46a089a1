"""Peak memory: one call in a fresh process, above what the process and the array held before."""

import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import psutil
import pytest

from bench.cases import DTYPES, KINDS, LAYOUTS, MILLION, document
from bench.checks import check_text
from bench.libraries import LIBRARIES

ROOT = Path(__file__).parents[1]
CASES = {
    "Peak memory": [
        case._replace(size=MILLION)
        for case in DTYPES + LAYOUTS + KINDS
        if case.name in {"float64", "strided [::2]", "masked float64"}
    ]
}
TURNS = 1
CHECKED_IN = "dumps"
CHILD = """
import sys
sys.path.append(sys.argv[1])
from bench.test_memory import grow
grow(*sys.argv[2:])
"""


def grow(name, library_name, largest):
    """Print by how many bytes one call raises the peak; a small one before it loads and fills what is lazy."""
    case = next(case for case in CASES["Peak memory"] if case.name == name)
    library = next(library for library in LIBRARIES if library.name == library_name)
    dumps, obj = library.function("dumps"), document(case, int(largest))
    dumps(case.make(1000))
    # Linux carries `ru_maxrss` over from the process that started this one, but VmHWM can be reset (man 5 proc).
    Path("/proc/self/clear_refs").write_text("5")
    before = psutil.Process().memory_info().rss
    output = dumps(obj)
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(json.dumps({"peak": int(peak) * 1024 - before, "bytes": len(output)}))


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak is read from Linux's /proc")
def test_memory(case, library, contest, largest):
    if largest < case.size and contest.timed:
        pytest.skip("the pages of a smaller array are lost in those of the process")
    obj = document(case, largest)
    if contest.passes(contest.function(), obj, partial(check_text, obj)):
        command = [sys.executable, "-c", CHILD, str(ROOT), case.name, library.name, str(largest)]
        grown = json.loads(contest.record(subprocess.check_output, (command,)))
        assert grown["bytes"] > case.size // 10 or largest < case.size
        contest.labels |= grown
