"""Which countries are taken for which, as a table."""

from typing import TextIO

from rnn_names.insight.confusion import Confusion
from rnn_names.show.tables import write_table


def write_confusion(confusion: Confusion, file: TextIO) -> None:
    """A row for each country, similar ones together: its recall, and what the rest was taken for."""
    rows = []
    for row, (country, shares) in enumerate(zip(confusion.countries, confusion.shares, strict=True)):
        n = int(confusion.counts[row].sum())
        others = [
            f"{shares[c]:.0%} {confusion.countries[c]}"
            for c in confusion.taken_for(row)
            if shares[c] >= 0.005
        ]
        rows.append((country, f"{n:,}", f"{shares[row]:.2f}" if n else "", ", ".join(others)))
    write_table(("country", "names", "recall", "taken for"), rows, file, (1, 2))
