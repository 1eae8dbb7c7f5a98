"""Which countries are mistaken for which, ordered so that similar countries stand together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.model.evaluation import Evaluation
from rnn_names.model.metrics import UNKNOWN_LABEL


@dataclass(frozen=True)
class Confusion:
    """The number of names of each country that were answered with each country.

    countries   the K countries that are true or answered somewhere, similar ones together
    counts      (K, K): names of the row's country that were answered with the column's country
    """

    countries: tuple[str, ...]
    counts: IntArray

    @property
    def shares(self) -> FloatArray:
        """The counts as shares of their row; 0 for a country that is true nowhere."""
        return np.asarray(self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1))

    def taken_for(self, row: int, most: int = 3) -> list[int]:
        """The columns of the countries for which the row's country was mistaken, most frequent first."""
        wrong = self.counts[row].copy()
        wrong[row] = 0
        ranked = np.argsort(-wrong, kind="stable")[:most]
        return [int(c) for c in ranked if wrong[c]]


def confusion_of(scored: Evaluation) -> Confusion:
    """The confusion of the given answers, over the names whose country the model knows."""
    told = scored.covered & (scored.truth != UNKNOWN_LABEL)
    return count_pairs(scored.answer[told], scored.truth[told], scored.countries)


def count_pairs(guess: IntArray, truth: IntArray, countries: Sequence[str]) -> Confusion:
    """The confusion of answered and true countries, given as indices (n,), n ≥ 1, into `countries`."""
    C = len(countries)
    counts = np.bincount(truth * C + guess, minlength=C * C).reshape(C, C)
    seen = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))
    found = Confusion(tuple(countries[c] for c in seen.tolist()), counts[np.ix_(seen, seen)])
    shares = found.shares
    order = seriation(shares + shares.T)
    return Confusion(tuple(found.countries[k] for k in order), found.counts[np.ix_(order, order)])


def seriation(similarity: FloatArray) -> list[int]:
    """An order of the rows of a symmetric matrix in which similar rows stand together.

    Each row begins as a group. The two groups with the largest mean similarity are joined, turned so that
    their most similar ends meet, until one group is left. Ties go to the first groups, so the order stays
    if nothing is similar.
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
