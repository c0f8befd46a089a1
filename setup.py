"""How setuptools builds the optional extension module; everything else stands in pyproject.toml."""

import os
import shutil
from contextlib import suppress
from glob import glob

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build import build
from setuptools.command.build_ext import build_ext


class Build(build):
    """The command ``build``, which packs nothing that an earlier one left."""

    def run(self) -> None:
        """Build all anew: a module that is gone, or an extension that cannot be built any more, would stay."""
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


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
                # The loops over blocks of numbers become SIMD.
                extension.extra_compile_args.append("-O3")
            with suppress(FileNotFoundError):
                os.remove(self.get_ext_fullpath(extension.name))
        super().build_extensions()


class BdistWheel(bdist_wheel):
    """The command ``bdist_wheel``, which names a wheel by what is in it."""

    def run(self) -> None:
        """Make a wheel for this Python and this platform, or for all of them where nothing could be compiled."""
        self.run_command("build")
        if not any(map(os.path.exists, self.get_finalized_command("build_ext").get_outputs())):
            self.distribution.ext_modules = []
            self.root_is_pure = True
        super().run()


setup(
    ext_modules=[
        Extension(
            "fastnpjson._speedups",
            sorted(glob("fastnpjson/_csrc/*.c")),
            depends=glob("fastnpjson/_csrc/*.h"),
            optional=os.environ.get("FASTNPJSON_REQUIRE_SPEEDUPS", "") in {"", "0"},
        )
    ],
    cmdclass={"bdist_wheel": BdistWheel, "build": Build, "build_ext": BuildExt},
)
