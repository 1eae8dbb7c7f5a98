"""Records as they come: a line, a row or an object, and the name in each."""

import json
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from rnn_names.base.errors import DataError
from rnn_names.names.columns import BETWEEN, column, columns, found, joiner, key, listed, near
from rnn_names.names.rows import LONGEST_LINE, DelimitedRows, lines_of, too_long

CHUNK = 1 << 13  # records answered at a time
MEND = "give {} one of them, or its number from 1"


def unsaid(note: str) -> None:
    """What takes notes where nobody reads them."""


SPACE, LINES = re.compile(r"\s*"), re.compile(r"[\r\n]+")  # in JSON


class Chunk(NamedTuple):
    """Some records, and the name in each."""

    names: list[str]
    rows: list[Any]


class Lines:
    """Text, a name a line. Of a line of more than LONGEST_LINE characters the rest is not kept."""

    header: Sequence[str] = ("name",)
    has_header = True
    name_columns = 1

    def __init__(self, text: Iterator[str]) -> None:
        self.text = text

    def reserve(self, columns: Container[str]) -> None:
        """Nothing stands beside the name."""

    def check_keys(self) -> None:
        """Its one key is `name`."""

    def __iter__(self) -> Iterator[Chunk]:
        for lines in lines_of(self.text):
            for at in range(0, len(lines), CHUNK):
                rows = lines[at : at + CHUNK]
                yield Chunk([weighted(row)[0] if "\t" in row else row for row in rows], rows)

    def cells(self, row: str) -> list[str]:
        return [row]

    def members(self, row: str) -> str:
        return f'"name": {json.dumps(row, ensure_ascii=False)}'


class Delimited:
    """CSV or TSV, a name in one or several of its columns, and perhaps a label in another.

    `encoding` and `line_end` are those of the file, for what is written in its form.
    """

    encoding, line_end = "utf-8", "\n"

    def __init__(
        self,
        text: Iterator[str],
        source: str,
        delimiter: str,
        wanted: str | None,
        has_header: bool,
        label: str | None = None,
        mend: str = MEND,
        note: Callable[[str], None] = unsaid,
        quoted: bool = True,
    ) -> None:
        self.source, self.has_header = source, has_header
        self.rows = DelimitedRows(text, source, delimiter, quoted)
        self.delimiter: str = self.rows.options["delimiter"]  # perhaps that of a line sep=;
        self.iterator = iter(self.rows)
        blank: list[int] = []  # lines before the first row, which without a header are records
        line, first = 1, list[str]()
        for line, first in self.iterator:
            if any(map(str.strip, first)):
                break
            blank.append(line)
            first = []  # if it is the last
        if not first:
            raise DataError(f"{source}: is empty; give it a header, and a name in each row")
        self.where = f"{source}, line {line}"
        self.header = first if has_header else [str(k + 1) for k in range(len(first))]
        width = len(first)
        self.first = [] if has_header else [*((n, [""] * width) for n in blank), (line, first)]
        places, noted = self._places(wanted, mend.format("--column"))
        self.name_columns, self.name_of = len(places), joiner(places)
        self.label_at = -1
        if label is not None:
            self.label_at = column(self.header, label, self.where, mend.format("--label-column"))
            if self.label_at in places:
                both = self.header[self.label_at]
                raise DataError(f"{self.where}: {both!r} cannot be both the names and the labels")
        if noted:  # not above: an error stands alone
            _note(note, source, [self.header[place] for place in places])

    def _places(self, wanted: str | None, mend: str) -> tuple[list[int], bool]:
        """The places of the columns of the name, and whether they were found without being asked for."""
        if wanted is not None:
            return columns(self.header, wanted, self.where, mend), False
        places = found(self.header, self.where)
        return (places, True) if places else ([column(self.header, "name", self.where, mend)], False)

    def reserve(self, columns: Container[str]) -> None:
        """Raise DataError if there is a column of one of these names, which will be added."""
        if self.has_header:
            _check_free(self.header, columns, self.where)

    def check_keys(self) -> None:
        """Raise DataError if a name stands twice in the header: an object would lose a column."""
        twice = [name for name in self.header if self.header.count(name) > 1]
        if twice:
            raise DataError(
                f"{self.where}: more than one column {twice[0]!r}, and JSON has room for one; "
                "rename the others, or give --format csv"
            )

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Each row and the line that it ends in, as many cells as the header has."""
        width = len(self.header)
        yield from self.first
        for line, row in self.iterator:
            if len(row) != width:
                if not any(map(str.strip, row)):
                    row = [""] * width
                elif len(row) > width and not any(map(str.strip, row[width:])):
                    row = row[:width]
                else:
                    raise DataError(
                        f"{self.source}, line {line}: {len(row)} columns where the first row has {width}; "
                        "complete the row, or quote what has a delimiter in it"
                    )
            yield line, row

    def __iter__(self) -> Iterator[Chunk]:
        names: list[str] = []
        rows: list[list[str]] = []
        for _, row in self.records():
            rows.append(row)
            names.append(self.name_of(row))
            if self.rows.dry or len(rows) == CHUNK:
                yield Chunk(names, rows)
                names, rows = [], []
        if rows:
            yield Chunk(names, rows)

    def labelled(self) -> Iterator[tuple[int, str, str]]:
        """Line, name and label of each row that is not blank; "" where there is no name.

        Raises DataError where the label is missing.
        """
        for line, row in self.records():
            name, label = self.name_of(row), row[self.label_at]
            if key(label):
                yield line, name, label
            elif any(map(str.strip, row)):
                raise DataError(
                    f"{self.source}, line {line}: {self.header[self.label_at]!r} is empty; "
                    "fill it in or remove the row"
                )

    def cells(self, row: list[str]) -> list[str]:
        return row

    def members(self, row: list[str]) -> str:
        return json.dumps(dict(zip(self.header, row, strict=True)), ensure_ascii=False)[1:-1]


class JsonLines:
    """A JSON object a line, with a name, or null for none, under its keys. Blank lines are none.

    `unit` is what a line is called in errors.
    """

    def __init__(
        self,
        text: Iterator[str],
        source: str,
        wanted: str | None,
        label: str | None = None,
        note: Callable[[str], None] = unsaid,
        unit: str = "line",
    ) -> None:
        self.text, self.source, self.label, self.note, self.unit = text, source, label, note, unit
        self.wanted = wanted.split(BETWEEN) if wanted else []  # the keys, found in the first record if none
        self.reserved: Container[str] = ()
        self.has_header = True
        self.header: list[str] = []  # as cells: the keys of the first record

    def reserve(self, columns: Container[str]) -> None:
        """Let no record have one of these keys, which will be added."""
        self.reserved = columns

    def check_keys(self) -> None:
        """An object's keys are its own."""

    def __iter__(self) -> Iterator[Chunk]:
        number = 0
        for lines in lines_of(self.text):
            for at in range(0, len(lines), CHUNK):
                chunk = Chunk([], [])
                for line in lines[at : at + CHUNK]:
                    number += 1
                    if line.strip():
                        record, name = self._record(line, f"{self.source}, {self.unit} {number}")
                        chunk.names.append(name)
                        chunk.rows.append((line, record, number))
                if chunk.rows:
                    self.header = self.header or list(chunk.rows[0][1])
                    yield chunk

    def labelled(self) -> Iterator[tuple[int, str, str]]:
        """Line, name and label of each record; "" where there is no name.

        Raises DataError where the label is missing.
        """
        wanted = self.label or ""
        for chunk in self:
            for name, (_, record, number) in zip(*chunk, strict=True):
                where = f"{self.source}, {self.unit} {number}"
                found = _key_of(record, wanted)
                if found is None:
                    raise DataError(
                        f"{where}: no {wanted!r} among {listed(list(record))}; "
                        f"{near(wanted, list(record))}give --label-column the key of the labels"
                    )
                label = record[found]
                if not isinstance(label, str) or not key(label):
                    raise DataError(f"{where}: {wanted!r} is no text; fill it in or remove the record")
                yield number, name, label

    def _record(self, line: str, where: str) -> tuple[dict[str, Any], str]:
        """The record, and the name in it."""
        if len(line) > LONGEST_LINE:
            raise DataError(f"{where}: {too_long()}")
        try:
            record = json.loads(line, object_pairs_hook=partial(_object, where=where))
        except (ValueError, RecursionError) as error:
            problem = getattr(error, "msg", "nested too deeply or a number too long")
            raise DataError(f"{where}: no JSON ({problem}); put one object in each line") from error
        if isinstance(record, list):
            raise DataError(f"{where}: a JSON array; give --input-format json")
        if not isinstance(record, dict):
            raise DataError(f"{where}: no JSON object; put one in each line")
        name = self._name(record, where)
        _check_free(record, self.reserved, where)
        return record, name

    def _name(self, record: dict[str, Any], where: str) -> str:
        keys = [_key_of(record, wanted) for wanted in self.wanted or self._found(record, where)]
        if None in keys:
            header, missing = list(record), self.wanted[keys.index(None)]
            raise DataError(
                f"{where}: no {missing!r} among {listed(header)}; {near(missing, header)}"
                "give --column the key of the names, and where there is no name null"
            )
        cells = [record[one] for one in keys if one is not None]
        for one, cell in zip(keys, cells, strict=True):
            if not isinstance(cell, str | None):
                raise DataError(f"{where}: {one!r} is no string; give a name in quotes, or null")
        return (
            cells[0] or ""
            if len(cells) == 1
            else " ".join(filter(None, map(str.strip, filter(None, cells))))
        )

    def _found(self, record: dict[str, Any], where: str) -> list[str]:
        """The keys of the name in the first record."""
        header = list(record)
        self.wanted = [header[place] for place in found(header, where) or []]
        if self.wanted:
            _note(self.note, self.source, self.wanted)
        else:
            self.wanted = ["name"]
        return self.wanted

    @property
    def name_columns(self) -> int:
        return len(self.wanted)

    def cells(self, row: tuple[str, dict[str, Any], int]) -> list[str]:
        _, record, number = row
        if list(record) != self.header and record.keys() != set(self.header):
            raise DataError(
                f"{self.source}, {self.unit} {number}: other keys than the first, {listed(self.header)}; "
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


def _note(note: Callable[[str], None], source: str, names: list[str]) -> None:
    """Say which columns are read, unless it is the one that is read by default."""
    if [key(name) for name in names] != ["name"]:
        note(f"{source}: the name is {' and '.join(map(repr, names))}; give --column to read another")


def _object(members: list[tuple[str, Any]], where: str) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        twice = next(each for each, n in Counter(each for each, _ in members).items() if n > 1)
        raise DataError(f"{where}: the key {twice!r} stands twice in an object; keep one")
    return found


def lines_of_array(text: str, source: str) -> Iterator[str]:
    """A line for each element of a JSON array: an object as it is written, a string as an object's name.

    Raises DataError for what is no array of these.
    """
    decoder, at = json.JSONDecoder(), _behind(SPACE, text, 0)
    if text[at : at + 1] != "[":
        raise DataError(f"{source}: no JSON array; with an object a line it is JSON lines (.jsonl)")
    at, number = _behind(SPACE, text, at + 1), 0
    while text[at : at + 1] != "]":
        number += 1
        try:
            element, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            problem = getattr(error, "msg", "nested too deeply or a number too long")
            raise DataError(f"{source}, record {number}: no JSON ({problem}); mend it there") from error
        if not isinstance(element, dict | str | None):
            raise DataError(f"{source}, record {number}: neither an object nor a name; make it one")
        written = LINES.sub(" ", text[at:end])
        yield (written if isinstance(element, dict) else f'{{"name": {written}}}') + "\n"
        at = _behind(SPACE, text, end)
        if text[at : at + 1] == ",":
            at = _behind(SPACE, text, at + 1)
        elif text[at : at + 1] != "]":
            raise DataError(f"{source}, record {number}: no comma or ] behind it; is the file whole?")
    if text[_behind(SPACE, text, at + 1) :]:
        raise DataError(f"{source}: more behind the JSON array; give a file of one array")


def _behind(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where what matches at this place ends."""
    found = pattern.match(text, at)
    return found.end() if found else at


def _key_of(record: dict[str, Any], wanted: str) -> str | None:
    """The key of the record that is the wanted one, but for what `key` does not count."""
    if wanted in record:
        return wanted
    return next((each for each in record if key(each) == key(wanted)), None)


def _check_free(header: Iterable[str], columns: Container[str], where: str) -> None:
    taken = [each for each in header if key(each) in columns]
    if taken:
        raise DataError(
            f"{where}: there is a column {taken[0]!r} already; "
            "rename it, or give --prefix a text to put before the names of the new ones"
        )


def weighted(line: str) -> tuple[str, str]:
    """The name of a line, and the weight behind it and a tab; "" where no figure stands there."""
    name, _, weight = line.partition("\t")
    return (name, weight) if any(map(str.isdigit, weight)) else (line, "")
