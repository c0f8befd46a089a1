"""What runs while orjson is inside a document, or a walk: no other thread, no finalizer, no other interpreter."""

import subprocess
import sys

import pytest

# Another thread shrinks the list as soon as it may run. NumPy lets it in copies.
COPIES = """
import gc, threading
import numpy as np
import fastnpjson

large = np.arange(4_000_000.0)
ARRAYS = large[::2], np.asfortranarray(large.reshape(2000, 2000)), large.astype(">f8")
ready, stop, document = threading.Event(), False, []

def shrink():
    while not stop:
        ready.wait()
        ready.clear()
        document.clear()
        gc.collect()
        [bytearray(64) for _ in range(20_000)]

thread = threading.Thread(target=shrink)
thread.start()
for array in ARRAYS * 8:
    document = [array] + [["x" * 40 + str(number)] for number in range(20_000)]
    ready.set()
    try:
        fastnpjson.dumps(document)
    except RuntimeError as error:
        assert "changed" in str(error), error
stop = True
ready.set()
thread.join()
print("done")
"""
# Up to Python 3.11 any allocation may collect garbage, and run finalizers.
FINALIZERS = """
import gc
import numpy as np
import fastnpjson

class Cycle:
    def __init__(self):
        self.me = self

    def __del__(self):
        document.clear()
        globals()["junk"] = [bytearray(56) for _ in range(50_000)]

for count in range(40):
    gc.disable()
    taken = [[] for _ in range(200)], [(number,) for number in range(3000)]  # so that free lists are empty
    document = [1j, np.float32(0.5), np.arange(3.0)] + [["y" * 30 + str(number)] for number in range(20_000)]
    gc.collect()
    Cycle()
    gc.set_threshold(gc.get_count()[0] + count, 1000, 1000)
    gc.enable()
    try:
        fastnpjson.dumps(document, str)
    except (RuntimeError, fastnpjson.JSONEncodeError) as error:
        print(error)
    assert gc.isenabled()
    gc.disable()
    gc.collect()
print("done")
"""
# A class whose attributes have a name that is equal to all others, and to find that out runs Python code.
NAMES = """
import gc
from fastnpjson import compat
from fastnpjson._documents.survey import survey

class Key(str):
    __slots__ = ()

    def __hash__(self):
        return hash("__dataclass_fields__")

    def __eq__(self, other):
        if armed and other == "__dataclass_fields__":
            document.clear()
            gc.collect()
            globals()["junk"] = [bytearray(200_000) for _ in range(10)]
        return False

armed = False
X = type("X", (), {Key("k"): 1})
for container in (list, lambda items: dict(enumerate(items))):
    document = container([X(), *[[float(number)] for number in range(100_000)]])
    armed = True
    survey({"a": document})
    armed = False
print("done")
"""
INTERPRETERS = """
import _testcapi
import numpy as np
import fastnpjson

document = [np.arange(3), 1 + 2j]
before = fastnpjson.dumps(document, default=str)
for _ in range(2):
    _testcapi.run_in_subinterp('''
import warnings
warnings.simplefilter("ignore")
try:
    import numpy as np
except ImportError:
    pass
else:
    import fastnpjson
    assert fastnpjson.dumps([np.arange(3), 1 + 2j], default=str) == b'[[0,1,2],"(1+2j)"]'
    assert fastnpjson._extension.speedups is None
''')
assert fastnpjson.dumps(document, default=str) == before == b'[[0,1,2],"(1+2j)"]'
print("done")
"""
SCRIPTS = {"copies": COPIES, "finalizers": FINALIZERS, "names": NAMES, "interpreters": INTERPRETERS}


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_lives(script):
    if "_testcapi" in script:
        pytest.importorskip("_testcapi", reason="CPython was built without its own tests")
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["done"]), done.stderr[-2000:]


FREE_THREADED = """
import sys
sys.version += " free-threading build"
import fastnpjson
from fastnpjson._extension import speedups
assert speedups is None
assert fastnpjson.dumps([1]) == b"[1]"
"""


def test_python_without_the_gil_does_without_the_extension():
    subprocess.run([sys.executable, "-W", "error", "-c", FREE_THREADED], check=True)


PATCHED = """
import orjson
original = orjson.dumps
orjson.dumps = lambda *args: original(*args).decode()
import numpy as np
import fastnpjson
try:
    fastnpjson.dumps([np.float32(1), {"a": 1j}], str)
except TypeError as error:
    print(error)
"""


def test_orjson_that_somebody_has_patched_is_no_crash():
    subprocess.run([sys.executable, "-c", PATCHED], check=True)
