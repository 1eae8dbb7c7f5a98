"""Names as a tree of prefixes: names that begin alike are read together for as long as they are alike.

A state depends on nothing but the symbols read so far, so a batch has one state for each *different*
prefix: all names share the start symbol, many share their first letters, and a third of the work of a
batch of 512 surnames, more than half of that of a long sorted list, need not be done.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.names.encoded import Encoded, one_hot
from rnn_names.network.config import NetworkConfig


@dataclass(eq=False, repr=False)  # what is left out would take half a millisecond to make
class Step:
    """One symbol further: n prefixes, which go on from P of the step before, its first ones.

    Of those that go on from one, one is its heir, and the others part from the heir here.
    """

    rows: slice  # where the n stand among the rows of the tree
    before: slice  # where the P do; empty in the first step
    going: int  # how many of the n go on in the next step: the first ones
    parent: IntArray  # (n,), which of the P each goes on from; empty in the first step
    heirs: IntArray  # (P,), which of the n are heirs
    parting: IntArray  # (n - P,), which of the n are not; often none
    aligned: bool  # whether each of the n goes on from the one of its own number: then n is P

    def part(self, x: FloatArray) -> FloatArray:
        """(P, H) → (n, H): to each prefix the row of the one that it goes on from."""
        return x if self.aligned else x[self.parent]

    def join(self, dx: FloatArray) -> FloatArray:
        """The derivative of `part`, (n, H) → (P, H): sums over those that go on from one."""
        if self.aligned:
            return dx
        joined = dx[self.heirs]
        if len(self.parting):
            joined += self.others.astype(dx.dtype, copy=False) @ dx[self.parting]
        return joined

    @cached_property
    def others(self) -> FloatArray:
        """(P, n - P): 1 where the prefix that parts goes on from that of the row."""
        return one_hot(self.parent[self.parting], len(self.heirs)).T


class PrefixTree(NamedTuple):
    """The N different prefixes of B names, step after step, each a row."""

    symbols: IntArray  # (N,), the last symbol of each prefix
    steps: list[Step]  # T of them
    rows: IntArray  # (Σ lengths,), the row of each prefix of each name, in the order of `names.symbols`
    leaves: IntArray  # (B,), the row of each whole name

    def ending(self) -> list[IntArray]:
        """For each step the names that end with it."""
        order = np.argsort(self.leaves, kind="stable")
        stops = np.searchsorted(self.leaves[order], [step.rows.stop for step in self.steps])
        return np.split(order, stops[:-1])


def tree_of(names: Encoded, config: NetworkConfig) -> PrefixTree:
    """The names as a network reads them. With n-grams they stand apart: they share too little."""
    return prefix_tree(names) if config.ngrams is None else apart(names)


def prefix_tree(names: Encoded) -> PrefixTree:
    """The tree of the prefixes of names that stand end to end, without a gap."""
    B, T = len(names.lengths), int(names.lengths.max())
    step = np.arange(T)
    reading = step < names.lengths[:, None]
    # Big-endian, so that the order of the bytes is that of the symbols. The gap after a name sorts last:
    # a name stands after those that it is the beginning of.
    grid = np.full((B, T), 0xFFFFFFFF, ">u4")
    grid[reading] = names.symbols
    order = np.argsort(grid.view(f"S{4 * T}")[:, 0], kind="stable")
    grid, lengths = grid[order], names.lengths[order]

    # Each sorted name has rows of its own from where it differs from the one before; up to there it
    # shares those of the last name that has one. It may have none: its spelling, or more, stands above.
    alike = np.zeros((B, T + 1), bool)
    np.equal(grid[1:], grid[:-1], out=alike[1:, :T])
    begins = np.argmin(alike, axis=1)
    own = (begins <= step[:, None]) & (step[:, None] < lengths)  # (T, B)
    going = own & (step[:, None] + 1 < lengths)
    ends = own > going
    sizes, going_on = own.sum(axis=1), going.sum(axis=1)
    first = np.cumsum(sizes) - sizes
    # In its step, those that go on stand first.
    place = np.where(ends, going_on[:, None] + np.cumsum(ends, axis=1), np.cumsum(going, axis=1)) - 1
    row = place + first[:, None]

    of_own = row[own]
    symbols, parents = np.empty((2, len(of_own)), np.intp)
    symbols[of_own] = grid.T[own]
    parents[row[1:][own[1:]]] = place[:-1][own[1:]]
    heirs = place[1:][going[:-1]]
    parting = place[1:][own[1:] > own[:-1]]

    steps = []
    before, heir, other = slice(0, 0), 0, 0
    for start, n, on in zip(first.tolist(), sizes.tolist(), going_on.tolist(), strict=True):
        P = before.stop - before.start
        parts = n - P if start else 0
        steps.append(
            Step(
                slice(start, start + n),
                before,
                on,
                parents[start : start + P + parts],
                heirs[heir : heir + P],
                parting[other : other + parts],
                aligned=not parts and on in (0, n) and P > 0,
            )
        )
        before, heir, other = slice(start, start + on), heir + P, other + parts
    rows = np.empty((B, T), np.intp)
    spelled = np.maximum.accumulate(np.where(begins < lengths, np.arange(B), 0))
    rows[order] = row.T[spelled]
    return PrefixTree(symbols, steps, rows[reading], rows[np.arange(B), names.lengths - 1])


def apart(names: Encoded) -> PrefixTree:
    """The names as a tree in which none shares a prefix: longest first, so that each step is aligned."""
    order = np.argsort(-names.lengths, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    sizes = len(order) - np.cumsum(np.bincount(names.lengths))[:-1]  # names with a symbol at t
    first = np.cumsum(sizes) - sizes
    t = np.arange(len(names.symbols)) - np.repeat(names.starts, names.lengths)
    rows = first[t] + np.repeat(place, names.lengths)
    symbols = np.empty_like(names.symbols)
    symbols[rows] = names.symbols
    every, none = np.arange(len(order)), np.arange(0)
    steps, before = [], 0
    for start, n, on in zip(first.tolist(), sizes.tolist(), [*sizes[1:].tolist(), 0], strict=True):
        P = n if start else 0
        steps.append(
            Step(slice(start, start + n), slice(before, before + P), on, every[:P], every[:P], none, P > 0)
        )
        before = start
    return PrefixTree(symbols, steps, rows, rows[names.starts + names.lengths - 1])
