"""Predictions as tables for people, and as CSV, TSV or JSON for programs."""

import csv
import io
import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TextIO

from rnn_names.base.text import printable
from rnn_names.names.tables import DELIMITERS
from rnn_names.show.tables import EIGHTHS, new_console, new_table

if TYPE_CHECKING:
    from rnn_names.model.classifier import Guess
    from rnn_names.names.records import Table


class Prediction(NamedTuple):
    """What is said of a name: its likeliest countries, or none under the threshold or for a blank name."""

    name: str
    guesses: "list[Guess]"
    unknown_letters: str
    threshold: float = 0.0

    @property
    def country(self) -> str | None:
        """The answer: `unknown` under the threshold; None for a blank name."""
        if not self.guesses:
            return None
        return self.guesses[0].country if self.guesses[0].probability >= self.threshold else UNKNOWN


UNKNOWN = "unknown"  # the answer under the threshold
TABLE_ROWS = 1000  # predictions in one table, so that a long one is shown as it comes


class Writer(Protocol):
    """Writes the records of a table, each with what is said of its name."""

    def render(self, prediction: Prediction) -> Any:
        """What `write` takes of a prediction: worked out once for a name that is there many times."""

    def write(self, rows: list[Any], rendered: list[Any]) -> None:
        """The next records, and what was rendered for each."""

    def end(self) -> None: ...


class Cells:
    """CSV or TSV: the cells of a row, and behind them the answers. Raises DataError if a name is taken."""

    def __init__(self, table: "Table", delimiter: str, top_k: int, prefix: str, file: TextIO) -> None:
        self.table, self.top_k, self.file = table, top_k, file
        places = ["", *(f"_{place}" for place in range(2, top_k + 1))]
        columns = [f"{what}{k}" for k in places for what in ("country", "probability")]
        self.added = [prefix + column for column in (*columns, "unknown_letters")]
        table.reserve(set(self.added))
        self.minimal, self.all = (
            partial(csv.writer, delimiter=delimiter, lineterminator="\n", quoting=quoting)
            for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
        )
        self.begun = False

    def render(self, prediction: Prediction) -> list[str]:
        cells = [cell for g in prediction.guesses for cell in (g.country, f"{g.probability:.6f}")]
        cells[:1] = [prediction.country] if prediction.country else []
        return [*cells, *[""] * (2 * self.top_k - len(cells)), prediction.unknown_letters]

    def write(self, rows: list[Any], rendered: list[list[str]]) -> None:
        self._head()
        cells = self.table.cells
        text = io.StringIO()
        full = [[*cells(row), *answer] for row, answer in zip(rows, rendered, strict=True)]
        self.minimal(text).writerows(full)
        if "\r" in text.getvalue():
            # Before Python 3.13 the writer leaves \r unquoted, and there readers end the row.
            text = io.StringIO()
            for row in full:
                (self.all if any("\r" in cell for cell in row) else self.minimal)(text).writerow(row)
        _put(text.getvalue(), self.file, lambda c: "\N{REPLACEMENT CHARACTER}")

    def _head(self) -> None:
        if not self.begun and self.table.has_header:
            text = io.StringIO()
            self.minimal(text).writerow([*self.table.header, *self.added])
            _put(text.getvalue(), self.file, lambda c: "\N{REPLACEMENT CHARACTER}")
        self.begun = True

    def end(self) -> None:
        self._head()


class Json:
    """JSON: one object for each record, its own members first; in a line each, or in an array.

    Raises DataError if a name is taken, or stands twice among the record's own.
    """

    def __init__(self, table: "Table", array: bool, prefix: str, file: TextIO) -> None:
        self.table, self.array, self.file = table, array, file
        self.added = [prefix + name for name in ("country", "probability", "top", "unknown_letters")]
        table.reserve(set(self.added))
        table.check_keys()
        self.separator = "[\n  " if array else ""

    def render(self, prediction: Prediction) -> str:
        top = [{"country": g.country, "probability": round(g.probability, 6)} for g in prediction.guesses]
        first = top[0]["probability"] if top else None
        values = (prediction.country, first, top, prediction.unknown_letters)
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
    """Write, and at once; on a terminal what is not printable is escaped, so that it cannot steer it."""
    if file.isatty() and not text.isprintable():
        text = "".join(c if c.isprintable() or c in "\n\t" else escape(c) for c in text)
    file.write(text)
    file.flush()


class Tables:
    """For people, in a file or pipe: a table of the names, TABLE_ROWS in each."""

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
        """The last table has ended."""


class Bars:
    """For people, on a terminal: of each name its answers under each other, each with a bar.

    The columns have the same places from the first name to the last, for names may be long in coming.
    """

    def __init__(self, table: "Table", file: TextIO) -> None:
        from shutil import get_terminal_size  # not above: only here

        self.file, width = file, get_terminal_size().columns
        self.name, self.bar = max(8, min(width // 3, 28)), max(4, min(width // 3, 40))

    def render(self, prediction: Prediction) -> str:
        from rich.cells import cell_len  # which knows the letters that take two places

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
        """Nothing is open."""


def for_people(table: "Table", top_k: int, prefix: str, file: TextIO) -> Writer:
    """Bars on a terminal, a table elsewhere."""
    return Bars(table, file) if file.isatty() else Tables(table, top_k, file)


# What `predict --format` may be, and who writes it: of the table read, top_k, the prefix, the file.
# To add a format, write its class and put it here.
WRITERS: dict[str, Callable[["Table", int, str, TextIO], Writer]] = {
    "table": for_people,
    "json": lambda table, top_k, prefix, file: Json(table, True, prefix, file),
    "jsonl": lambda table, top_k, prefix, file: Json(table, False, prefix, file),
    "csv": lambda table, top_k, prefix, file: Cells(table, DELIMITERS["csv"], top_k, prefix, file),
    "tsv": lambda table, top_k, prefix, file: Cells(table, DELIMITERS["tsv"], top_k, prefix, file),
}


def _bar(share: float, width: int) -> str:
    """A bar of `share` of the width, in eighths of a block, filled up with blanks."""
    eighths = round(share * width * 8)
    return f"{'█' * (eighths // 8)}{EIGHTHS[eighths % 8].strip()}".ljust(width)


def _marks(prediction: Prediction) -> list[str]:
    letters, guesses = prediction.unknown_letters, prediction.guesses
    marks = [f"(unknown letters: {letters})"] if letters else []
    if guesses and guesses[0].probability < prediction.threshold:
        marks.append("(unsure)")
    return marks
