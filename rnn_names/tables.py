"""Records in: lines, CSV, TSV and JSON lines, gzipped or not, as they come and in little memory.

What is read at a time is what is there: of slow input a line, of fast input or a file a BLOCK.
"""

import codecs
import csv
import io
import json
import zlib
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from rnn_names.errors import DataError, did_you_mean

GZIP = ".gz"
FORMS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
DELIMITERS = {"csv": ",", "tsv": "\t"}
BLOCK = 1 << 18  # bytes
CHUNK = 1 << 13  # records answered at a time
LONGEST_LINE = 1 << 22  # characters
csv.field_size_limit(1 << 20)  # characters; a longer field is an unclosed quote, not a name
LISTED = 20  # columns that an error names


class Chunk(NamedTuple):
    """Some records, and the name in each."""

    names: list[str]
    rows: list[Any]


def form_of(path: Path) -> str | None:
    """csv, tsv or jsonl, by the ending of the file's name without .gz; None for any other."""
    return FORMS.get((path.with_suffix("") if path.suffix.lower() == GZIP else path).suffix.lower())


def opened(path: Path) -> BinaryIO:
    """The file's bytes, unpacked if it ends in .gz. Raises DataError."""
    try:
        if path.suffix.lower() != GZIP:
            return path.open("rb")
        import gzip  # not above: seldom needed

        return gzip.open(path)  # type: ignore[return-value]  # has all of BinaryIO that is used
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}; give a file that can be read") from error


def read_bytes(file: BinaryIO, source: str) -> Iterator[bytes]:
    """What is in the file, in blocks. Raises DataError where the system or gzip does."""
    while True:
        try:
            block = file.read1(BLOCK)  # type: ignore[attr-defined]  # which BinaryIO lacks, buffers do not
        except (OSError, EOFError, zlib.error) as error:
            if isinstance(error, OSError) and error.strerror:
                raise DataError(f"{source}: {error.strerror}; give a file that can be read") from error
            raise DataError(f"{source}: not a whole gzip file ({error}); pack it again") from error
        if not block:
            return
        yield block


def read_text(
    blocks: Iterator[bytes],
    source: str,
    encoding: str = "utf-8-sig",
    errors: str = "strict",
    mend: str = "save the file as UTF-8",
) -> Iterator[str]:
    """The text of the blocks, a byte-order mark taken off; no block ends between \\r and \\n.

    Raises DataError with the line of a byte that is none in this encoding, and what to do: `mend`.
    """
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(errors), translate=False)
    ends = 0
    more = True
    while more:
        block = next(blocks, b"")
        more, before = bool(block), decoder.getstate()
        try:
            text = decoder.decode(block, final=not more)
        except UnicodeError as error:
            where, what = "", "the text"
            if isinstance(error, UnicodeDecodeError):
                what, good = f"byte 0x{error.object[error.start]:02x}", ""
                decoder.setstate(before)
                with suppress(UnicodeError):  # UTF-16 without its mark is found out at its second symbol
                    # The object is what was kept of the last block, and this one, perhaps without its mark.
                    good = decoder.decode(block[: max(0, error.start + len(block) - len(error.object))])
                    good += "\r" * (decoder.getstate()[1] & 1)  # held back: \n may follow
                where = f", line {ends + _line_ends(good) + 1}"
            known = "UTF-8" if encoding in ("utf-8", "utf-8-sig") else encoding
            raise DataError(f"{source}{where}: {what} is not {known}; {mend}") from error
        if text:
            ends += _line_ends(text)
            yield text


def _line_ends(text: str) -> int:
    return text.count("\n") or text.count("\r")


def column(header: list[str], wanted: str, source: str, mend: str = "") -> int:
    """The place of a column, by its name, else its number from 1. Raises DataError that ends in `mend`."""
    if header.count(wanted) == 1:
        return header.index(wanted)
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 and 0 < int(wanted) <= len(header):
        return int(wanted) - 1
    problem = "more than one column" if wanted in header else "no column"
    raise DataError(
        f"{source}, line 1: {problem} {wanted!r} among {_listed(header)}; {_near(wanted, header)}{mend}"
    )


def _listed(header: list[str]) -> str:
    return ", ".join(repr(cell[:80]) for cell in header[:LISTED]) + (" …" if len(header) > LISTED else "")


def _near(wanted: str, header: list[str]) -> str:
    near = did_you_mean(wanted, header)
    return f"{near} " if near else ""


class DelimitedRows:
    """The rows of CSV or TSV text, each with the line that it ends in.

    `dry` says that the text in hand has no further row: the next one may be long in coming.
    Raises DataError with file and line.
    """

    def __init__(self, text: Iterator[str], source: str, delimiter: str) -> None:
        self.source, self.dry = source, False
        self.reader = csv.reader(self._lines(text), delimiter=delimiter, strict=True)

    def _lines(self, text: Iterator[str]) -> Iterator[str]:
        rest = ""
        for block in text:
            rest += block
            end = max(rest.rfind("\n"), rest.rfind("\r")) + 1
            # Not splitlines, to which the unit separators and others end a line, too.
            lines = list(io.StringIO(rest[:end], newline=""))
            rest = rest[end:]
            if len(rest) > LONGEST_LINE:
                raise DataError(
                    f"{self.source}, line {self.reader.line_num + len(lines) + 1}: {_too_long()}"
                )
            if lines:
                yield from lines[:-1]
                self.dry = True
                yield lines[-1]
                self.dry = False
        if rest:
            yield rest

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader, begins = self.reader, 1
        try:
            for row in reader:
                yield reader.line_num, row
                begins = reader.line_num + 1
        except csv.Error as error:
            raise DataError(
                f"{self.source}, line {begins}: {error}; mend the quotes or the delimiter there"
            ) from error


def _too_long() -> str:
    return f"longer than {LONGEST_LINE:,} characters; check that the file has the format that was said"


class Lines:
    """Text, a name a line. Of a line of more than LONGEST_LINE characters the rest is not kept."""

    header: Sequence[str] = ("name",)
    has_header = True

    def __init__(self, text: Iterator[str]) -> None:
        self.text = text

    def reserve(self, columns: Container[str]) -> None:
        """Nothing stands beside the name."""

    def __iter__(self) -> Iterator[Chunk]:
        for lines in _lines(self.text):
            for at in range(0, len(lines), CHUNK):
                names = lines[at : at + CHUNK]
                yield Chunk(names, names)

    def cells(self, row: str) -> list[str]:
        return [row]

    def members(self, row: str) -> str:
        return f'"name": {json.dumps(row, ensure_ascii=False)}'


def _lines(text: Iterator[str]) -> Iterator[list[str]]:
    """The lines of each block that end in it, without their ends; of the longest the beginning."""
    rest = ""
    for block in text:
        *lines, rest = (rest + block).split("\n")
        rest = rest[: LONGEST_LINE + 1]
        if lines:
            lines[0] = lines[0][: LONGEST_LINE + 1]
            yield [line.removesuffix("\r") for line in lines] if "\r" in block else lines
    if rest:
        yield [rest.removesuffix("\r")]


class Delimited:
    """CSV or TSV, a name in one of its columns.

    A blank line is a row of empty cells; a row of another width than the first is an error.
    """

    def __init__(
        self, text: Iterator[str], source: str, delimiter: str, wanted: str, has_header: bool
    ) -> None:
        self.source, self.has_header = source, has_header
        self.rows = DelimitedRows(text, source, delimiter)
        self.iterator = iter(self.rows)
        line, first = next(self.iterator, (1, []))
        if not first:
            raise DataError(f"{source}: is empty, or begins with a blank line; give it a header")
        self.first = None if has_header else (line, first)
        self.header = first if has_header else [str(k + 1) for k in range(len(first))]
        tidied = [" ".join(cell.split()) for cell in self.header]
        self.at = column(tidied, wanted, source, "give --column one of them, or its number from 1")

    def reserve(self, columns: Container[str]) -> None:
        """Raise DataError if there is a column of one of these names, which will be added."""
        if self.has_header:
            _check_free(self.header, columns, f"{self.source}, line 1")

    def __iter__(self) -> Iterator[Chunk]:
        width, at = len(self.header), self.at
        names: list[str] = []
        rows: list[list[str]] = []
        if self.first:
            rows.append(self.first[1])
            names.append(self.first[1][at])
        for line, row in self.iterator:
            if len(row) != width:
                if row:
                    raise DataError(
                        f"{self.source}, line {line}: {len(row)} columns where the first row has {width}; "
                        "complete the row, or quote what has a delimiter in it"
                    )
                row = [""] * width
            rows.append(row)
            names.append(row[at])
            if self.rows.dry or len(rows) == CHUNK:
                yield Chunk(names, rows)
                names, rows = [], []
        if rows:
            yield Chunk(names, rows)

    def cells(self, row: list[str]) -> list[str]:
        return row

    def members(self, row: list[str]) -> str:
        return json.dumps(dict(zip(self.header, row, strict=True)), ensure_ascii=False)[1:-1]


class JsonLines:
    """A JSON object a line, with a name, or null for none, under one of its keys. Blank lines are none."""

    def __init__(self, text: Iterator[str], source: str, wanted: str) -> None:
        self.text, self.source, self.wanted = text, source, wanted
        self.reserved: Container[str] = ()
        self.has_header = True
        self.header: list[str] = []  # as cells: the keys of the first record

    def reserve(self, columns: Container[str]) -> None:
        """Let no record have one of these keys, which will be added."""
        self.reserved = columns

    def __iter__(self) -> Iterator[Chunk]:
        number = 0
        for lines in _lines(self.text):
            for at in range(0, len(lines), CHUNK):
                chunk = Chunk([], [])
                for line in lines[at : at + CHUNK]:
                    number += 1
                    if line.strip():
                        record = self._record(line, f"{self.source}, line {number}")
                        chunk.names.append(record[self.wanted] or "")
                        chunk.rows.append((line, record, number))
                if chunk.rows:
                    self.header = self.header or list(chunk.rows[0][1])
                    yield chunk

    def _record(self, line: str, where: str) -> dict[str, Any]:
        if len(line) > LONGEST_LINE:
            raise DataError(f"{where}: {_too_long()}")
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            problem = getattr(error, "msg", "nested too deeply or a number too long")
            raise DataError(f"{where}: no JSON ({problem}); put one object in each line") from error
        if not isinstance(record, dict):
            raise DataError(f"{where}: no JSON object; put one in each line")
        if self.wanted not in record:
            header = list(record)
            raise DataError(
                f"{where}: no {self.wanted!r} among {_listed(header)}; {_near(self.wanted, header)}"
                "give --column the key of the names, and where there is no name null"
            )
        if not isinstance(record[self.wanted], str | None):
            raise DataError(f"{where}: {self.wanted!r} is no string; give a name in quotes, or null")
        _check_free(record, self.reserved, where)
        return record

    def cells(self, row: tuple[str, dict[str, Any], int]) -> list[str]:
        _, record, number = row
        if list(record) != self.header and record.keys() != set(self.header):
            raise DataError(
                f"{self.source}, line {number}: other keys than the first, {_listed(self.header)}; "
                "give --format jsonl, or complete it"
            )
        values = [record[key] for key in self.header]
        return [
            value
            if isinstance(value, str)
            else ""
            if value is None
            else json.dumps(value, ensure_ascii=False)
            for value in values
        ]

    def members(self, row: tuple[str, dict[str, Any], int]) -> str:
        return row[0].strip()[1:-1]  # as it is written: 1.10 stays 1.10


Table = Lines | Delimited | JsonLines


def _check_free(header: Iterable[str], columns: Container[str], where: str) -> None:
    taken = [key for key in header if key in columns]
    if taken:
        raise DataError(
            f"{where}: there is a column {taken[0]!r} already; "
            "rename it, or give --prefix a text to put before the names of the new ones"
        )
