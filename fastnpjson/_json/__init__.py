"""Documents as `json` writes them, at the speed of orjson where it writes the same."""
