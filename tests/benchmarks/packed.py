"""Names in packed rows, the layout that PyTorch's modules take: no padding, and no prefix read together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rnn_names.base.arrays import IntArray
from rnn_names.names.encoded import Encoded


@dataclass(frozen=True)
class PackedBatch:
    """Names sorted by length, longest first, and laid out step after step with no padding.

    The t-th symbols of all names that have one stand together, in `sizes[t]` rows; so row b of
    every step is the same name, and no product is spent on padding.
    """

    symbols: IntArray  # (N,), N = Σ lengths
    sizes: IntArray  # (T,), never growing; sizes[0] = B
    lengths: IntArray  # (B,), never growing
    order: IntArray  # (B,), the place in the caller's batch of the name in row b

    @cached_property
    def starts(self) -> IntArray:
        """(T,): the first row of each step."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def names(self) -> IntArray:
        """(N,): the name b that each row is a symbol of."""
        return np.arange(len(self.symbols)) - np.repeat(self.starts, self.sizes)

    @cached_property
    def last(self) -> IntArray:
        """(B,): the row of each name's last symbol."""
        return self.starts[self.lengths - 1] + np.arange(len(self.lengths))

    @cached_property
    def before(self) -> IntArray:
        """(N - B,): for each row of the steps after the first, the same name's row one step before."""
        return np.arange(self.sizes[0], len(self.symbols)) - np.repeat(self.sizes[:-1], self.sizes[1:])

    def backward(self) -> "PackedBatch":
        """The same names, each read from its end: the sizes stay."""
        step = np.repeat(np.arange(len(self.sizes)), self.sizes)
        mirrored = self.starts[self.lengths[self.names] - 1 - step] + self.names
        return replace(self, symbols=self.symbols[mirrored])


def pack(names: Encoded, chosen: Sequence[int] | IntArray | None = None) -> PackedBatch:
    """The batch of the chosen names, or of all."""
    starts, lengths = names.starts, names.lengths
    if chosen is not None:
        starts, lengths = starts[chosen], lengths[chosen]
    order = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[order], lengths[order]
    steps = np.arange(lengths[0])[:, None]
    reading = steps < lengths  # (T, B): does name b still have a t-th symbol?
    return PackedBatch(names.symbols[(starts + steps)[reading]], reading.sum(axis=1), lengths, order)
