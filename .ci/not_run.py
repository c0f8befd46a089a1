"""Say at the end of a plain `tox` what it has not run, and why."""

import sys

VERSIONS = [f"3.{minor}" for minor in range(10, 15)]
here = "{}.{}".format(*sys.version_info)
others = ", ".join(version for version in VERSIONS if version != here)

print(f"""
This was lint, types and all tests, on Python {here} alone. It did not run

  Python {others}
      each needs its interpreter
  the oldest and the newest NumPy and orjson, no extension module, each extra by itself
      each needs an environment of its own
  the recipes
      some need PostgreSQL and Redis
  the benchmarks and the releases that they are pinned to
      these need Python 3.12 or later
  the coverage of every branch
      it takes all of these together

`python -m tox -m matrix` runs these, as far as Pythons and servers are there.
`python -m tox list` names the campaigns that take minutes: fuzz, soak, sanitize, bench.
Tests that were skipped for want of something else are named with a reason above.
""")
