"""Predictions for people: bars on a terminal, tables elsewhere."""

from typing import TYPE_CHECKING, Any, TextIO

from rnn_names.base.text import printable
from rnn_names.show.prediction import Added, Prediction, Predictions, Writer
from rnn_names.show.tables import EIGHTHS, new_console, new_table

if TYPE_CHECKING:
    from rnn_names.names.tables import Table

TABLE_ROWS = 1000  # predictions in one table, so that long output appears as it comes


class Tables:
    """For people, in a file or pipe: tables of up to TABLE_ROWS names each."""

    def __init__(self, table: "Table", top_k: int, file: TextIO) -> None:
        self.top_k, self.file, self.console = top_k, file, new_console(file)

    def render(self, predictions: Predictions) -> list[Prediction]:
        return [*predictions.one_by_one()]

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

    def render(self, predictions: Predictions) -> list[str]:
        return [*map(self._bars, predictions.one_by_one())]

    def _bars(self, prediction: Prediction) -> str:
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
