"""Pairs of symbols, read beside the symbols: which row of U a symbol selects."""

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np

from rnn_names.base.arrays import IntArray, Params
from rnn_names.names.encoded import Encoded
from rnn_names.network.config import NetworkConfig
from rnn_names.network.recurrence import Recurrence, sum_by_symbol


def frequent_pairs(parts: Iterable[Encoded], symbols: int, count: int) -> tuple[int, ...]:
    """The `count` most frequent pairs of neighbours in all the names, or all there are; rising.

    Of equally frequent ones the first. START and END are symbols, too, so a pair may say how names begin.
    """
    times = Counter[int]()
    for names in parts:
        found, n = np.unique(names.pairs(symbols), return_counts=True)
        times.update(dict(zip(found.tolist(), n.tolist(), strict=True)))
    del times[-1]
    return tuple(sorted(sorted(times, key=lambda pair: (-times[pair], pair))[:count]))


def recurrence_of(
    params: Params, config: NetworkConfig, direction: str
) -> tuple[Recurrence, Callable[[Recurrence], Recurrence]]:
    """A direction's parameters for symbols as `reading` gives them, and the derivative of that.

    x_t U is then one row of (X, V + K, H): of a symbol alone its own, of a pair the sum of its own and of
    that of its symbol read last.
    """
    U, W, b = (params[f"{direction}.{letter}"] for letter in "UWb")
    if not config.pairs:
        return Recurrence(U, W, b), lambda d: d
    V = config.symbols
    first, second = np.divmod(np.array(config.pairs), V)
    last = second if direction == "forward" else first
    rows = U.copy()
    rows[:, V:] += U[:, last]

    def derivative(d: Recurrence) -> Recurrence:
        d.U[:, :V] += sum_by_symbol(d.U[:, V:], last, V)
        return d

    return Recurrence(rows, W, b), derivative


def reading(names: Encoded, config: NetworkConfig, direction: str) -> Encoded:
    """The names as a direction reads them: V + k is a symbol that makes the k-th pair with that before."""
    if config.pairs:
        pairs = names.pairs(config.symbols)
        if direction == "backward":  # the symbol read before one is the one behind it
            pairs = np.append(pairs[1:], -1)
        names = names._replace(symbols=paired(names.symbols, pairs, config))
    return names if direction == "forward" else names.backward()


def paired(symbols: IntArray, pairs: IntArray, config: NetworkConfig) -> IntArray:
    """The symbols, V + k instead of those whose pair is the k-th that the network knows."""
    if not config.pairs or not len(symbols):
        return symbols
    known = np.array(config.pairs)
    k = np.searchsorted(known, pairs)
    return np.where(known.take(k, mode="clip") == pairs, config.symbols + k, symbols)
