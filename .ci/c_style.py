"""Tell where the C code is not in the style of .clang-format; with ``--fix`` give it that style."""

import subprocess
import sys
from glob import glob

mode = ["-i"] if "--fix" in sys.argv else ["--dry-run", "--Werror"]
sys.exit(subprocess.call(["clang-format", *mode, *sorted(glob("fastnpjson/_csrc/*.[ch]"))]))
