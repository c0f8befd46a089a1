"""How much faster, than what, on what, and where not: see README.md."""
