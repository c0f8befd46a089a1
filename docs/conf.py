"""The site of the documentation; `tox -e docs` writes it to docs/_build/html."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import fastnpjson

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "fastnpjson"
author = "The fastnpjson maintainers"
copyright = author  # noqa: A001 # the name that Sphinx reads
release = fastnpjson.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"fastnpjson {release}"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_copy_source = False

add_module_names = False
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
napoleon_use_ivar = True
default_role = "py:obj"
python_maximum_signature_line_length = 80
python_use_unqualified_type_names = True

# Names of this package are checked. Those of others are not: that would need a download of their inventories.
_FOREIGN = "App BackgroundTask DjangoJSONEncoder FastAPI JSONDecoder JsonResponse Response SupportsRead SupportsWrite"
nitpick_ignore = [(role, name) for role in ("py:class", "py:obj") for name in _FOREIGN.split()]
nitpick_ignore_regex = [
    ("py:.*", r"(?!fastnpjson\.)[a-z]\w*\..+"),
    # Parameters and literals are in the same quotes.
    ("py:.*", r"[a-z_*]\w*|.*=.*|OPT_\w+"),
]
_ALIASES = {
    "Array": "numpy.ndarray",
    "ArrayForm": "Literal['digits', 'base64', 'plotly']",
    "Arrays": "bool | Mapping[str, Any] | None",
    "Bytes": "Literal['utf-8', 'base64']",
    "Complex": "Literal['error', 'pair', 'string']",
    "Convert": "Callable[[Any], Any]",
    "Data": "bytes | bytearray | memoryview | str",
    "DTypeLike": "Any",
    "DecimalsOf": "Literal['numpy', 'all']",
    "Default": "Callable[[Any], Any]",
    "Durability": "Literal['rename', 'fsync']",
    "File": "str | bytes | os.PathLike | IO",
    "Frames": "Literal['error', 'records', 'columns', 'split', 'table']",
    "Nan": "Literal['null', 'error', 'string']",
    "Threads": "int | Literal['auto']",
    "Unpack[Settings]": "Any",
}


def spell_out(*event: Any) -> tuple[str | None, ...]:
    """Replace the names that the annotations of this package have for longer types."""
    texts = event[-2:]
    for alias, meaning in _ALIASES.items():
        texts = tuple(text and re.sub(rf"(?<![\w.]){re.escape(alias)}(?!\w)", meaning, text) for text in texts)
    return texts


def setup(app: Sphinx) -> None:
    """Register what Sphinx calls."""
    app.connect("autodoc-process-signature", spell_out)
