"""`Encoder`: what `dumps` does, with more settings."""

from __future__ import annotations

from functools import partial
from operator import index
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypedDict

from fastnpjson._arrays.style import CHOICES, SETTINGS, ArrayForm, Bytes, Complex, DecimalsOf, Frames, Nan, Style
from fastnpjson._documents.dumps import make_encode, with_replacements
from fastnpjson._documents.rules import make_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastnpjson._documents.advice import Door
    from fastnpjson._documents.convert import Convert
    from fastnpjson._documents.dumps import Encode
    from fastnpjson._documents.rules import Rules
    from fastnpjson._documents.stream import Stream
    from fastnpjson._threads import Threads

    class Settings(TypedDict, total=False):
        """The arguments of `Encoder`."""

        default: Callable[[Any], Any] | None
        option: int | None
        allow_nan: bool
        decimals: int | None
        decimals_of: DecimalsOf
        nan: Nan
        complex: Complex
        bytes: Bytes
        frames: Frames
        arrays: ArrayForm
        threads: Threads


class DocumentSettings(NamedTuple):
    """The settings of an `Encoder`, with what is made of them once."""

    rules: Rules
    default: Convert | None
    write: Encode
    threads: Threads

    def encode(self, obj: Any) -> bytes:
        """Encode a document."""
        return self.write(obj, self.default)

    def stream(self, advance: Callable[[int], object] | None = None) -> Stream:
        """Make a stream for one document; `advance` is called with the size of each part of an array it writes."""
        from fastnpjson._documents.stream import Stream

        return Stream(self.rules, self.default, advance, self.threads)


def make_settings(
    *,
    default: Convert | None = None,
    option: int | None = None,
    allow_nan: bool = True,
    threads: Threads = 1,
    door: Door | None = None,
    **style: Any,
) -> DocumentSettings:
    """Make the settings of an `Encoder`; the arguments are those of its class, and the ways out that errors name."""
    rules = make_rules(option, _style_of(style, allow_nan=allow_nan))._replace(door=door)
    rules = with_replacements(rules) if rules.style.factor else rules
    is_alone = type(threads) is int and threads == 1
    write = make_encode(rules) if is_alone else _with_threads(rules, threads)
    return DocumentSettings(rules, default, write, threads)


def _with_threads(rules: Rules, threads: Threads) -> Encode:
    from fastnpjson._documents.stream import Stream, putting_off
    from fastnpjson._threads import count_of

    if count_of(threads) == 1:
        return make_encode(rules)

    def encode_side_by_side(obj: Any, default: Convert | None = None, found: Any = None) -> bytes:
        return Stream(rules, default, None, threads).text(obj, found)

    return make_encode(putting_off(rules), encode_side_by_side)


def _style_of(given: dict[str, Any], *, allow_nan: bool) -> Style:
    """Return a style of settings that are given by name, and go together."""
    if not given.keys() <= {*SETTINGS}:
        from fastnpjson._documents.keywords import refuse_settings

        refuse_settings(given.keys() - {*SETTINGS})
    style = Style(**given)
    # 10**22 is the largest power of ten that is exact in a float64.
    if style.decimals is not None and not 0 <= index(style.decimals) <= 22:
        raise ValueError(f"decimals must be in 0 to 22, not {style.decimals}")
    for name, choices in CHOICES.items():
        if getattr(style, name) not in choices:
            raise ValueError(f"{name} must be one of {choices}, not {getattr(style, name)!r}")
    if not allow_nan:
        if style.nan == "string":
            raise ValueError("nan='string' contradicts allow_nan=False")
        style = style._replace(nan="error")
    if style.arrays != "digits" and style != Style(arrays=style.arrays, complex=style.complex, bytes=style.bytes):
        raise ValueError(f"arrays={style.arrays!r} writes bytes: without decimals, nan, allow_nan=False and frames")
    return style


class Encoder:
    """An encoder with its settings made once, for a hot path or for what `dumps` has no parameter for.

    Args:
        default: As for `dumps`.
        option: As for `dumps`.
        allow_nan: False is ``nan="error"``.
        decimals: Round NumPy floats, but not dict keys, to so many decimals. float64 and longdouble are rounded as by
            `numpy.round`. Smaller types are rounded once, from their exact value, where `numpy.round` rounds the
            product with a power of ten, too: the float32 0.35 is below 0.35, and becomes 0.3.
        decimals_of: ``"numpy"``; or ``"all"``, to round Python floats, too, as the same float64. This takes a copy of
            each list and dict that has one to round.
        nan: What becomes of NaN and infinities, of NumPy and of Python: ``"null"``; ``"error"``, a `ValueError`; or
            ``"string"``: ``"NaN"``, ``"Infinity"`` and ``"-Infinity"``, as in the `JSON of Protocol Buffers
            <https://protobuf.dev/programming-guides/json/>`_. Masked values and NaT stay `null`.
        complex: What becomes of complex numbers: ``"error"``, unless `default` takes them; ``"pair"``, ``[re, im]``; or
            ``"string"``: ``"1.0-2.0j"``, which `complex` reads. With a NaN in it the string is what `nan` says.
        bytes: What becomes of the dtype ``S``: ``"utf-8"``, text, or an error; or ``"base64"`` (RFC 4648), also for
            `bytes` and `bytearray`, which are for `default` otherwise.
        frames: What becomes of frames and tables of pandas, polars, pyarrow, and of DuckDB and others by Arrow:
            ``"error"``, if there is no `default`; ``"records"``, a list of rows as objects; ``"columns"``, an object of
            lists; ``"split"``, the names and lists of rows; or ``"table"``, rows with a `Table Schema
            <https://datapackage.org/standard/table-schema/>`_. The index of pandas is in the last two.
        arrays: What stands for an array of numbers with a dimension: ``"digits"``; ``"base64"``, a string of its
            elements, little-endian and in C order, without its shape; or ``"plotly"``, the object with ``dtype``,
            ``bdata`` and ``shape`` that plotly.js takes. Arrays with masked elements, of other dtypes, and for plotly
            of integers beyond 32 bits are digits all the same. It takes neither `decimals` nor `frames`, nor a `nan`,
            for the bytes have NaN.
        threads: How many write large arrays: a number, or ``"auto"`` for the processors that this process may use.
            What is returned and raised is the same.
        unknown: None; an error says what to write for the keywords of `json`.

    Raises:
        ValueError: an argument is not one of those above, or `decimals` is not in 0 to 22.

    >>> import numpy as np
    >>> Encoder(decimals=2, nan="string").encode({"pi": np.array([np.pi, np.nan]), "e": 2.718281828})
    b'{"pi":[3.14,"NaN"],"e":2.718281828}'
    """

    __module__ = "fastnpjson"
    __slots__ = ("_default", "_encode", "_settings")

    def __init__(  # noqa: PLR0913 # the settings are what the class is for
        self,
        *,
        default: Convert | None = None,
        option: int | None = None,
        allow_nan: bool = True,
        decimals: int | None = None,
        decimals_of: DecimalsOf = "numpy",
        nan: Nan = "null",
        complex: Complex = "error",  # noqa: A002
        bytes: Bytes = "utf-8",  # noqa: A002
        frames: Frames = "error",
        arrays: ArrayForm = "digits",
        threads: Threads = 1,
        **unknown: NoReturn,
    ) -> None:
        style: dict[str, Any] = {"decimals": decimals, "decimals_of": decimals_of, "nan": nan, "complex": complex}
        style |= {"bytes": bytes, "frames": frames, "arrays": arrays, **unknown}
        self._settings = make_settings(default=default, option=option, allow_nan=allow_nan, threads=threads, **style)
        # Without a call of the settings: a sixth of the time of `{}`.
        _, self._default, self._encode, _ = self._settings

    def __reduce__(self) -> tuple[Any, ...]:
        rules, default, _, threads = self._settings
        return partial(type(self), default=default, threads=threads, **rules.style._asdict()), ()

    def encode(self, obj: Any, /) -> bytes:
        """Encode an object; what it returns and raises is as for `dumps`."""
        return self._encode(obj, self._default)

    def iterencode(self, obj: Any, /) -> Iterator[bytes]:
        """Encode an object in pieces of about a megabyte; joined, they are what `encode` returns.

        Arrays from 64 KiB are written slice by slice, so that the text of a memory-mapped one is never in memory
        as a whole. Lists of 256 elements and more are written in batches, if the document is such a list, or has it
        in its dicts with text for keys; not with `OPT_SORT_KEYS` or `OPT_INDENT_2`. The rest of the document is in
        memory, and so are object arrays and what `default` returns. Nothing in it may change before the last piece.

        Yields:
            Pieces of JSON; what `encode` raises is raised when its piece is due.

        >>> import numpy as np
        >>> list(Encoder().iterencode({"x": np.arange(3)}))
        [b'{"x":[0,1,2]}']
        """
        return self._settings.stream().pieces(obj)
