"""Which countries are mistaken for which, as a table and as counts."""

import csv
import io
from pathlib import Path
from typing import TextIO

from rnn_names.base.files import replacing
from rnn_names.insight.confusion import Confusion
from rnn_names.names.labels import Labels
from rnn_names.show.tables import to_json, write_table


def write_confusion(confusion: Confusion, file: TextIO) -> None:
    """A row for each country, similar ones together: its recall, and the answers to its other names."""
    rows = []
    for row, (country, shares) in enumerate(zip(confusion.countries, confusion.shares, strict=True)):
        n = int(confusion.counts[row].sum())
        others = [
            f"{shares[c]:.0%} {confusion.countries[c]}"
            for c in confusion.taken_for(row)
            if shares[c] >= 0.005
        ]
        rows.append((country, f"{n:,}", f"{shares[row]:.2f}" if n else "", ", ".join(others)))
    write_table((Labels(confusion.countries).word, "names", "recall", "taken for"), rows, file, (1, 2))


def save_confusion(confusion: Confusion, path: Path) -> None:
    """The counts, a row for each true label, as CSV or JSON by the path's ending. Raises OutputError."""
    counts, labels = confusion.counts.tolist(), confusion.countries
    with replacing(path) as binary:
        file = io.TextIOWrapper(binary, "utf-8", newline="")
        if path.suffix.lower() == ".json":
            file.write(to_json({"labels": labels, "counts": counts}) + "\n")
        else:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["truth", *labels])
            writer.writerows([label, *row] for label, row in zip(labels, counts, strict=True))
        file.flush()
        file.detach()
