"""A batch as each direction reads it: unrolled, and the mean of what needs no recurrence."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.names.encoded import UNKNOWN_INDEX, Encoded
from rnn_names.network.cells import CELLS
from rnn_names.network.config import NetworkConfig
from rnn_names.network.input import Gradient, Needed, needed, rows_read
from rnn_names.network.pooling import mean
from rnn_names.network.prefixes import PrefixTree, tree_of
from rnn_names.network.recurrence import Recurrence, unroll
from rnn_names.network.totals import sum_by_index, totals


class Reading(NamedTuple):
    """A batch as one direction reads it, each value beside its derivative."""

    direction: str
    names: Encoded  # in the order of reading, with no letter dropped: what next_symbol predicts
    tree: PrefixTree
    needed: Needed  # the rows of U, and which of them each prefix's last place selects
    states: FloatArray  # (N, H)
    back_states: Callable[[FloatArray], Recurrence]
    back_rows: Callable[[FloatArray], Gradient]  # of the rows of U that were read


def unrolled(
    params: Params, config: NetworkConfig, names: Encoded, read: Encoded, direction: str
) -> Reading:
    """Unroll one direction over the inputs that it reads."""
    tree = tree_of(read, config)
    of_batch = needed(config, tree.symbols, direction)
    U, back_rows = rows_read(params[f"{direction}.U"], of_batch)
    tree = tree._replace(symbols=of_batch.at)
    W, b = params[f"{direction}.W"], params[f"{direction}.b"]
    states, back_states = unroll(CELLS[config.cell], U, W, b, tree)
    in_order = names if direction == "forward" else names.backward()
    return Reading(direction, in_order, tree, of_batch, states, back_states, back_rows)


def memoryless(
    params: Params, config: NetworkConfig, lengths: IntArray, reading: Reading
) -> tuple[FloatArray, Callable[[FloatArray], dict[str, Gradient]]]:
    """mean_t v(x_t) (B, E) over the inputs of the forward direction; with E = 0 an empty part."""
    if not config.bag:
        return np.empty((len(lengths), 0), reading.states.dtype), lambda dbag: {}
    at = reading.needed.at
    v, back_rows = rows_read(params["bag.U"], reading.needed)
    value, _ = mean(v[0].take(at, axis=0), reading.tree, lengths)

    def derivative(dbag: FloatArray) -> dict[str, Gradient]:
        share = (1 / lengths[:, None]).astype(v.dtype)
        # All places of a name have the same gradient: a row for each name, which they select.
        name = np.repeat(np.arange(len(lengths)), lengths)
        by_input = totals(at[reading.tree.rows], name)
        du = sum_by_index((dbag * share)[None], by_input, v.shape[1])
        return {"bag.U": back_rows(du)}

    return value, derivative


def drop_letters(
    names: Encoded,
    rate: float,
    rng: "np.random.Generator | None",
    fallback: IntArray | None = None,
) -> Encoded:
    """The names with each letter made unknown, or its `fallback` (V,), with probability `rate`.

    Start and end stay.
    """
    if rng is None or rate == 0:
        return names
    dropped = (rng.random(len(names.symbols)) < rate) & (names.symbols > UNKNOWN_INDEX)
    unknown = UNKNOWN_INDEX if fallback is None else fallback[names.symbols]
    return names._replace(symbols=np.where(dropped, unknown, names.symbols))
