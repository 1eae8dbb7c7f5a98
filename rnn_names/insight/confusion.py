"""Which countries are taken for which, in an order in which similar ones stand together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray


@dataclass(frozen=True)
class Confusion:
    """How many names of each country were answered with each.

    countries   the K that are true or answered somewhere, similar ones together
    counts      (K, K): names of the row's country that were answered with the column's
    """

    countries: tuple[str, ...]
    counts: IntArray

    @property
    def shares(self) -> FloatArray:
        """The counts as shares of their row; 0 in the row of a country that is true nowhere."""
        return np.asarray(self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1))

    def taken_for(self, row: int, most: int = 3) -> list[int]:
        """The columns of the countries that the row's was taken for, the most frequent first."""
        wrong = self.counts[row].copy()
        wrong[row] = 0
        ranked = np.argsort(-wrong, kind="stable")[:most]
        return [int(c) for c in ranked if wrong[c]]


def count_pairs(guess: IntArray, truth: IntArray, countries: Sequence[str]) -> Confusion:
    """The matrix of answered and true countries, given as indices (n,), n ≥ 1, into `countries`."""
    C = len(countries)
    counts = np.bincount(truth * C + guess, minlength=C * C).reshape(C, C)
    seen = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))
    found = Confusion(tuple(countries[c] for c in seen.tolist()), counts[np.ix_(seen, seen)])
    shares = found.shares
    order = seriation(shares + shares.T)
    return Confusion(tuple(found.countries[k] for k in order), found.counts[np.ix_(order, order)])


def seriation(similarity: FloatArray) -> list[int]:
    """An order of the rows of a symmetric matrix in which similar ones stand together.

    Of all groups, one of each row at first, the two of the largest mean similarity are put together,
    turned so that the more similar ends meet, until one group is left. Of equals the first are taken:
    where nothing is similar, the order stays.
    """
    groups = [[k] for k in range(len(similarity))]
    between = similarity.astype(float)  # the sum over the pairs of two groups
    while len(groups) > 1:
        sizes = np.array([len(group) for group in groups])
        mean = np.where(np.tri(len(groups), dtype=bool), -np.inf, between / np.outer(sizes, sizes))
        a, b = (int(k) for k in np.unravel_index(mean.argmax(), mean.shape))
        right = groups.pop(b)
        groups[a] = max(
            ([*one, *other] for one, other in _turns(groups[a], right)),
            key=lambda group: similarity[group[sizes[a] - 1], group[sizes[a]]],
        )
        between[a] += between[b]
        between[:, a] += between[:, b]
        between = np.delete(np.delete(between, b, axis=0), b, axis=1)
    return groups[0] if groups else []


def _turns(a: list[int], b: list[int]) -> list[tuple[list[int], list[int]]]:
    return [(one, other) for one in (a, a[::-1]) for other in (b, b[::-1])]
