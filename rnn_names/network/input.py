"""x_t: which row of U each place of a name selects.

Without n-grams it is the row of the symbol. With them it is that of the longest known n-gram that ends
at the place, in the order of reading: the forward direction has read "sch" when it is at h, the
backward one "hcs" when it is at s. Neither sees a letter that it has not read.

A row of U is the sum of the n-gram's own row e and those of its suffixes, in the order of reading:

    u(schm) = e(schm) + e(chm) + e(hm) + e(m)

so a rare n-gram starts from what its end already says, a back-off. Training holds e and sums the rows of
a batch; prediction holds u, summed once, and selects.

    V, N   symbols; inputs: symbols and n-grams
    e, u   (X, N, H)   rows of a parameter, of X planes
    link   (N,)        the n-gram without its farthest letter; -1 for a symbol
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.names.encoded import Encoded
from rnn_names.names.ngrams import NGrams
from rnn_names.network.config import NetworkConfig
from rnn_names.network.totals import Totals, totals


class RowGradient(NamedTuple):
    """The gradient of a parameter of which a batch touches few rows: ∂L/∂e[:, rows], 0 elsewhere."""

    rows: IntArray  # (m,), rising
    values: FloatArray  # (X, m, H)


Gradient = FloatArray | RowGradient


def added(one: Gradient, other: Gradient) -> Gradient:
    """The sum of two gradients of one parameter; the first one's memory may be used for it."""
    if isinstance(one, RowGradient) and isinstance(other, RowGradient):
        rows = np.union1d(one.rows, other.rows)
        values = np.zeros((len(one.values), len(rows), one.values.shape[2]), one.values.dtype)
        values[:, np.searchsorted(rows, one.rows)] = one.values
        values[:, np.searchsorted(rows, other.rows)] += other.values
        return RowGradient(rows, values)
    assert not isinstance(one, RowGradient)
    assert not isinstance(other, RowGradient)
    one += other
    return one


def inputs(
    names: Encoded, config: NetworkConfig, dropout: float = 0.0, rng: "np.random.Generator | None" = None
) -> dict[str, Encoded]:
    """For each direction the names in the order of reading, the inputs in the place of the symbols.

    With probability `dropout` an n-gram is read without its farthest letter, what is left again, and so
    on, in both directions at the same places.
    """
    if config.ngrams is None:
        read = {"forward": names.symbols, "backward": names.symbols}
    else:
        found = config.ngrams.find(names.symbols)
        read = {"forward": found.ending, "backward": found.starting}
        if rng is not None and dropout:
            letters = rng.geometric(1 - dropout, len(names.symbols)) - 1
            read = {d: shortened(nodes, links(config.ngrams, d), letters) for d, nodes in read.items()}
    return {
        direction: names._replace(symbols=read[direction])
        if direction == "forward"
        else names._replace(symbols=read[direction]).backward()
        for direction in config.directions
    }


def links(ngrams: NGrams, direction: str) -> IntArray:
    """Each n-gram without the letter that the direction reads first; -1 for a symbol."""
    return ngrams.prefix if direction == "backward" else ngrams.suffix


def shortened(nodes: IntArray, link: IntArray, letters: IntArray) -> IntArray:
    """The n-grams (P,) without their farthest `letters` (P,), but never without their last."""
    nodes = nodes.copy()
    at = np.flatnonzero(letters)
    while len(at):
        shorter = link[nodes[at]]
        at, shorter = at[shorter >= 0], shorter[shorter >= 0]
        nodes[at] = shorter
        letters = letters - 1
        at = at[letters[at] > 0]
    return nodes


class Needed(NamedTuple):
    """The rows of U that a batch needs: those of its inputs, and with n-grams all that these back off to.

    nodes    (n,)   which of the N rows they are, rising; None for all of them
    link     (n,)   what each backs off to, among the n
    levels          where those of 1, 2, … letters stand among the n
    at       (P,)   which of the n each input selects
    backing_off     the levels, longest n-grams first, each with the sums by what its rows back off to
    """

    nodes: IntArray | None
    link: IntArray
    levels: list[slice]
    at: IntArray
    backing_off: list[tuple[slice, Totals]]


def needed(config: NetworkConfig, inputs: IntArray, direction: str) -> Needed:
    """What a batch's inputs (P,) need: with n-grams a few thousand of the N rows."""
    if config.ngrams is None:
        return Needed(None, inputs[:0], [], inputs, [])
    link, levels = links(config.ngrams, direction), config.ngrams.levels
    among = np.zeros(len(link), bool)
    among[inputs] = True
    for level in reversed(levels[1:]):
        among[link[level.start + np.flatnonzero(among[level])]] = True
    nodes = np.flatnonzero(among)
    place = np.empty(len(link), np.intp)
    place[nodes] = np.arange(len(nodes))
    bounds = np.searchsorted(nodes, [0, *(level.stop for level in levels)]).tolist()
    shorter, of_batch = place[link[nodes]], list(map(slice, bounds[:-1], bounds[1:]))
    backing_off = [(level, totals(shorter[level])) for level in reversed(of_batch[1:])]
    return Needed(nodes, shorter, of_batch, place[inputs], backing_off)


def rows_read(e: FloatArray, needed: Needed) -> tuple[FloatArray, Callable[[FloatArray], Gradient]]:
    """The rows u (X, n, H) that are needed, and du → de."""
    nodes = needed.nodes
    if nodes is None:
        return e, lambda du: du
    u = np.empty((len(e), len(nodes), e.shape[2]), e.dtype)
    for u_k, e_k in zip(u, e, strict=True):
        np.take(e_k, nodes, axis=0, out=u_k, mode="clip")  # the mode that writes to `out` directly
    add_up(u, needed.link, needed.levels)

    def derivative(du: FloatArray) -> RowGradient:
        # ∂L/∂e(m) = ∂L/∂u(m) + Σ ∂L/∂u(n) over the n that back off to m: the longest first.
        for level, by_link in needed.backing_off:
            for du_k in du:
                by_link.add_to(du_k, du_k[level])
        return RowGradient(nodes, du)

    return u, derivative


def add_up(rows: FloatArray, link: IntArray, levels: list[slice]) -> FloatArray:
    """e → u, in place: to each row is added the sum of what it backs off to, the shortest first."""
    for rows_k in rows:
        for level in levels[1:]:
            rows_k[level] += rows_k.take(link[level], axis=0)
    return rows


def distinct(inputs: IntArray, count: int) -> tuple[IntArray, IntArray]:
    """The different ones among numbers below `count`, rising, and the place of each number among them."""
    among = np.zeros(count, bool)
    among[inputs] = True
    found = np.flatnonzero(among)
    place = np.empty(count, np.intp)
    place[found] = np.arange(len(found))
    return found, place.take(inputs)
