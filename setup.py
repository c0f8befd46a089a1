"""How setuptools builds the optional extension module; everything else stands in pyproject.toml."""

import os
from glob import glob

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext


class BuildExt(build_ext):
    """The command ``build_ext``; without a C compiler it warns, and the package works in Python alone.

    With FASTNPJSON_REQUIRE_SPEEDUPS=1 in the environment, it fails instead.
    """

    def finalize_options(self) -> None:
        """Compile everything, for objects that are up to date may be of other CFLAGS."""
        super().finalize_options()
        self.force = True

    def build_extensions(self) -> None:
        """Compile with the headers of NumPy, which only NumPy knows the place of."""
        import numpy  # noqa: PLC0415 # a build requirement, which not every command needs

        for extension in self.extensions:
            extension.include_dirs.append(numpy.get_include())
            if self.compiler.compiler_type != "msvc":
                # Other libraries of the process may have functions of the same names.
                extension.extra_compile_args.append("-fvisibility=hidden")
        super().build_extensions()


setup(
    ext_modules=[
        Extension(
            "fastnpjson._speedups",
            sorted(glob("fastnpjson/_csrc/*.c")),
            depends=glob("fastnpjson/_csrc/*.h"),
            optional=os.environ.get("FASTNPJSON_REQUIRE_SPEEDUPS", "") in {"", "0"},
        )
    ],
    cmdclass={"build_ext": BuildExt},
)
