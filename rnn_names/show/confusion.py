"""Which countries are taken for which: as a table, and as a picture."""

from typing import TextIO

import numpy as np

from rnn_names.insight.confusion import Confusion
from rnn_names.show.svg import SIZE, Panel, heat_map
from rnn_names.show.tables import write_table

READ = 60  # countries up to which the squares of a confusion matrix have room for numbers


def confusion_matrix(confusion: Confusion) -> Panel:
    """A square for each true country (row) and answer (column), the darker the larger its share of the row.

    The shade is the root of the share, so that small ones are seen.
    """
    countries, counts, shares = confusion.countries, confusion.counts, confusion.shares
    few = len(countries) <= READ

    def tip_of(r: int, c: int) -> str:
        what = "found" if r == c else f"taken for {countries[c]}"
        return f"{countries[r]} {what}: {counts[r, c]:,} of {counts[r].sum():,} names"

    places = range(len(countries))
    return heat_map(
        np.sqrt(shares).tolist(),
        countries,
        countries,
        f"{counts.trace() / counts.sum():.1%} of {counts.sum():,} names found",
        "true country",
        "answer, in % of the row" if few else "answer",
        texts=[[f"{share:.0%}"[:-1] if share >= 0.005 else "" for share in row] for row in shares]
        if few
        else None,
        tips=[[tip_of(r, c) for c in places] for r in places],
        side=2 * SIZE if few else SIZE,
        diagonal=True,
    )


def write_confusion(confusion: "Confusion", file: TextIO) -> None:
    """For each country, similar ones together, how much of it was found and what the rest was taken for."""
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
