"""Documents by json: those that orjson refuses, those full of escapes, and other layouts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from orjson import Fragment

from fastnpjson._arrays.dtypes import NUMPY_TYPES
from fastnpjson._documents.convert import UNKNOWN, NeedsWalk
from fastnpjson._documents.dumps import encode
from fastnpjson._documents.replace import replace
from fastnpjson._documents.replies import DECLINED, Replies
from fastnpjson._documents.survey import Kind, survey
from fastnpjson._json.keys import NeedsJson, with_text_keys
from fastnpjson._json.meaning import rules_of_dumps, rules_of_json
from fastnpjson._json.numpy_values import builtins, is_numpy
from fastnpjson._json.places import Refused
from fastnpjson._json.text import MARK, escape_surrogates, with_fragments, with_null
from fastnpjson._patch import json, orjson
from fastnpjson._reading.exact import exact_loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastnpjson._documents.replace import Replacements
    from fastnpjson._json.meaning import Meaning


class ByJson(NamedTuple):
    """Encodes a document by json.

    Attributes:
        option: orjson's flags: json sorts keys by them, and parts of the document have the others.
        meaning: How json is meant.
        replies: Of the default, which may have been asked already.
        spread: True to lay out arrays as json lays out lists, and not on one line.
        arguments: For `json.dumps`, but for `skipkeys`. If `ensure_ascii` is `None`, only lone surrogates are escaped.
    """

    option: int
    meaning: Meaning
    replies: Replies
    spread: bool
    arguments: dict[str, Any]

    def dumps(self, obj: Any) -> str:
        """Encode a document.

        1. Keys that json does not know become text, and NaN and infinities `None` where `null` is for them.
        2. json encodes it with the framework's own default, which takes no time of ours, if there is no NumPy data.
        3. A hook writes NumPy data, and asks the default about all else.
        4. Keys become text in subclasses of containers and in replies, too, or are left out: json is to skip none, for
           it would skip those of NumPy.

        Raises:
            NeedsJson: or `TypeError`: there is something in the document that has no JSON.
            ValueError: the document is circular, or NaN is not allowed.
        """
        nans = Kind.NONFINITE if self.meaning.nan == "null" else 0
        found = survey(obj, nans)
        if found & (Kind.KEY | nans):
            obj = self._with_text(obj, nans)
        # To compare keys of NumPy may be a ValueError.
        refused = (TypeError,) if self.meaning.like_json else (TypeError, ValueError)
        refusal: Exception = NeedsJson()
        try:
            for attempt in self._attempts(found):
                self.replies.rewind()
                try:
                    return attempt(obj)
                except NeedsJson:
                    pass
                except refused as error:
                    if type(error) is Refused or self.replies.raised(error):
                        raise  # with the notes of json, which another attempt would give it again
                    # The first error of two has the notes of json.
                    refusal = refusal if str(refusal) == str(error) else error
            raise refusal
        finally:
            del refusal  # or it would refer to itself, by its traceback

    def _attempts(self, found: int) -> Iterator[Callable[[Any], str]]:
        if self.meaning.own and not found & Kind.NUMPY:
            yield self._with_own_default
        yield self._with_hook
        yield self._with_keys
        if self.meaning.skipkeys:
            yield self._for_its_error

    def _with_own_default(self, obj: Any) -> str:
        return self._json(obj, self.replies.default, sort_keys=self._sorts)

    def _with_hook(self, obj: Any) -> str:
        fragments: list[Fragment] = []
        return self._json(obj, self._hook(fragments), fragments, sort_keys=self._sorts)

    def _with_keys(self, obj: Any) -> str:
        fragments: list[Fragment] = []
        hook, to = self._hook(fragments), self._to
        keyed = partial(with_text_keys, text_of=to.text_of_key, sorts=to.sorts)
        return self._json(keyed(obj), lambda item: keyed(hook(item)), fragments, sort_keys=self._sorts and not to.sorts)

    def _for_its_error(self, obj: Any) -> str:
        """Let json say that the document is circular, which it does once it skips keys: its text would lack some."""
        allow_nan, hook = self.meaning.nan != "error", self._hook([])
        json.dumps(obj, default=hook, allow_nan=allow_nan, sort_keys=self._sorts, skipkeys=True, **self.arguments)
        raise NeedsJson

    def _with_text(self, obj: Any, nans: int) -> Any:
        """Return a document with text for the keys that json does not know, but for those in subclasses of dict.

        Args:
            obj: The document.
            nans: Their kind if they are replaced, too: in the text of json that takes three times as long.
        """
        # Keys that json knows stay, for its notes on an error name them; but it sorts them before they are text.
        to = self._to
        try:
            keyed = to._replace(like_json=True, sorts=self._sorts, for_json=not to.sorts)
            return replace(obj, keyed._replace(kinds=nans, words=(None, None, None)))[0]
        except (NeedsJson, NeedsWalk):
            return obj

    @property
    def _to(self) -> Replacements:
        return rules_of_json(self.option, self.meaning).replacements

    @property
    def _sorts(self) -> bool:
        return bool(self.option & orjson.OPT_SORT_KEYS)

    def _json(
        self, obj: Any, default: Callable[[Any], Any], fragments: list[Fragment] | None = None, *, sort_keys: bool
    ) -> str:
        nan, ascii_only = self.meaning.nan, self.arguments["ensure_ascii"]
        text = json.dumps(obj, default=default, allow_nan=nan != "error", sort_keys=sort_keys, **self.arguments)
        if nan == "null":
            text = with_null(text)
        if fragments:
            text = with_fragments(text, fragments, ensure_ascii=ascii_only)
        return escape_surrogates(text) if ascii_only is None else text

    def _hook(self, fragments: list[Fragment]) -> Callable[[Any], Any]:
        """Make the hook that json calls, and that collects the fragments among the replies."""
        replies, known, others = self.replies, self._known(), set[type]()
        # To ask through the replies takes as long as some defaults do.
        default, again = replies.default, bool(replies.log)

        def hook(item: Any) -> Any:
            kind = type(item)
            if kind not in others and issubclass(kind, known):
                written = self._written(item)
                if written is not UNKNOWN:
                    return written
            if kind is Fragment:
                fragments.append(item)
                return MARK
            try:
                if again:
                    return replies.ask(item)
                reply = default(item)
            except TypeError as error:
                reply = self._declined(item, error)
            if not issubclass(kind, NUMPY_TYPES):
                others.add(kind)
            replies.log.append((item, replies.kept(reply)))
            return reply

        return hook

    def _declined(self, item: Any, error: TypeError) -> Any:
        try:
            return self.replies.declined(item, error)
        except TypeError as raised:
            self.replies.keep_error(item, raised)
            if type(raised) is Refused:
                raised.part = item
            raise
        finally:
            del error  # or it would refer to itself, by its traceback

    def _known(self) -> tuple[type, ...]:
        return (*self.meaning.known, Fragment) if self.spread and not self.meaning.like_json else self.meaning.known

    def _written(self, item: Any) -> Any:
        kind = type(item)
        if issubclass(kind, NUMPY_TYPES) and (self.meaning.like_json or item.dtype.hasobject):
            return builtins(item) if is_numpy(item) else UNKNOWN
        if kind is Fragment and not self.spread:  # all things are known to Starlette
            return UNKNOWN
        try:
            text = self._part(item)
        except TypeError as error:
            if type(error) not in DECLINED:
                self.replies.keep_error(item, error)
                raise
            raise Refused(str(error), item) from None
        return loads(text) if self.spread else Fragment(text)

    def _part(self, obj: Any) -> bytes:
        """Encode a part of a document by fastnpjson, in one line."""
        option = self.option & ~(orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        with Replies(self.replies.default) as replies:
            return encode(obj, rules_of_dumps(option, self.meaning), replies)


def loads(text: bytes) -> Any:
    """Decode what fastnpjson wrote, for json to lay it out.

    Raises:
        ValueError: there is a longdouble that is infinite as a float.
    """
    try:
        return exact_loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"a longdouble beyond the floats of Python is not JSON compliant: {error}") from None
