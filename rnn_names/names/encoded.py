"""Names as arrays of symbols, end to end, and their countries."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.names.example import Example

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

START_INDEX, END_INDEX, UNKNOWN_INDEX = 0, 1, 2  # the first symbols of every alphabet


class Encoded(NamedTuple):
    """Names as symbol indices, end to end: name i is `symbols[starts[i] : starts[i] + lengths[i]]`."""

    symbols: IntArray  # (Σ lengths,)
    starts: IntArray  # (n,)
    lengths: IntArray  # (n,), the start and the end symbol counted

    def take(self, chosen: IntArray) -> "Encoded":
        """The chosen names, end to end."""
        lengths = self.lengths[chosen]
        starts = np.cumsum(lengths) - lengths
        at = np.arange(lengths.sum()) + np.repeat(self.starts[chosen] - starts, lengths)
        return Encoded(self.symbols[at], starts, lengths)

    def backward(self) -> "Encoded":
        """The same names, each read from its end."""
        at = np.repeat(2 * self.starts + self.lengths - 1, self.lengths) - np.arange(len(self.symbols))
        return self._replace(symbols=self.symbols[at])

    def order(self) -> IntArray:
        """The places of the names, sorted so that names with a common beginning stand together."""
        base = int(self.symbols.max(initial=0)) + 2
        digits = int(62 / math.log2(base))
        key = np.zeros(len(self.lengths), np.int64)
        for place in range(digits):
            inside = place < self.lengths
            key *= base
            key[inside] += self.symbols[self.starts[inside] + place] + 1
        return np.argsort(key, kind="stable")


def one_hot(index: IntArray, size: int, dtype: "DTypeLike" = np.float32) -> FloatArray:
    """Rows of zeros with a 1 at `index`: (N,) → (N, size).

    `one_hot(index, V) @ U` is `U[index]`, and `one_hot(index, V).T @ da` sums the rows of da by symbol.
    """
    rows = np.zeros((len(index), size), dtype)
    rows[np.arange(len(index)), index] = 1
    return rows


def country_indices(examples: Sequence[Example], countries: Sequence[str]) -> IntArray:
    """The place of each example's country among the countries."""
    place = {country: index for index, country in enumerate(countries)}
    return np.fromiter((place[e.country] for e in examples), dtype=np.intp, count=len(examples))
