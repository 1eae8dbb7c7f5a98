"""From parameters and names to scores."""

from collections.abc import Iterable

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.names.encoded import Encoded
from rnn_names.network.cells import CELLS
from rnn_names.network.config import NetworkConfig
from rnn_names.network.layers import linear
from rnn_names.network.pairs import reading, recurrence_of
from rnn_names.network.pooling import summary
from rnn_names.network.prefixes import prefix_tree
from rnn_names.network.recurrence import Recurrence, unroll

LONG, FEW = 64, 32  # names of more symbols are scored few at a time: each takes what the longest one takes
CHUNK = 2048  # names scored at a time: many share their first letters, and the states nearly fit the cache


def forward(params: Params, config: NetworkConfig, names: Encoded, workers: int = 1) -> FloatArray:
    """The country's scores z (n, C) of any number of names, CHUNK at a time, so that memory stays bounded.

    The chunks are of names that begin alike, and are shared among threads: NumPy lets others run while
    it computes. The numbers do not depend on how many there are.
    """
    cell = CELLS[config.cell]

    def score(chunk: tuple[str, Recurrence, FloatArray, IntArray]) -> FloatArray:
        direction, weights, V, chosen = chunk
        taken = reading(names.take(chosen), config, direction)
        tree = prefix_tree(taken)
        with np.errstate(all="ignore"):  # what overflows shows in the scores
            states, _ = unroll(cell, *weights, tree)
            return np.asarray(summary(states, tree, taken.lengths, config.pooling)[0] @ V)

    chunks = []
    parts, c = country_readout(params, config)
    for direction, V in zip(config.directions, parts, strict=True):
        weights, _ = recurrence_of(params, config, direction)
        order = (names if direction == "forward" else names.backward()).order()
        long = names.lengths[order] > LONG
        for some, size in ((order[~long], CHUNK), (order[long], FEW)):
            chunks += [(direction, weights, V, some[at : at + size]) for at in range(0, len(some), size)]
    z = np.repeat(c[None], len(names.lengths), axis=0)
    scores: Iterable[FloatArray]
    if min(workers, len(chunks)) < 2:
        scores = map(score, chunks)
    else:
        from concurrent.futures import ThreadPoolExecutor  # not above: a few names need none

        with ThreadPoolExecutor(workers) as pool:
            scores = list(pool.map(score, chunks))
    with np.errstate(all="ignore"):
        for (*_, chosen), z_chunk in zip(chunks, scores, strict=True):
            z[chosen] += z_chunk
    return z


def country_readout(params: Params, config: NetworkConfig) -> tuple[list[FloatArray], FloatArray]:
    """V of each direction and c, of the answer's scores: z = Σ_d summary_d V_d + c.

    Without the readout `country` it is the mean of the step readouts' scores after the last letter read.
    """
    D = len(config.directions)
    if "country" in config.readouts:
        return np.split(params["country.W"], D), params["country.b"]  # rows that meet a direction's part
    V: list[FloatArray] = [params[f"{direction}.step_country.W"] / D for direction in config.directions]
    c = np.mean([params[f"{direction}.step_country.b"] for direction in config.directions], axis=0)
    return V, c


def step_scores(params: Params, config: NetworkConfig, names: Encoded, direction: str) -> FloatArray:
    """The scores of `step_country` (Σ lengths, C) after every symbol, in the order of the direction."""
    tree = prefix_tree(reading(names, config, direction))
    weights, _ = recurrence_of(params, config, direction)
    states, _ = unroll(CELLS[config.cell], *weights, tree)
    z, _ = linear(states, *(params[f"{direction}.step_country.{letter}"] for letter in "Wb"))
    return z[tree.rows]
