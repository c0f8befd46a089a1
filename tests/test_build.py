"""The extension module is there wherever it can be built, and only there is it used."""

import graphlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from processes import posix

from fastnpjson._extension import speedups

ROOT = Path(__file__).parents[1]
COMPILER = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cl"  # which Windows has no variable for
HEADER = Path(sysconfig.get_path("include"), "Python.h")
compiles = pytest.mark.skipif(
    not shutil.which(COMPILER.split()[0]) or not HEADER.exists(),
    reason=f"needs the C compiler {COMPILER}, and Python's headers, {HEADER}",
)


@pytest.mark.skipif(os.environ.get("FASTNPJSON_NO_SPEEDUPS") == "1", reason="FASTNPJSON_NO_SPEEDUPS=1")
@compiles
def test_extension_is_in_use():
    assert speedups is not None, "built without it; `python -m pip install -v -e .` says why"


@pytest.mark.slow
def test_extension_can_be_turned_off():
    code = "from fastnpjson._extension import speedups; print(speedups)"
    environment = os.environ | {"FASTNPJSON_NO_SPEEDUPS": "1"}
    assert subprocess.check_output([sys.executable, "-c", code], text=True, env=environment) == "None\n"


def test_c_files_include_one_another_one_way():
    includes = {}
    for path in (ROOT / "fastnpjson" / "_csrc").glob("*.[ch]"):  # a file and its header are one
        names = re.findall(r'^ *# *include "(\w+)\.h"', path.read_text("utf-8"), re.MULTILINE)
        includes.setdefault(path.stem, set()).update({*names} - {path.stem})
    order = [*graphlib.TopologicalSorter(includes).static_order()]  # or there is a circle
    assert "two_pass" in includes["document"]
    assert order.index("speedups") < order.index("orjson") < order.index("two_pass")


def headers_of(path):
    """The headers that a file of C includes, in order, those of headers of our own in their place."""
    for own, system in re.findall(r'^ *# *include (?:"(\w+\.h)"|<([\w./]+)>)', path.read_text("utf-8"), re.MULTILINE):
        yield from headers_of(path.parent / own) if own else [system]


def test_pythons_header_comes_first():
    """It defines macros that the headers of the system look at (https://docs.python.org/3/c-api/intro.html)."""
    files = {path.name: [*headers_of(path)] for path in (ROOT / "fastnpjson" / "_csrc").glob("*.c")}
    with_python = {name: headers for name, headers in files.items() if "Python.h" in headers}
    assert len(with_python) > 20
    assert [name for name, headers in with_python.items() if headers[0] != "Python.h"] == []


MODULE = """
#include <Python.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_speedups"};
PyMODINIT_FUNC PyInit__speedups(void) { return PyModule_Create(&module); }
"""
PROJECT = """
[project]
name = "fastnpjson"
version = "1"
[tool.setuptools]
packages = ["fastnpjson"]
include-package-data = false
"""


@pytest.mark.slow
@posix
@compiles
def test_a_wheel_has_what_its_name_says(tmp_path):
    """Also where an earlier build left an extension and a module, and with the setup.py of a small project."""
    pytest.importorskip("setuptools", "77")

    def built(**environment):
        code = "from setuptools.build_meta import build_wheel; print(build_wheel('dist'))"
        environment = {name: text for name, text in os.environ.items() if "FASTNPJSON" not in name} | environment
        output = subprocess.check_output([sys.executable, "-c", code], cwd=tmp_path, env=environment, text=True)
        name = output.splitlines()[-1]
        with zipfile.ZipFile(tmp_path / "dist" / name) as wheel:
            return name, {file for file in wheel.namelist() if "dist-info" not in file}

    source = tmp_path / "fastnpjson"
    (source / "_csrc").mkdir(parents=True)
    (source / "_csrc" / "module.c").write_text(MODULE)
    for name in ("__init__.py", "old.py"):
        (source / name).write_text("")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    shutil.copy(ROOT / "setup.py", tmp_path)
    extension = f"fastnpjson/_speedups{sysconfig.get_config_var('EXT_SUFFIX')}"

    name, files = built()
    assert f"-cp3{sys.version_info.minor}-cp3" in name
    assert files == {"fastnpjson/__init__.py", "fastnpjson/old.py", extension}
    (source / "old.py").unlink()
    assert built(CC="/bin/false") == ("fastnpjson-1-py3-none-any.whl", {"fastnpjson/__init__.py"})
    assert built() == (name, {"fastnpjson/__init__.py", extension})
    with pytest.raises(subprocess.CalledProcessError):
        built(CC="/bin/false", FASTNPJSON_REQUIRE_SPEEDUPS="1")
