"""Sums of the rows that have one index, the derivative of selecting them: total_i = Σ rows_p, index_p = i.

Most n-grams come once in a batch, and their row is their sum. The rows of the others are taken FEW at a
time, and the k-th rows of all such groups are added together, k = 1 … FEW. The largest groups stand first,
so those that have a k-th row are in front. Letters come hundreds of times, in many groups, whose sums are
added up at the end.
"""

from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, add_to_rows

FEW = 8


class Totals(NamedTuple):
    """How the rows (P, H) of an index (P,) are added up; it serves any rows that have the index."""

    once: IntArray  # the entries that have one row
    row: IntArray  # the row of each of these
    ranks: list[IntArray]  # of the others: the k-th row of each group that has so many
    few: IntArray  # the entries of one group
    group: IntArray  # the group of each of these
    many: IntArray  # the entries of several groups
    groups: IntArray  # the groups of all of these, entry after entry
    start: IntArray  # where those of each begin

    def add_to(self, out: FloatArray, rows: FloatArray) -> None:
        """out_i ← out_i + the sum of the rows of each entry i."""
        add_to_rows(out, self.once, rows.take(self.row, axis=0))
        if not self.ranks:
            return
        total = rows.take(self.ranks[0], axis=0)
        for rank in self.ranks[1:]:
            total[: len(rank)] += rows.take(rank, axis=0)
        add_to_rows(out, self.few, total.take(self.group, axis=0))
        if len(self.many):
            of_many = np.add.reduceat(total.take(self.groups, axis=0), self.start, axis=0)
            add_to_rows(out, self.many, of_many)


def totals(index: IntArray, row: IntArray | None = None) -> Totals:
    """How to sum by the index (P,), of numbers that are not below 0.

    `row` (P,) says which of the rows each place has, where it is not one of its own.
    """
    order = rising(index)
    entry = index[order]
    order = order if row is None else row[order]
    differs = np.ones(len(entry) + 1, bool)
    np.not_equal(entry[1:], entry[:-1], out=differs[1:-1])
    once = np.flatnonzero(differs[:-1] & differs[1:])
    first = np.flatnonzero(differs[:-1] & ~differs[1:])  # of each entry with several rows
    times = np.flatnonzero(~differs[:-1] & differs[1:]) - first + 1

    count = -(-times // FEW)  # groups of each entry
    stop = np.cumsum(count)
    start = FEW * np.arange(count.sum()) + np.repeat(first - FEW * (stop - count), count)
    size = np.minimum(np.repeat(first + times, count) - start, FEW)
    fullest = rising(FEW - size)
    having = len(size) - np.cumsum(np.bincount(size))[:-1]  # groups of more than k rows
    ranks = [order[start[fullest[:n]] + k] for k, n in enumerate(having.tolist())]
    group = np.empty_like(fullest)
    group[fullest] = np.arange(len(fullest))
    one, many = count == 1, count > 1
    return Totals(
        entry[once],
        order[once],
        ranks,
        entry[first[one]],
        group[(stop - 1)[one]],
        entry[first[many]],
        group[np.repeat(many, count)],
        np.cumsum(count[many]) - count[many],
    )


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
