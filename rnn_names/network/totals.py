"""Sums of the rows that have one index, the derivative of selecting them: total_i = Σ rows_p, index_p = i.

N-grams come once or a few times in a batch, letters hundreds of times. So the rows of an entry are taken
FEW at a time, and the k-th rows of all such groups are added together, k = 1 … FEW. The largest groups
stand first, so those that have a k-th row are in front. An entry's groups are then added up likewise.
"""

from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray

FEW = 8


class Totals(NamedTuple):
    """How the rows (P, H) of an index (P,) are added up; it serves any rows that have the index."""

    ranks: list[IntArray]  # the k-th row of each group that has so many
    alone: IntArray  # the groups that are all of their entry
    present: IntArray  # the entry of each of these
    several: IntArray  # the other groups
    others: "Totals | None"  # how these are added up, if there are any

    def add_to(self, out: FloatArray, rows: FloatArray) -> None:
        """out_i ← out_i + the sum of the rows of each entry i."""
        total = rows.take(self.ranks[0], axis=0)
        for rank in self.ranks[1:]:
            total[: len(rank)] += rows.take(rank, axis=0)
        out[self.present] += total.take(self.alone, axis=0)
        if self.others:
            self.others.add_to(out, total.take(self.several, axis=0))


def totals(index: IntArray, row: IntArray | None = None) -> Totals:
    """How to sum by the index (P,), of numbers that are not below 0.

    `row` (P,) says which of the rows each place has, where it is not one of its own.
    """
    order = rising(index)
    entry = index[order]
    order = order if row is None else row[order]
    first = np.flatnonzero(np.diff(entry, prepend=-1))
    times = np.diff(first, append=len(entry))
    place = np.arange(len(entry)) - np.repeat(first, times)
    start = np.flatnonzero(place % FEW == 0)
    size = np.diff(start, append=len(entry))
    fullest = rising(FEW - size)
    start, size = start[fullest], size[fullest]
    having = len(size) - np.cumsum(np.bincount(size, minlength=2))[:-1]  # groups of more than k rows
    ranks = [order[start[:n] + k] for k, n in enumerate(having.tolist())]
    whole = np.repeat(times <= FEW, times)[start]
    alone, several = np.flatnonzero(whole), np.flatnonzero(~whole)
    others = totals(entry[start[several]]) if len(several) else None
    return Totals(ranks, alone, entry[start[alone]], several, others)


def rising(numbers: IntArray) -> IntArray:
    """The order in which the numbers rise. NumPy sorts those of 16 bits in a tenth of the time."""
    small = numbers.max(initial=0) < 1 << 16
    return np.argsort(numbers.astype(np.uint16) if small else numbers, kind="stable")


def sum_by_index(rows: FloatArray, of: Totals, count: int) -> FloatArray:
    """one_hot(index)ᵀ rows of each plane, (X, P, H) → (X, count, H)."""
    total = np.zeros((len(rows), count, rows.shape[2]), rows.dtype)
    for total_k, rows_k in zip(total, rows, strict=True):
        of.add_to(total_k, rows_k)
    return total
