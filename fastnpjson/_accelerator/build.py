"""How setuptools builds the extension module: with the headers of NumPy, which only NumPy knows the place of."""

import os
from pathlib import Path

from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist


class BuildExt(build_ext):
    """The command ``build_ext``; without a compiler it warns, and all is written in Python.

    With FASTNPJSON_REQUIRE_SPEEDUPS=1 in the environment, it fails instead.
    """

    def finalize_options(self) -> None:
        """Name the headers, so that a source distribution has them and a change to one compiles anew."""
        super().finalize_options()
        self.force = True  # objects that are up to date may be of other CFLAGS
        for extension in self.extensions:
            extension.depends = sorted(map(str, Path("fastnpjson").rglob("*.h")))
            extension.optional = os.environ.get("FASTNPJSON_REQUIRE_SPEEDUPS", "") in {"", "0"}

    def build_extensions(self) -> None:
        import numpy  # noqa: PLC0415 # a build requirement, and not there when the command is looked up

        for extension in self.extensions:
            folders = sorted({os.path.dirname(source) for source in extension.sources})
            extension.include_dirs += [numpy.get_include(), *folders]
        super().build_extensions()


class Sdist(sdist):
    """The command ``sdist``; it takes the tests along whole, where setuptools takes ``tests/test*.py`` alone."""

    def make_distribution(self) -> None:
        """Add the tests, and the documents that they run."""
        self.filelist.recursive_include("docs", "*.md")
        self.filelist.recursive_include("tests", "*.py")
        super().make_distribution()
