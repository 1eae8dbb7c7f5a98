"""Predictions as tables for people, and as CSV, TSV or JSON for programs."""

import csv
import io
import json
import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TextIO

from rnn_names.base.errors import DataError
from rnn_names.base.text import printable
from rnn_names.model.threshold import UNKNOWN, fall_back
from rnn_names.names.tables import DELIMITERS
from rnn_names.show.tables import EIGHTHS, new_console, new_table

if TYPE_CHECKING:
    from rnn_names.model.ranking import Guess
    from rnn_names.names.tables import Table


class Prediction(NamedTuple):
    """The answer to a name: its likeliest countries; none for a blank name."""

    name: str
    guesses: "list[Guess]"
    unknown_letters: str
    threshold: float = 0.0
    group: "Guess | None" = None

    def of_group(self, by: str) -> list[str]:
        """The group, its probability, the answer and its level: see `fall_back`."""
        if self.group is None:
            return ["", "", "", ""]
        group, p = self.group
        return [group, f"{p:.6f}", *fall_back(self.guesses[0], self.group, self.threshold, by)]

    @property
    def country(self) -> str | None:
        """The answer: `unknown` below the threshold, None for a blank name."""
        if not self.guesses:
            return None
        return self.guesses[0].country if self.guesses[0].probability >= self.threshold else UNKNOWN


FORMULA = re.compile("[=+@\t\r-]")
NUMBER = re.compile(r"[+-]?[\d.,]+(?:[eE][+-]?\d+)?%?")
TABLE_ROWS = 1000  # predictions in one table, so that long output appears as it comes


class Added(NamedTuple):
    """The columns that are added: what stands before their names, and what groups are called, if any.

    `delimiter` is that of CSV, if it is not the one of the input; `decimal` is the mark in its numbers.
    With `escape_formulas` cells that a spreadsheet would take for formulas get an apostrophe.
    """

    prefix: str = ""
    by: str = ""
    delimiter: str | None = None
    decimal: str = "."
    escape_formulas: bool = False

    @property
    def of_group(self) -> list[str]:
        """The names of the columns of Prediction.of_group."""
        return [
            self.prefix + name for name in (self.by, f"{self.by}_probability", "answer", "level") if self.by
        ]


class Writer(Protocol):
    """Writes the records of a table, each with the answer to its name."""

    def render(self, prediction: Prediction) -> Any:
        """What `write` takes for a prediction; rendered once for a repeated name."""

    def write(self, rows: list[Any], rendered: list[Any]) -> None:
        """Write the next records, each with its rendered prediction."""

    def end(self) -> None: ...


class Cells:
    """CSV or TSV: the cells of a row, then the answers. Raises DataError if a column name is taken."""

    def __init__(self, table: "Table", delimiter: str, top_k: int, added: Added, file: TextIO) -> None:
        self.table, self.delimiter, self.top_k, self.file, self.by = table, delimiter, top_k, file, added.by
        places = ["", *(f"_{place}" for place in range(2, top_k + 1))]
        columns = [f"{what}{k}" for k in places for what in ("country", "probability")]
        self.added = [added.prefix + column for column in (*columns, "unknown_letters")]
        self.added += added.of_group
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
        self.added = [added.prefix + name for name in ("country", "probability", "top", "unknown_letters")]
        self.added += added.of_group
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


class Tables:
    """For people, in a file or pipe: tables of up to TABLE_ROWS names."""

    def __init__(self, table: "Table", top_k: int, file: TextIO) -> None:
        self.top_k, self.file, self.console = top_k, file, new_console(file)

    def render(self, prediction: Prediction) -> Prediction:
        return prediction

    def write(self, rows: list[Any], rendered: list[Prediction]) -> None:
        for at in range(0, len(rendered), TABLE_ROWS):
            table = new_table("name", *(f"{n}." for n in range(1, self.top_k + 1)))
            for prediction in rendered[at : at + TABLE_ROWS]:
                answers = (f"{printable(g.country)} {g.probability:.0%}" for g in prediction.guesses)
                table.add_row(printable(" ".join([prediction.name, *_marks(prediction)])), *answers)
            self.console.print(table)
        self.file.flush()

    def end(self) -> None:
        """Nothing is left to close."""


class Bars:
    """For people, on a terminal: the answers to each name, one below the other, each with a bar.

    Columns keep their place from the first name to the last, because names may come slowly.
    """

    def __init__(self, table: "Table", file: TextIO) -> None:
        from shutil import get_terminal_size  # not above: needed only here

        self.file, width = file, get_terminal_size().columns
        self.name, self.bar = max(8, min(width // 3, 28)), max(4, min(width // 3, 40))

    def render(self, prediction: Prediction) -> str:
        from rich.cells import cell_len  # knows which letters are two columns wide

        name = printable(prediction.name) or "(blank)"
        gap = self.name - cell_len(name)
        head = name + (" " * gap if gap >= 0 else "\n" + " " * self.name)
        lines = [
            f"{_bar(g.probability, self.bar)} {g.probability:4.0%}  {printable(g.country)}"
            for g in prediction.guesses
        ]
        marks = printable(" ".join(_marks(prediction)))
        if not lines:
            return f"{head.rstrip()}\n"
        if marks:
            lines.append(marks)
        return f"{head}  " + f"\n{' ' * self.name}  ".join(lines) + "\n"

    def write(self, rows: list[Any], rendered: list[str]) -> None:
        self.file.write("".join(rendered))
        self.file.flush()

    def end(self) -> None:
        """Nothing is left to close."""


def for_people(table: "Table", top_k: int, added: Added, file: TextIO) -> Writer:
    """Bars on a terminal, a table elsewhere."""
    return Bars(table, file) if file.isatty() else Tables(table, top_k, file)


# The values of `predict --format`, each with its writer, made from the table read, top_k, the columns that
# are added and the file. To add a format, write its class and put it here.
WRITERS: dict[str, Callable[["Table", int, Added, TextIO], Writer]] = {
    "table": for_people,
    "json": lambda table, top_k, added, file: Json(table, True, added, file),
    "jsonl": lambda table, top_k, added, file: Json(table, False, added, file),
    "csv": lambda table, top_k, added, file: Cells(table, _separator(table, added), top_k, added, file),
    "tsv": lambda table, top_k, added, file: Cells(table, DELIMITERS["tsv"], top_k, added, file),
}


def escaped(cell: str) -> str:
    """The cell, behind an apostrophe if a spreadsheet would take it for a formula; numbers are none."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell


def _separator(table: "Table", added: Added) -> str:
    """The delimiter of CSV: the one that is asked for, else that of the input, unless that is a tab."""
    return added.delimiter or (
        DELIMITERS["csv"] if table.delimiter == DELIMITERS["tsv"] else table.delimiter
    )


def _bar(share: float, width: int) -> str:
    """A bar of `share` of the width, in eighths of a block, padded with blanks."""
    eighths = round(share * width * 8)
    return f"{'█' * (eighths // 8)}{EIGHTHS[eighths % 8].strip()}".ljust(width)


def _marks(prediction: Prediction) -> list[str]:
    letters, guesses = prediction.unknown_letters, prediction.guesses
    marks = [f"(unknown letters: {letters})"] if letters else []
    if guesses and prediction.group:
        marks.append(f"({prediction.group.country} {prediction.group.probability:.0%})")
    if guesses and guesses[0].probability < prediction.threshold:
        marks.append("(unsure)")
    return marks
