"""Settings of `Encoder` at random: each that there is, so that a new one is tried in all campaigns."""

from fastnpjson._arrays.style import CHOICES, SETTINGS, Style

# Those that have no choices: often the default, and some values. Arrays as bytes have tests of their own.
VALUES = {"decimals": [None, None, None, 0, 2, 9, 15], "arrays": ["digits"]}
DEFAULTS = {name: getattr(Style(), name) for name in SETTINGS}


def random_settings(random):
    return {name: random.choice(VALUES.get(name) or CHOICES[name]) for name in SETTINGS}
