"""The files that a script of this folder makes: written, or with --check compared with the present ones."""

import argparse
import gzip
import io
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from sources import HERE, SourceError

README = HERE / "README.md"
Made = Mapping[Path, bytes]


def run(description: str, make: Callable[[], Made]) -> int:
    """Make the files and write those that differ; the exit code of the script."""
    parser = argparse.ArgumentParser(description=description)
    return update(make, asks_for_check(parser).parse_args().check)


def asks_for_check(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--check", action="store_true", help="exit 1 when a file would change")
    return parser


def update(make: Callable[[], Made], check: bool) -> int:
    """Write the files that differ, or with `check` only name them; the exit code."""
    try:
        made = make()
    except SourceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    changed = [path for path, data in made.items() if unpacked(path) != data]
    for path in changed:
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(packed(made[path]) if path.suffix == ".gz" else made[path])
        print(f"{'differs' if check else 'written'}: {path.relative_to(HERE.parent)}")
    return 1 if check and changed else 0


def renewed(parts: Mapping[str, str]) -> bytes:
    """README.md with these parts between the comments of their markers."""
    text = README.read_text(encoding="utf-8")
    for marker, inner in parts.items():
        text = between(text, marker, inner)
    return text.encode("utf-8")


def between(text: str, marker: str, inner: str) -> str:
    """Replace the text between the two comments of a marker."""
    begin, end = f"<!-- {marker}: begin -->\n", f"<!-- {marker}: end -->"
    head, rest = text.split(begin)
    return f"{head}{begin}{inner}{end}{rest.split(end)[1]}"


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    return "".join("\t".join(row) + "\n" for row in [header, *rows]).encode("utf-8")


def packed(data: bytes) -> bytes:
    """Gzipped, without time or path, so that the same text gives the same bytes."""
    out = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, out, mtime=0) as file:
        file.write(data)
    return out.getvalue()


def unpacked(path: Path) -> bytes:
    """The content of a file, unpacked, for versions of gzip pack differently; empty if there is no file."""
    if not path.exists():
        return b""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
