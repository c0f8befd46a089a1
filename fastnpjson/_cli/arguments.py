"""The arguments of the command line, its errors and its exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Final, NoReturn

from fastnpjson._cli.convert import FORMATS, Endpoint, Job, convert, make_budget
from fastnpjson._cli.inspect import inspect
from fastnpjson._cli.progress import Progress
from fastnpjson._excerpt import excerpt
from fastnpjson._extension import speedups
from fastnpjson._files.compression import CODECS, codec, suffixes
from fastnpjson._reading.exact import ALLOW_NAN
from fastnpjson._reading.paths import tree
from fastnpjson._reading.values import PATHS
from fastnpjson._threads import count_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastnpjson._threads import Threads

_DESCRIPTION: Final = """\
Convert between .npy (an array), .npz (arrays by name), .json and .jsonl or .ndjson (a document, or
a row of an array, on each line), by the suffixes of the names. Each may be compressed (.json.gz,
.npy.xz, .jsonl.zst, .bz2), be a URL (s3://...), or be - for a standard stream. Arrays are
memory-mapped, files are written under a temporary name and renamed, and nothing is unpickled.
"""
# What errors say for callers in Python, and what is true of it here.
_HERE: Final = {ALLOW_NAN: "--allow-nan", PATHS.null: "; only floats and times have a null"}
_EXAMPLES: Final = """\
examples:
  fastnpjson inspect points.json                what is in a file: paths, dtypes, shapes, extremes
  fastnpjson points.npy points.json.gz          an array to compressed JSON
  fastnpjson points.npy - --decimals 3 | head   to standard output, rounded
  fastnpjson points.json points.npy             and back: numbers, strings or booleans
  fastnpjson t.jsonl t.npy --arrays '$.x=f4'    one object on each line: a field for each key
  curl -s $URL | fastnpjson - points.npy        JSON from standard input
  fastnpjson - a.jsonl --from npy < a.npy       another format from standard input
  fastnpjson arrays.npz a.json --exact          with dtypes, for fastnpjson.roundtrip.loads

exit codes: 0 done, 1 a file cannot be read, converted or written, 2 wrong arguments,
  130 interrupted, 141 broken pipe
"""
_INSPECT: Final = """\
Print what is in a .npy, .npz, .json or .jsonl file, compressed or not: a row for each path, with
dtype, shape, minimum, maximum, and the count of null, NaN and NaT. [*] is each element of a list.
"""


def main(argv: Sequence[str] | None, version: str) -> int:
    """Convert or inspect a file, and return the exit code.

    Args:
        argv: The arguments; `None` for those of the process.
        version: The version of fastnpjson, for ``--version``.
    """
    argv = sys.argv[1:] if argv is None else argv
    if list(argv[:1]) == ["inspect"]:
        job = _inspection(argv[1:])
        return _exit_code(partial(_print_table, job), [job.source])
    job = _conversion(_parser(version), argv)
    return _exit_code(partial(convert, job), [job.source, job.target])


def _exit_code(work: Callable[[Progress], object], endpoints: list[Endpoint]) -> int:
    progress = Progress()
    try:
        work(progress)
        if sys.stdout:  # None where it is closed
            sys.stdout.flush()
    except BrokenPipeError:
        _flush_or_drop()
        return 141
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # zlib.error and LZMAError have no other base
        progress.close()
        _flush_or_drop()
        print(f"fastnpjson: {_message(error, [endpoint.path for endpoint in endpoints])}", file=sys.stderr)
        return 1
    finally:
        progress.close()
    return 0


def _message(error: Exception, paths: list[str]) -> str:
    text = str(error)
    for words, here in _HERE.items():
        text = text.replace(words, here)
    named = any(path in text or repr(path)[1:-1] in text for path in paths if path != "-")
    message = excerpt(" ".join(text.split()) or type(error).__name__, 1000)
    return message if named else f"{excerpt(' -> '.join(paths), 1000)}: {message}"


def _print_table(job: Job, progress: Progress) -> None:
    lines = [*inspect(job, progress)]
    progress.close()
    print("\n".join(lines))


def _flush_or_drop() -> None:
    """Flush standard output; if that fails, drop what is left, which would fail again at exit and set the exit code."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:  # see https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(excerpt(message, 1000))


def _parser(version: str) -> argparse.ArgumentParser:
    layout = argparse.RawDescriptionHelpFormatter
    parser = _Parser("fastnpjson", description=_DESCRIPTION, epilog=_EXAMPLES, formatter_class=layout)
    parser.add_argument("source", metavar="SRC", help="what to read; - is standard input")
    parser.add_argument("target", metavar="DST", help="what to write; - is standard output")
    parser.add_argument("--from", dest="source_format", metavar="FORMAT", help="format of SRC, such as npy or json.gz")
    parser.add_argument("--to", dest="target_format", metavar="FORMAT", help="format of DST, such as jsonl or npz")
    parser.add_argument("--indent", action="store_true", help="indent the document, but not arrays of NumPy files")
    parser.add_argument(
        "--decimals", type=int, choices=range(23), metavar="N", help="round the floats of arrays to N decimals, 0 to 22"
    )
    parser.add_argument("--no-nan", action="store_true", help="fail at NaN and infinities instead of writing null")
    parser.add_argument("--exact", action="store_true", help="keep dtypes and shapes, for fastnpjson.roundtrip")
    extension = "with" if speedups else "without"
    parser.add_argument(
        "--arrays",
        action="append",
        default=[],
        type=_path_and_dtype,
        metavar="PATH=DTYPE",
        help="dtype of lists at a path: '$.x=f4'; may be repeated",
    )
    _add_reading(parser)
    parser.add_argument(
        "--threads", type=_threads, default=1, metavar="N", help="threads for large arrays; or auto, all processors"
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version} ({extension} the C extension)")
    return parser


def _inspection(argv: Sequence[str]) -> Job:
    parser = _Parser("fastnpjson inspect", description=_INSPECT)
    parser.add_argument("source", metavar="FILE", help="what to read; - is standard input")
    parser.add_argument("--from", dest="format", metavar="FORMAT", help="format of FILE, such as npy or json.gz")
    _add_reading(parser)
    arguments = parser.parse_args(argv)
    source = _endpoint(parser, arguments.source, arguments.format, "--from") or Endpoint("-", "json", "-")
    if source.path == "-" and not sys.stdin:
        parser.error("standard input is closed")
    return Job(source, source, make_budget(arguments.limit), arguments.limit, allow_nan=arguments.allow_nan)


def _add_reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=int, metavar="BYTES", help="the most of a document, a line or arrays")
    parser.add_argument("--allow-nan", action="store_true", help="take the words NaN, Infinity and -Infinity in JSON")


def _threads(text: str) -> Threads:
    try:
        threads: Threads = "auto" if text == "auto" else int(text)
        count_of(threads)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither auto nor a number from 1 on") from None
    return threads


def _path_and_dtype(text: str) -> tuple[str, str]:
    path, sign, dtype = text.rpartition("=")
    try:
        tree({path: dtype})
    except (TypeError, ValueError) as error:
        raise argparse.ArgumentTypeError(
            str(error) if sign else f"expected PATH=DTYPE, such as $.x=float32; got {text!r}"
        ) from None
    return path, dtype


def _conversion(parser: argparse.ArgumentParser, argv: Sequence[str]) -> Job:
    given = vars(parser.parse_args(argv))
    source = _endpoint(parser, given.pop("source"), given.pop("source_format"), "--from")
    target = _endpoint(parser, given.pop("target"), given.pop("target_format"), "--to")
    if source is None or target is None:
        known = source or target
        if known is None:
            parser.error("from - to - needs --from or --to")
        # A standard stream without a format is JSON for a NumPy file, and .npy for JSON.
        other = Endpoint("-", "npy" if known.format.startswith("json") else "json", "-")
        source, target = source or other, target or other
    job = Job(source, target, make_budget(given["limit"]), **given | {"arrays": dict(given["arrays"])})
    _check(parser, job)
    return job


def _check(parser: argparse.ArgumentParser, job: Job) -> None:
    """Refuse arguments that do not go together."""
    source, target = job.source, job.target
    if job.indent and target.format != "json":
        parser.error("--indent is for .json")
    if job.exact and (job.indent or job.no_nan or job.decimals is not None):
        parser.error("--exact writes all values unchanged: it takes no --indent, --decimals or --no-nan")
    if job.arrays and not (source.format.startswith("json") and target.format.startswith("np")):
        parser.error("--arrays is for JSON that becomes .npy or .npz")
    if job.arrays and job.exact:
        parser.error("--exact finds the dtypes in the document: not with --arrays")
    if job.allow_nan and (job.exact or not source.format.startswith("json")):
        parser.error("--allow-nan is for JSON that is read without --exact")
    if source.path == "-" and not sys.stdin:
        parser.error("standard input is closed")
    if target.path == "-" and not sys.stdout:
        parser.error("standard output is closed")
    if target.path == "-" and sys.stdout.isatty() and (target.format.startswith("np") or codec(target.name)):
        parser.error("DST is a terminal, and cannot show this format")


def _endpoint(parser: argparse.ArgumentParser, path: str, given: str | None, option: str) -> Endpoint | None:
    name = f"{path}.{given.lstrip('.')}" if given else path
    if name == "-":
        return None
    formats = suffixes(name)
    if formats and formats[-1] in CODECS:
        formats.pop()
    if not formats or formats[-1] not in FORMATS:
        parser.error(f"{path}: unknown format; the name must end in {', '.join(FORMATS)}, or {option} must be given")
    return Endpoint(path, FORMATS[formats[-1]], name)
