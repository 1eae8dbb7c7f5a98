"""From names to the country's scores: prediction, which needs no derivative.

The parameters are as prediction holds them, see `sums.with_sums`: a row of U is ready to be selected.

A name's scores do not depend on the names beside it. A product in 32 bits would: its last digits hang on
where a row stands among the others. So products are summed in 64 bits, over ROWS rows at least, and then
rounded to 32 bits.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.names.encoded import Encoded
from rnn_names.network.cells import CELLS
from rnn_names.network.config import NetworkConfig
from rnn_names.network.input import inputs
from rnn_names.network.layers import linear
from rnn_names.network.prefixes import prefix_tree
from rnn_names.network.recurrence import add_input, unroll
from rnn_names.network.sums import RowsOfNames, of_batch, rows_of

LONG, FEW = 64, 32  # names of more symbols are scored few at a time: each takes what the longest one takes
ROWS = 4  # a product has a multiple of so many rows: of fewer, or an odd number, it sums in another order
GROUP = 2048  # names whose rows of U are selected at a time: they have many n-grams in common
CHUNK = 1024  # names of a group that are read at a time: the states nearly fit the cache


def forward(params: Params, config: NetworkConfig, names: Encoded, workers: int = 1) -> FloatArray:
    """The country's scores z (n, C) of any number of names, GROUP at a time, so that memory stays bounded.

    The groups are of names of like length, and are shared among threads: NumPy lets others run while it
    computes. The numbers do not depend on how many there are.
    """
    dtype = params["forward.W"].dtype
    z = np.empty((len(names.lengths), config.countries), dtype)

    def score(chosen: IntArray) -> None:
        with np.errstate(all="ignore"):  # what overflows shows in the scores
            z[chosen] = scores_of(params, config, inputs(names.take(chosen), config))

    order = np.argsort(-names.lengths, kind="stable")
    long = int(np.count_nonzero(names.lengths > LONG))
    groups = [
        some[at : at + size]
        for some, size in ((order[:long], FEW), (order[long:], GROUP))
        for at in range(0, len(some), size)
    ]
    if min(workers, len(groups)) < 2:
        for group in groups:
            score(group)
    else:
        from concurrent.futures import ThreadPoolExecutor  # not above: a few names need none

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(score, groups))
    return z


def scores_of(params: Params, config: NetworkConfig, read: Mapping[str, Encoded]) -> FloatArray:
    """The country's scores z (B, C) of names that stand longest first, as each direction reads them."""
    parts, V_bag, c = country_readout(params, config)
    V = np.concatenate([*parts, V_bag], dtype=float)
    rows = {d: rows_of(params, f"{d}.U", names, config) for d, names in read.items()}
    rows_of_bag = [rows_of(params, "bag.U", read["forward"], config)] if config.bag else []
    z = np.empty((len(read["forward"].lengths), len(c)), params["forward.W"].dtype)
    for start in range(0, len(z), CHUNK):
        some = slice(start, start + CHUNK)
        summary = [read_out(params, config, of.take(some), direction) for direction, of in rows.items()]
        summary += [bag(of.take(some)) for of in rows_of_bag]
        s = np.zeros((whole(len(summary[0])), len(V)))
        np.concatenate(summary, axis=1, out=s[: len(summary[0])])
        np.add((s @ V)[: len(summary[0])], c, out=z[some], casting="same_kind")
    return z


def read_out(params: Params, config: NetworkConfig, rows: RowsOfNames, direction: str) -> FloatArray:
    """`pooling.summary` (B, H or 3 H) of names that stand longest first. No state is kept but the last."""
    U, at, starts, lengths = rows
    cell, B, H = CELLS[config.cell], len(lengths), config.hidden_size
    W, b = params[f"{direction}.W"], params[f"{direction}.b"]
    Ub = U + b[cell.x_planes, None]
    value = np.zeros((3 if config.pooling else 1, B, H), W.dtype)  # h_T, and the mean and the maximum
    h, c = value[0], np.zeros((B, H if cell.memory else 0), W.dtype)
    a, hW = np.empty((cell.planes, B, H), W.dtype), np.empty((B, H), W.dtype)
    W_64, h_64, product = W.astype(float), *np.zeros((2, whole(B), H))
    for t, n in enumerate(running(lengths)):  # names with a symbol at t: the first ones
        a_t, h_t, c_t = a[:, :n], h[:n], c[:n]
        a_t[cell.x_planes.stop :] = b[cell.x_planes.stop :, None]
        add_input(cell, Ub, at[starts[:n] + t], a_t)
        if t:  # h_{-1} = 0
            h_64[:n] = h_t
            for a_k, W_k in zip(a_t[cell.h_planes], W_64, strict=True):
                np.matmul(h_64[: whole(n)], W_k, out=product[: whole(n)])
                hW[:n] = product[:n]
                a_k += hW[:n]
        _, c[:n], _ = cell.step(a_t, h_t, c_t, h_t)
        if config.pooling:
            value[1, :n] += h_t
            np.maximum(value[2, :n], h_t, out=value[2, :n]) if t else np.copyto(value[2], h)
    if config.pooling:
        value[1] /= lengths[:, None]
    return np.concatenate(value, axis=1)


def whole(rows: int) -> int:
    """So many rows, or a few more: a multiple of ROWS."""
    return -(-rows // ROWS) * ROWS


def bag(rows: RowsOfNames) -> FloatArray:
    """mean_t v(x_t) (B, E) of names that stand longest first."""
    v, at, starts, lengths = rows
    value = np.zeros((len(lengths), v.shape[2]), v.dtype)
    for t, n in enumerate(running(lengths)):
        value[:n] += v[0].take(at[starts[:n] + t], axis=0)
    value /= lengths[:, None]
    return value


def running(lengths: IntArray) -> list[int]:
    """How many names have a symbol at 0, 1, …; lengths (B,) fall."""
    counts: list[int] = (len(lengths) - np.cumsum(np.bincount(lengths))[:-1]).tolist()
    return counts


def country_readout(
    params: Params, config: NetworkConfig
) -> tuple[list[FloatArray], FloatArray, FloatArray]:
    """V of each direction, V of the memoryless part, c:  z = Σ_d summary_d V_d + bag V_bag + c.

    Without the readout `country` z is the mean of the step readouts' scores after the last letter read.
    """
    D = len(config.directions)
    if "country" in config.readouts:
        of_directions, V_bag = np.split(params["country.W"], [len(params["country.W"]) - config.bag])
        return np.split(of_directions, D), V_bag, params["country.b"]
    V: list[FloatArray] = [params[f"{direction}.step_country.W"] / D for direction in config.directions]
    c = np.mean([params[f"{direction}.step_country.b"] for direction in config.directions], axis=0)
    return V, V[0][:0], c


def step_scores(params: Params, config: NetworkConfig, read: Encoded, direction: str) -> FloatArray:
    """The scores of `step_country` (Σ lengths, C) after every input, in the order of the direction."""
    tree = prefix_tree(read)
    U, at = of_batch(params, f"{direction}.U", tree.symbols, config)
    W, b = params[f"{direction}.W"], params[f"{direction}.b"]
    states, _ = unroll(CELLS[config.cell], U, W, b, replace(tree, symbols=at))
    z, _ = linear(states, *(params[f"{direction}.step_country.{letter}"] for letter in "Wb"))
    return z[tree.rows]
