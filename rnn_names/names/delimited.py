"""CSV and TSV: a record a row."""

from collections.abc import Callable, Container, Iterator
from itertools import chain
from operator import itemgetter

from rnn_names.base.errors import DataError
from rnn_names.names.bad_records import MARK, STOPPING, UNDECODABLE, BadRecords, readable
from rnn_names.names.columns import column, columns, found, joiner, of_labels
from rnn_names.names.header import check_free, say_columns
from rnn_names.names.records import CHUNK, AsWritten, Chunk, all_given, given, json_text, unsaid
from rnn_names.names.rows import DelimitedRows
from rnn_names.names.weights import no_weight, weight_in

MEND = "give {} one of them, or its number from 1"


class Delimited(AsWritten):
    """CSV or TSV, a name in one or several of its columns, and perhaps a label in another.

    `label` is the column of the labels, "" for the one that the header names; `weight` that of the weights.
    """

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
        bad: BadRecords = STOPPING,
        weight: str | None = None,
    ) -> None:
        self.source, self.has_header, self.bad = source, has_header, bad
        self.quoted = quoted
        self.rows = DelimitedRows(text, source, delimiter, quoted, bad)
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
        if has_header and MARK.search("".join(first)):
            raise DataError(f"{self.where}: {UNDECODABLE}, in the header; save the file as UTF-8")
        self.header = first if has_header else [str(k + 1) for k in range(len(first))]
        width = len(first)
        self.first = [] if has_header else [*((n, [""] * width) for n in blank), (line, first)]
        places, noted = self._places(wanted, mend.format("--column"))
        self.places, self.name_columns, self.name_of = places, len(places), joiner(places)
        self.label_at = -1
        if label is not None:
            at = None if label else of_labels(self.header, self.where, places)
            if at is None:
                at = column(self.header, label or "country", self.where, mend.format("--label-column"))
            self.label_at = at
            if self.label_at in places:
                both = self.header[self.label_at]
                raise DataError(f"{self.where}: {both!r} cannot be both the names and the labels")
        self.weight_at = -1
        if weight is not None:
            self.weight_at = column(self.header, weight, self.where, mend.format("--weight-column"))
            if self.weight_at in (*places, self.label_at):
                both, other = self.header[self.weight_at], "names" if self.weight_at in places else "labels"
                raise DataError(f"{self.where}: {both!r} cannot be both the {other} and the weights")
        if noted:  # not above: an error stands alone
            say_columns(note, source, [self.header[place] for place in places])

    def _places(self, wanted: str | None, mend: str) -> tuple[list[int], bool]:
        """The places of the columns of the name, and whether they were found without being asked for."""
        if wanted is not None:
            return columns(self.header, wanted, self.where, mend), False
        places = found(self.header, self.where)
        return (places, True) if places else ([column(self.header, "name", self.where, mend)], False)

    def reserve(self, columns: Container[str]) -> None:
        """Raise DataError if there is a column of one of these names, which will be added."""
        if self.has_header:
            check_free(self.header, columns, self.where)

    def check_keys(self) -> None:
        """Raise DataError if a name stands twice in the header: an object would lose a column."""
        twice = [name for name in self.header if self.header.count(name) > 1]
        if twice:
            raise DataError(
                f"{self.where}: more than one column {twice[0]!r}, and JSON has room for one; "
                "rename the others, or give --format csv"
            )

    def records(self) -> Iterator[tuple[int, str, list[str]]]:
        """Each row, the name in it and the line that it ends in; as many cells as the header has."""
        width, marked = len(self.header), self.bad.decoding != "strict"
        for line, row in chain(self.first, self.iterator):
            name: str | None = None
            if len(row) != width:
                if not any(map(str.strip, row)):
                    row = [""] * width
                elif len(row) > width and not any(map(str.strip, row[width:])):
                    row = row[:width]
                else:
                    what = f"{len(row)} columns where the first row has {width}"
                    mend = "complete the row, or quote what has a delimiter in it"
                    short = len(row) < width
                    if not self.bad.found(self.source, line, what, mend, self.rows.text(), cells=short):
                        continue
                    row, name = [*map(readable, row), *[""] * (width - len(row))], ""
            if marked and MARK.search("".join(row)):
                if not self.bad.found(self.source, line, UNDECODABLE, "", self.rows.text(), cells=True):
                    continue
                row, name = [*map(readable, row)], ""
            yield line, self.name_of(row) if name is None else name, row

    def __iter__(self) -> Iterator[Chunk]:
        names: list[str] = []
        rows: list[list[str]] = []
        try:
            for number, (_, name, row) in enumerate(self.records(), start=1):
                rows.append(row)
                names.append(name)
                if number >= len(self.first):  # these stand before the lines in hand
                    more = self.rows.together(len(self.header))
                    rows += more
                    names += self._names_in(more)
                while len(rows) >= CHUNK:
                    yield Chunk(names[:CHUNK], rows[:CHUNK])
                    names, rows = names[CHUNK:], rows[CHUNK:]
                if rows and self.rows.dry:
                    yield Chunk(names, rows)
                    names, rows = [], []
        except DataError:
            if rows:  # what stands before a bad record is answered
                yield Chunk(names, rows)
            raise
        if rows:
            yield Chunk(names, rows)

    def _names_in(self, rows: list[list[str]]) -> list[str]:
        if len(self.places) > 1:
            return [*map(self.name_of, rows)]
        return all_given([*map(itemgetter(*self.places), rows)])

    def labelled(self) -> Iterator[tuple[int, str, str, float]]:
        """Line, name, label and weight of each row that is not blank; "" and 1 where there is none."""
        for line, name, row in self.records():
            if any(map(str.strip, row)):
                weight = 1.0 if self.weight_at < 0 else weight_in(given(row[self.weight_at]))
                if weight is not None:
                    yield line, name, given(row[self.label_at]), weight
                else:
                    what, mend = no_weight(self.header[self.weight_at])
                    self.bad.found(self.source, line, what, mend, self.rows.text())

    def cells(self, row: list[str]) -> list[str]:
        return row

    def members(self, row: list[str]) -> str:
        cells = zip(map(json_text, self.header), map(json_text, row), strict=True)
        return ", ".join([f"{key}: {cell}" for key, cell in cells])
