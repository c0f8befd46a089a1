"""Say at the end of a plain `tox` what it has not run, and why."""

import sys

here = f"3.{sys.version_info.minor}"
others = ", ".join(version for version in ("3.10", "3.11", "3.12", "3.13", "3.14", "3.15") if version != here)

print(f"""
This ran ruff, mypy and all tests on Python {here}. It did not run:

- Python {others}: each needs its interpreter
- the oldest and the newest NumPy and orjson, no extension module, one extra alone: these are other environments
- the recipes: some need PostgreSQL and Redis
- the benchmarks, pinned to releases: they need Python 3.12 or later
- the coverage of every branch: it takes all of the above

`python -m tox -m matrix` runs these, as far as Pythons and servers are installed. Fuzzing, sanitizers, load tests and
timed benchmarks take minutes: `python -m tox list` names them. pytest named above the tests that it skipped, and why.
""")
