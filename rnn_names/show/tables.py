"""Tables on a terminal or in a pipe, and JSON."""

import json
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any, TextIO

from rnn_names.base.text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Column
    from rich.table import Table as RichTable

BARS = 24  # bars in a sparkline
PAGE = 100  # width of texts without a terminal
EIGHTHS = " ▏▎▍▌▋▊▉█"
GAP = 3  # characters between columns
LEAST = 5  # least width of a column of texts, which wrap


def to_json(found: Any) -> str:
    """A dataclass or a dict as one JSON object."""
    values = asdict(found) if is_dataclass(found) and not isinstance(found, type) else found
    return json.dumps(values, ensure_ascii=False, indent=2)


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], file: TextIO, numbers: Collection[int] = ()
) -> None:
    """A table of wrapped texts; `numbers` are the indices of the columns of numbers."""
    table = text_table(columns[0])
    table.show_header = any(columns)
    for place, column in enumerate(columns[1:], start=1):
        right = place in numbers
        table.add_column(column, justify="right" if right else "left", no_wrap=right, overflow="fold")
    for row in rows:
        table.add_row(*map(printable, row))
    print_table(table, new_console(file, PAGE))


def sparkline(values: Sequence[float]) -> str:
    """A bar for each value, visible even for the lowest; of many values, some are skipped."""
    values = values[:: -(-len(values) // BARS)]
    low, high = min(values), max(values)
    return "".join("▁▂▃▄▅▆▇█"[round(7 * (v - low) / (high - low or 1))] for v in values)


def new_console(file: TextIO, piped: int = 100_000) -> "Console":
    """The console for tables: as wide as the terminal, else `piped`; without colour if NO_COLOR is set."""
    import shutil  # not above: predict in a pipe needs neither

    from rich.console import Console

    class Quiet(Console):
        """Leaves the error of a closed pipe to the command line; rich would exit with 1."""

        def on_broken_pipe(self) -> None:
            raise  # the BrokenPipeError that rich is handling when it calls this

    # A file or pipe has no width to fit: a table of records is as wide as its longest row.
    return Quiet(
        file=file,
        markup=False,
        emoji=False,
        highlight=False,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        width=shutil.get_terminal_size().columns if file.isatty() else piped,
        height=PAGE,  # unused, but without it rich assumes a width of 80 if TERM=dumb
    )


def text_table(first: str, *others: str) -> "RichTable":
    """A table whose columns hold texts, which wrap where rich would cut them."""
    table = new_table(first)
    for column in others:
        table.add_column(column, overflow="fold")
    return table


def new_table(first: str, *others: str) -> "RichTable":
    """A table with a first column of texts; a further column holds texts if its title ends in a full stop,
    else numbers."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, overflow="fold")
    for column in others:
        texts = column.endswith(".")
        table.add_column(column, justify="left" if texts else "right", no_wrap=not texts)
    return table


def print_table(table: "RichTable", console: "Console") -> None:
    """Print the table. Columns without room are left out, from the last on, and named below.

    Numbers are never cut; texts wrap.
    """
    from rich.cells import cell_len

    def least(column: "Column") -> int:
        longest = max(cell_len(str(cell)) for cell in (column.header, *column.cells))
        return longest if column.no_wrap else min(column.min_width or LEAST, longest)

    left_out: list[str] = []
    while len(table.columns) > 2 and sum(least(c) + GAP for c in table.columns) > console.width:
        left_out.insert(0, str(table.columns.pop().header))
    console.print(table)
    if left_out:
        console.print(left_out_line(left_out))


def left_out_line(columns: Sequence[str]) -> str:
    """A line that names the columns that are left out, and says how to see them."""
    return f"not shown: {', '.join(columns)}; widen the terminal, or write to a file or pipe"
