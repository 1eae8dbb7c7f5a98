"""JSON: an object a line or in an array, and the name in each."""

from collections.abc import Callable, Container, Iterator
from functools import partial
from typing import Any

from rnn_names.base.errors import DataError
from rnn_names.names.bad_records import MARK, STOPPING, UNDECODABLE, BadRecords, readable
from rnn_names.names.columns import BETWEEN, found, listed, near, of_labels
from rnn_names.names.header import check_free, say_columns
from rnn_names.names.json_object import BadObjectError, cell, key_of, object_in
from rnn_names.names.lines import LONGEST_LINE, lines_of, too_long
from rnn_names.names.records import CHUNK, AsWritten, Chunk, given, unsaid
from rnn_names.names.weights import no_weight, weight_in

GATHERED = 1000  # records that are read before their keys are the columns of CSV
UNNAMED = 1000  # records: if so many lack the key of the names, and none has it, that is an error
Row = tuple[str, dict[str, Any], int]  # the line, the record, the line's number


class JsonLines(AsWritten):
    """A JSON object a line, with a name, or null for none, under its keys. Blank lines do not count.

    A record without these keys has no name, provided that another record has them. `label` is the key of
    the labels, "" for the one that a record names; `weight` is that of the weights. `unit` is what a line
    is called.
    """

    def __init__(
        self,
        text: Iterator[str],
        source: str,
        wanted: str | None,
        label: str | None = None,
        note: Callable[[str], None] = unsaid,
        unit: str = "line",
        bad: BadRecords = STOPPING,
        weight: str | None = None,
    ) -> None:
        self.text, self.source, self.label, self.bad = text, source, label, bad
        self.weight = weight
        self.note, self.unit = note, unit
        self.wanted = wanted.split(BETWEEN) if wanted else []  # the keys; else of the first that has some
        self.reserved: Container[str] = ()
        self.has_header = True
        self.header: list[str] = []  # as cells: the keys of the first record, or of all gathered
        self.columns: set[str] = set()  # the same, once they are gathered
        self.gathers = False
        self.unnamed = 0  # records before the first one with the key of the names; -1 once there is one
        self.missing = DataError()

    def reserve(self, columns: Container[str]) -> None:
        """Let no record have one of these keys, which will be added."""
        self.reserved = columns

    def check_keys(self) -> None:
        """An object's keys are its own."""

    def gather(self) -> None:
        """Read GATHERED records before the first is answered: their keys are the header."""
        self.gathers = True

    def __iter__(self) -> Iterator[Chunk]:
        names: list[str] = []
        rows: list[Row] = []
        number = 0
        try:
            for lines in lines_of(self.text):
                for line in lines:
                    number += 1
                    if line.strip() and (read := self._read(line, number)):
                        names.append(read[1])
                        rows.append((line, read[0], number))
                        if len(rows) >= CHUNK or (self.gathers and len(rows) >= GATHERED):
                            self._begin(rows)
                            yield Chunk(names, rows)
                            names, rows = [], []
                if rows and not self.gathers:
                    self._begin(rows)
                    yield Chunk(names, rows)
                    names, rows = [], []
            if self.unnamed > 0:
                raise self.missing
        except DataError:
            if rows:  # what stands before a bad record is answered
                self._begin(rows)
                yield Chunk(names, rows)
            raise
        if rows:
            self._begin(rows)
            yield Chunk(names, rows)

    def _begin(self, rows: list[Row]) -> None:
        """Take the header from the first rows."""
        if self.gathers:
            self.header = list(dict.fromkeys(each for _, record, _ in rows for each in record))
            self.columns, self.gathers = set(self.header), False
        self.header = self.header or list(rows[0][1])

    def _read(self, line: str, number: int) -> tuple[dict[str, Any], str] | None:
        """The record, and the name in it; None if it is left out."""
        try:
            record, name = self._record(line, number)
        except BadObjectError as bad:
            known = bad.record or {}
            if not self._bad(number, bad.what, bad.mend, line, cells=bool(known)):
                return None
            record, name = known, ""
        check_free(record, self.reserved, f"{self.source}, {self.unit} {number}")
        return record, name

    def _bad(self, number: int, what: str, mend: str, line: str, cells: bool = False) -> bool:
        return self.bad.found(self.source, number, what, mend, line, cells, self.unit)

    def labelled(self) -> Iterator[tuple[int, str, str, float]]:
        """Number, name, label and weight of each record; "" and 1 where there is none.

        A whole number is a label as in a table. Raises DataError if no record has the key of the labels, or
        that of the weights.
        """
        missing: DataError | None = None  # until a record has it
        unweighted: DataError | None = None  # likewise
        labelled, weighted = False, not self.weight
        for chunk in self:
            for name, (line, record, number) in zip(*chunk, strict=True):
                under = self._under(record, number)
                if under is not None:
                    labelled = True
                elif missing is None:
                    missing = self._missing("label", self.label or "country", record, number)
                label = self.label_in((line, record, number), under)
                at = self.weight and key_of(record, self.weight)
                if at is not None:
                    weighted = True
                elif self.weight and unweighted is None:
                    unweighted = self._missing("weight", self.weight, record, number)
                weight = self._weight_in((line, record, number), at) if at else 1.0
                if label is not None and weight is not None:
                    yield number, name, given(label), weight
        if missing and not labelled:
            raise missing
        if unweighted and not weighted:
            raise unweighted

    def label_in(self, row: tuple[str, dict[str, Any], int], under: str | None) -> str | None:
        """The label of a record: a text, or a whole number as in a table; "" for none.

        None is the label of a bad record. Raises DataError if the first bad record stops the run.
        """
        line, record, number = row
        value = None if under is None else record.get(under)
        if isinstance(value, str | None):
            return value or ""
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        self._bad(number, f"{under!r} is no text", "give a label in quotes, or null", line)
        return None

    def _under(self, record: dict[str, Any], number: int) -> str | None:
        """The key of the label in the record."""
        if not self.label:
            header = list(record)
            names = [header.index(each) for each in map(partial(key_of, record), self.wanted) if each]
            place = of_labels(header, f"{self.source}, {self.unit} {number}", names)
            self.label = "" if place is None else header[place]
        return key_of(record, self.label) if self.label else None

    def _weight_in(self, row: Row, under: str) -> float | None:
        """The weight of a record; None for a bad record."""
        line, record, number = row
        weight = weight_in(given(cell(record[under])))
        if weight is None:
            self._bad(number, *no_weight(under), line)
        return weight

    def _missing(self, what: str, wanted: str, record: dict[str, Any], number: int) -> DataError:
        header = list(record)
        return DataError(
            f"{self.source}, {self.unit} {number}: no {what} {wanted!r} among {listed(header)}, nor in any "
            f"other record; {near(wanted, header)}give --{what}-column the key of the {what}s"
        )

    def _record(self, line: str, number: int) -> tuple[dict[str, Any], str]:
        """The record, and the name in it."""
        if len(line) > LONGEST_LINE:
            raise BadObjectError(*too_long())
        marked = self.bad.decoding != "strict" and MARK.search(line)
        record = object_in(readable(line) if marked else line, self.unit)
        if marked:
            raise BadObjectError(UNDECODABLE, "", record)
        name = self._name(record, number)
        if self.columns and not record.keys() <= self.columns:
            raise BadObjectError(
                f"other keys than the first {GATHERED:,} records have",
                f"these are {listed(self.header)}; give --format jsonl, or complete the first",
                record,
            )
        return record, name

    def _name(self, record: dict[str, Any], number: int) -> str:
        if not self.wanted:
            header = list(record)
            places = found(header, f"{self.source}, {self.unit} {number}") or []
            one = key_of(record, "name")
            self.wanted = [header[place] for place in places] or ([one] if one is not None else [])
            if self.wanted:
                say_columns(self.note, self.source, self.wanted)
        keys = [each for each in (key_of(record, wanted) for wanted in self.wanted) if each is not None]
        if self.unnamed >= 0:
            self._count_unnamed(record, keys, number)
        cells = [record[each] for each in keys]
        for each, value in zip(keys, cells, strict=True):
            if not isinstance(value, str | None):
                raise BadObjectError(f"{each!r} is no string", "give a name in quotes, or null", record)
        texts = [given(value or "") for value in cells]
        if len(self.wanted) == 1:
            return texts[0] if texts else ""
        return " ".join(filter(None, map(str.strip, texts)))

    def _count_unnamed(self, record: dict[str, Any], keys: list[str], number: int) -> None:
        """Count a record without a key of the names. Raises DataError if the first UNNAMED ones lack it."""
        if keys and len(keys) == len(self.wanted):
            self.unnamed = -1
            return
        if self.unnamed == 0:
            header = list(record)
            missing = next((each for each in self.wanted if key_of(record, each) is None), "name")
            self.missing = DataError(
                f"{self.source}, {self.unit} {number}: no {missing!r} among {listed(header)}, nor in any "
                f"other record; {near(missing, header)}give --column the key of the names"
            )
        self.unnamed += 1
        if self.unnamed == UNNAMED:
            raise self.missing

    @property
    def name_columns(self) -> int:
        return len(self.wanted) or 1

    def cells(self, row: Row) -> list[str]:
        _, record, _ = row
        return [cell(record.get(each)) for each in self.header]

    def members(self, row: Row) -> str:
        return readable(row[0]).strip()[1:-1]  # as it is written: 1.10 stays 1.10
