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
from rnn_names.names.records import json_text
from rnn_names.show.prediction import Added, Predictions

if TYPE_CHECKING:
    from rnn_names.names.tables import Table

FORMULA = re.compile("[=+@\t\r-]")
NUMBER = re.compile(r"[+-]?[\d.,]+(?:[eE][+-]?\d+)?%?")


class Cells:
    """CSV or TSV: the cells of a row, then the answers. Raises DataError if a column name is taken."""

    def __init__(self, table: "Table", delimiter: str, top_k: int, added: Added, file: TextIO) -> None:
        self.table, self.delimiter, self.file, self.by = table, delimiter, file, added.by
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

    def render(self, predictions: Predictions) -> list[tuple[str, ...]]:
        _, countries, unknown_letters, group, nameless = predictions.answered
        columns = [predictions.countries, self._numbers(countries[0].probabilities)]
        for place in countries[1:]:
            columns += [place.labels, self._numbers(place.probabilities)]
        blank = [""] * len(columns)
        columns.append(unknown_letters)
        if group:
            both = map(list, zip(*predictions.fall_back(self.by), strict=True))
            columns += [group.labels, self._numbers(group.probabilities), *both]
        rendered = [*zip(*columns, strict=True)]
        for k in nameless:
            rendered[k] = (*blank, unknown_letters[k], *[""] * (len(columns) - len(blank) - 1))
        return rendered

    def _numbers(self, probabilities: list[float]) -> list[str]:
        numbers = [f"{p:.6f}" for p in probabilities]
        return numbers if self.decimal == "." else [p.replace(".", self.decimal) for p in numbers]

    def write(self, rows: list[Any], rendered: list[tuple[str, ...]]) -> None:
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
        keys = (json_text(name).replace("%", "%%") for name in self.added)
        self.members = ", ".join(f"{key}: %s" for key in keys) + "}"
        self.separator = "[\n  " if array else ""

    def render(self, predictions: Predictions) -> list[str]:
        _, countries, unknown_letters, group, nameless = predictions.answered
        text, numbers = Texts(), [_rounded(place.probabilities) for place in countries]
        guesses = [
            [
                f'{{"country": {text[label]}, "probability": {p}}}'
                for label, p in zip(place.labels, of_place, strict=True)
            ]
            for place, of_place in zip(countries, numbers, strict=True)
        ]
        top = [f"[{', '.join(each)}]" for each in zip(*guesses, strict=True)]
        none = ["null", "null", "[]"]
        columns = [[text[country] for country in predictions.countries], numbers[0], top]
        if group:
            none += ["null"] * 4
            columns += [[text[label] for label in group.labels], _rounded(group.probabilities)]
            columns += [
                [text[each] for each in column]
                for column in zip(*predictions.fall_back(self.by), strict=True)
            ]
        for column, nothing in zip(columns, none, strict=True):
            for k in nameless:
                column[k] = nothing
        columns.insert(3, [text[letters] for letters in unknown_letters])
        return [self.members % each for each in zip(*columns, strict=True)]

    def write(self, rows: list[Any], rendered: list[str]) -> None:
        members = self.table.members
        lines = [
            f"{{{own}, {answer}" if (own := members(row)) else f"{{{answer}"
            for row, answer in zip(rows, rendered, strict=True)
        ]
        if self.array:
            text, self.separator = self.separator + ",\n  ".join(lines), ",\n  "
        else:
            text = "\n".join(lines) + "\n"
        _put(text, self.file, lambda c: json.dumps(c)[1:-1])

    def end(self) -> None:
        if self.array:
            self.file.write("[]\n" if self.separator.startswith("[") else "\n]\n")


class Texts(dict[str, str]):
    """Texts as JSON has them, each encoded once."""

    def __missing__(self, text: str) -> str:
        self[text] = json_text(text)
        return self[text]


def _rounded(probabilities: list[float]) -> list[str]:
    return [repr(round(p, 6)) for p in probabilities]


def _put(text: str, file: TextIO, escape: Callable[[str], str]) -> None:
    """Write and flush. On a terminal, characters that could steer it are escaped."""
    if file.isatty() and not text.isprintable():
        text = "".join(c if c.isprintable() or c in "\n\t" else escape(c) for c in text)
    file.write(text)
    file.flush()


def escaped(cell: str) -> str:
    """The cell, behind an apostrophe if a spreadsheet would take it for a formula; numbers are none."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell
