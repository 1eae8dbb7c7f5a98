"""Predictions as CSV, TSV or JSON, for programs."""

import csv
import io
import json
import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

from rnn_names.base.errors import DataError
from rnn_names.model.answer_columns import TOP, of_countries
from rnn_names.show.prediction import Added, Prediction

if TYPE_CHECKING:
    from rnn_names.names.tables import Table

FORMULA = re.compile("[=+@\t\r-]")
NUMBER = re.compile(r"[+-]?[\d.,]+(?:[eE][+-]?\d+)?%?")


class Cells:
    """CSV or TSV: the cells of a row, then the answers. Raises DataError if a column name is taken."""

    def __init__(self, table: "Table", delimiter: str, top_k: int, added: Added, file: TextIO) -> None:
        self.table, self.delimiter, self.top_k, self.file, self.by = table, delimiter, top_k, file, added.by
        self.added = added.named(of_countries(top_k))
        self.decimal, self.escape_formulas = added.decimal, added.escape_formulas
        table.reserve(set(self.added))
        table.gather()
        writer = partial(csv.writer, delimiter=delimiter, lineterminator=table.line_end)
        self.minimal, self.all = (
            partial(writer, quoting=quoting) for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
        )
        if not table.quoted:  # a quote is a character like others
            self.minimal = self.all = partial(writer, quoting=csv.QUOTE_NONE, quotechar=None)
        self.begun = False

    def render(self, prediction: Prediction) -> list[str]:
        cells = [cell for g in prediction.guesses for cell in (g.country, f"{g.probability:.6f}")]
        of_group = prediction.of_group(self.by) if self.by else []
        if self.decimal != ".":
            cells[1::2] = [p.replace(".", self.decimal) for p in cells[1::2]]
            of_group[1:2] = [p.replace(".", self.decimal) for p in of_group[1:2]]
        cells[:1] = [prediction.country] if prediction.country else []
        return [*cells, *[""] * (2 * self.top_k - len(cells)), prediction.unknown_letters, *of_group]

    def write(self, rows: list[Any], rendered: list[list[str]]) -> None:
        self._head()
        cells = self.table.cells
        text = io.StringIO()
        full = [[*cells(row), *answer] for row, answer in zip(rows, rendered, strict=True)]
        if self.escape_formulas:
            full = [[*map(escaped, row)] for row in full]
        self._check_bare(full)
        self.minimal(text).writerows(full)
        if text.getvalue().count("\r") > len(full) * self.table.line_end.count("\r"):
            # Before Python 3.13 the writer leaves \r unquoted, and readers take it for the end of the row.
            text = io.StringIO()
            for row in full:
                (self.all if any("\r" in cell for cell in row) else self.minimal)(text).writerow(row)
        _put(text.getvalue(), self.file, lambda c: "\N{REPLACEMENT CHARACTER}")

    def _check_bare(self, rows: list[list[str]]) -> None:
        """Raise DataError for a cell that would need quotes where there are none."""
        apart = {self.delimiter, "\n", "\r"}
        odd = [] if self.table.quoted else [c for row in rows for c in row if not apart.isdisjoint(c)]
        if odd:
            raise DataError(f"--quoting none: {odd[0]!r} would need quotes; give another --format")

    def _head(self) -> None:
        if not self.begun and self.table.has_header:
            text = io.StringIO()
            header = [*self.table.header, *self.added]
            self._check_bare([header])
            self.minimal(text).writerow([*map(escaped, header)] if self.escape_formulas else header)
            _put(text.getvalue(), self.file, lambda c: "\N{REPLACEMENT CHARACTER}")
        self.begun = True

    def end(self) -> None:
        self._head()


class Json:
    """JSON: one object for each record, its own members first; one a line, or in an array.

    Raises DataError if the name of a member is taken, or stands twice in a record.
    """

    def __init__(self, table: "Table", array: bool, added: Added, file: TextIO) -> None:
        self.table, self.array, self.file, self.by = table, array, file, added.by
        country, probability, unknown_letters = of_countries(1)
        self.added = added.named([country, probability, TOP, unknown_letters])
        table.reserve(set(self.added))
        table.check_keys()
        self.separator = "[\n  " if array else ""

    def render(self, prediction: Prediction) -> str:
        top = [{"country": g.country, "probability": round(g.probability, 6)} for g in prediction.guesses]
        first = top[0]["probability"] if top else None
        values: list[Any] = [prediction.country, first, top, prediction.unknown_letters]
        if self.by:
            group, p, answer, level = prediction.of_group(self.by)
            values += [group or None, float(p) if p else None, answer or None, level or None]
        return json.dumps(dict(zip(self.added, values, strict=True)), ensure_ascii=False)[1:]

    def write(self, rows: list[Any], rendered: list[str]) -> None:
        members = self.table.members
        lines = [f"{{{members(row)}, {answer}" for row, answer in zip(rows, rendered, strict=True)]
        if self.array:
            text, self.separator = self.separator + ",\n  ".join(lines), ",\n  "
        else:
            text = "\n".join(lines) + "\n"
        _put(text, self.file, lambda c: json.dumps(c)[1:-1])

    def end(self) -> None:
        if self.array:
            self.file.write("[]\n" if self.separator.startswith("[") else "\n]\n")


def _put(text: str, file: TextIO, escape: Callable[[str], str]) -> None:
    """Write and flush. On a terminal, characters that could steer it are escaped."""
    if file.isatty() and not text.isprintable():
        text = "".join(c if c.isprintable() or c in "\n\t" else escape(c) for c in text)
    file.write(text)
    file.flush()


def escaped(cell: str) -> str:
    """The cell, behind an apostrophe if a spreadsheet would take it for a formula; numbers are none."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell
