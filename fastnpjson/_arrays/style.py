"""The style of the text of an array: orjson's flags, and settings of `Encoder`."""

from typing import Final, Literal, NamedTuple, TypeAlias, get_args

Nan: TypeAlias = Literal["null", "error", "string"]
Complex: TypeAlias = Literal["error", "pair", "string"]
Bytes: TypeAlias = Literal["utf-8", "base64"]
DecimalsOf: TypeAlias = Literal["numpy", "all"]
Frames: TypeAlias = Literal["error", "records", "columns", "split", "table"]
ArrayForm: TypeAlias = Literal["digits", "base64", "plotly"]


class Style(NamedTuple):
    """Flags and settings. Errors and the campaigns know a setting that is declared here."""

    option: int = 0
    decimals: int | None = None
    nan: Nan = "null"
    complex: Complex = "error"
    bytes: Bytes = "utf-8"
    decimals_of: DecimalsOf = "numpy"
    frames: Frames = "error"
    arrays: ArrayForm = "digits"

    @property
    def factor(self) -> float:
        """By what Python's floats are multiplied to be rounded; 0 if they are not."""
        return float(10**self.decimals) if self.decimals is not None and self.decimals_of == "all" else 0.0


# The names of the settings, and the choices of those that have some.
SETTINGS: Final = Style._fields[1:]
CHOICES: Final = {
    name: get_args(Style.__annotations__[name]) for name, word in Style()._asdict().items() if type(word) is str
}
