"""How much is measured: once in an ordinary test run, quick or full by `python -m bench`."""

from typing import NamedTuple


class Pace(NamedTuple):
    """A compromise between the patience of people and the noise of machines.

    Attributes:
        largest: No document has more elements.
        turns: How often each contender of a case has its turn.
        seconds: What a turn may take, if more than one round fits.
        patience: A contender that has taken so many seconds for a case has no further turns.
    """

    largest: int
    turns: int
    seconds: float
    patience: float


PACES = {
    "once": Pace(1000, 1, 0.0, 0.0),
    "quick": Pace(3 * 10**4, 2, 0.002, 0.05),
    "full": Pace(10**7, 5, 0.02, 0.8),
}
