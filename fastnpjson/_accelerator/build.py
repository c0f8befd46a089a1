"""How setuptools builds the extension module: with the headers of NumPy, which only NumPy knows the place of."""

import os

from setuptools.command.build_ext import build_ext


class BuildExt(build_ext):
    """The command ``build_ext``; without a compiler it warns, and all is written in Python."""

    def build_extensions(self) -> None:
        import numpy  # noqa: PLC0415 # a build requirement, and not there when the command is looked up

        for extension in self.extensions:
            extension.include_dirs += [
                numpy.get_include(),
                *sorted({os.path.dirname(source) for source in extension.sources}),
            ]
        super().build_extensions()
