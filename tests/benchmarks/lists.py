"""Lists of people to measure with: made of the names that come with the package, the same each time."""

import csv
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import numpy as np

from rnn_names.base.bundled import bundled_test
from rnn_names.names.examples import read_examples

PEOPLE = 60_000
ROWS = 1_000_000


def full_names(count: int) -> list[str]:
    """Different full names: those of the test data, then the first word of one and the rest of another."""
    names = [*dict.fromkeys(e.name for e in read_examples(bundled_test()) if " " in e.name)]
    rng, found = np.random.default_rng(8), dict.fromkeys(names[:count])
    while len(found) < count:
        for a, b in rng.integers(len(names), size=(count, 2)).tolist():
            found[f"{names[a].partition(' ')[0]} {names[b].partition(' ')[2]}"] = None
    return [*islice(found, count)]


def repeated(names: list[str], rows: int) -> list[str]:
    """So many rows, in which names are as frequent as words: the k-th is there k^-1.2 times as often."""
    ranks = np.random.default_rng(7).zipf(1.2, 4 * rows)
    return [names[k - 1] for k in ranks[ranks <= len(names)][:rows].tolist()]


def write(path: Path, names: Iterable[str]) -> None:
    """A CSV of people: id, name, town."""
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["id", "name", "town"])
        rows.writerows((k, name, f"Town {k % 97}") for k, name in enumerate(names))
