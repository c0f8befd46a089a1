"""The command line: ``python -m fastnpjson SRC DST``."""

import sys

from fastnpjson._cli.arguments import main

if __name__ == "__main__":
    sys.exit(main())
