"""The extension module is there wherever it can be built, and only there is it used."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from fastnpjson._extension import speedups

ROOT = Path(__file__).parents[1]
COMPILER = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cl"  # which Windows has no variable for
HEADER = Path(sysconfig.get_path("include"), "Python.h")


@pytest.mark.skipif(os.environ.get("FASTNPJSON_NO_SPEEDUPS") == "1", reason="FASTNPJSON_NO_SPEEDUPS=1")
@pytest.mark.skipif(not shutil.which(COMPILER.split()[0]), reason=f"needs the C compiler {COMPILER}")
@pytest.mark.skipif(not HEADER.exists(), reason=f"needs Python's headers, {HEADER}")
def test_extension_is_in_use():
    assert speedups is not None, "built without it; `python -m pip install -v -e .` says why"


@pytest.mark.slow
def test_extension_can_be_turned_off():
    code = "from fastnpjson._extension import speedups; print(speedups)"
    environment = os.environ | {"FASTNPJSON_NO_SPEEDUPS": "1"}
    assert subprocess.check_output([sys.executable, "-c", code], text=True, env=environment) == "None\n"
