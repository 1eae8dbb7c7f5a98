"""The loss of a batch of names, and its gradient: the file to read last.

    L = country + step_loss · step_country + letter_loss · next_symbol        see objective.Objective

    B, N, V, H, C   names; their different prefixes; symbols; hidden units; countries
    h_t   (N, H)    hidden states;  h_T the state after a name's own last symbol
    z               scores
    dQ              ∂L/∂Q, of Q's shape

The precision is that of the parameters: float32 to train, float64 to check.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.names.encoded import Encoded
from rnn_names.network.config import NetworkConfig
from rnn_names.network.input import Gradient, distinct, inputs
from rnn_names.network.layers import cross_entropy, dropout, linear
from rnn_names.network.objective import Objective
from rnn_names.network.pooling import summary
from rnn_names.network.reading import Reading, drop_letters, memoryless, unrolled


class Targets(NamedTuple):
    """The true country of each name of a batch, in the order of the batch, and its weight in the loss."""

    country: IntArray  # (B,)
    weight: FloatArray  # (B,), each name's share in the loss; 1/B for a plain mean


def loss_and_gradient(
    params: Params,
    config: NetworkConfig,
    names: Encoded,
    targets: Targets,
    objective: Objective = Objective(),
    rng: "np.random.Generator | None" = None,
    fallback: IntArray | None = None,
) -> tuple[float, dict[str, Gradient]]:
    """L, and ∂L/∂Q for every parameter Q, under the same names: see `loss_of`."""
    loss, derivative = loss_of(params, config, names, targets, objective, rng, fallback)
    return loss, derivative()


def loss_of(
    params: Params,
    config: NetworkConfig,
    names: Encoded,
    targets: Targets,
    objective: Objective = Objective(),
    rng: "np.random.Generator | None" = None,
    fallback: IntArray | None = None,
) -> tuple[float, Callable[[], dict[str, Gradient]]]:
    """L, and its derivative, which may be called once. Without `rng` nothing is dropped.

    A letter that is dropped is read as its `fallback` (V,), or else as the unknown symbol.
    """
    seen = drop_letters(names, objective.letter_dropout, rng, fallback)
    read = inputs(seen, config, objective.ngram_dropout, rng)
    grads: dict[str, Gradient] = {}
    loss = 0.0
    readings, dstates = [], []
    for direction in config.directions:
        reading = unrolled(params, config, names, read[direction], direction)
        loss_d, dstates_d, grads_d = step_losses(params, config, reading, targets, objective, rng)
        loss += loss_d
        grads |= grads_d
        readings.append(reading)
        dstates.append(dstates_d)

    back_ends: list[Callable[[], None]] = []
    if "country" in config.readouts:
        ends, backs = zip(
            *(summary(r.states, r.tree, names.lengths, config.pooling) for r in readings), strict=True
        )
        bag, back_bag = memoryless(params, config, names.lengths, readings[0])
        x = np.concatenate([*ends, bag], axis=1)
        loss_c, dx, grads_c = country_loss(params, x, targets, objective, rng)
        loss += loss_c
        grads |= grads_c | back_bag(dx[:, x.shape[1] - config.bag :])
        dends = np.split(dx[:, : x.shape[1] - config.bag], len(readings), axis=1)
        back_ends = [partial(back, *both) for back, *both in zip(backs, dends, dstates, strict=True)]

    def derivative() -> dict[str, Gradient]:
        for back_end in back_ends:
            back_end()
        for r, dstates_d in zip(readings, dstates, strict=True):
            dU, dW, db = r.back_states(dstates_d)
            grads.update(
                {f"{r.direction}.U": r.back_rows(dU), f"{r.direction}.W": dW, f"{r.direction}.b": db}
            )
        return grads

    return loss, derivative


def country_loss(
    params: Params,
    x: FloatArray,
    targets: Targets,
    objective: Objective,
    rng: "np.random.Generator | None",
) -> tuple[float, FloatArray, Params]:
    """The loss of the country read from x (B, F), dx, and the readout's gradients."""
    # A name is one row here, so several draws of the dropout cost an eighth of a step. They make the
    # gradient steadier (Inoue 2019, arXiv 1905.09788).
    times = objective.draws if rng is not None and objective.dropout else 1
    kept, back_kept = dropout(np.tile(x, (times, 1)), objective.dropout, rng)
    z, back_z = linear(kept, params["country.W"], params["country.b"])
    y, each = np.tile(targets.country, times), np.tile(targets.weight / times, times)
    loss, dz = cross_entropy(z, np.arange(len(z)), y, each, objective.label_smoothing)
    dkept, dW, db = back_z(dz)
    dx = back_kept(dkept).reshape(times, *x.shape).sum(axis=0)
    return loss, dx, {"country.W": dW, "country.b": db}


def step_losses(
    params: Params,
    config: NetworkConfig,
    reading: Reading,
    targets: Targets,
    objective: Objective,
    rng: "np.random.Generator | None",
) -> tuple[float, FloatArray, Params]:
    """The losses at every step of one direction, dh (N, H), and the readouts' gradients."""
    loss, grads, dstates = 0.0, Params(), np.zeros_like(reading.states)
    if not {"step_country", "next_symbol"} & set(config.readouts):
        return loss, dstates, grads
    some = sampled(len(reading.names.lengths), objective.step_share, rng)
    names, country = reading.names.take(some), targets.country[some]
    share = targets.weight[some] * (len(targets.weight) / len(some)) / len(config.directions)
    of_names = reading.names._replace(symbols=reading.tree.rows).take(some).symbols
    used, rows = distinct(of_names, len(reading.states))
    kept, back_kept = dropout(reading.states[used], objective.dropout, rng)
    dkept = np.zeros_like(kept)
    steps = []  # readout, the row of each prediction, its target, its weight, the smoothing
    if "step_country" in config.readouts:
        # Beside the country's loss it is a mean over the letters, alone a sum.
        each = objective.step_loss * share / names.lengths if "country" in config.readouts else share
        y, weight = np.repeat(country, names.lengths), np.repeat(each, names.lengths)
        steps.append(("step_country", rows, y, weight, objective.label_smoothing))
    if "next_symbol" in config.readouts:
        following = np.delete(np.arange(len(names.symbols)), names.starts)  # symbols with one before them
        each = objective.letter_loss * share / np.maximum(names.lengths - 1, 1)
        y, weight = names.symbols[following], np.repeat(each, names.lengths - 1)
        steps.append(("next_symbol", rows[following - 1], y, weight, 0.0))
    for readout, row, y, weight, smoothing in steps:
        layer = f"{reading.direction}.{readout}"
        z, back_z = linear(kept, params[f"{layer}.W"], params[f"{layer}.b"])
        loss_r, dz = cross_entropy(z, row, y, weight, smoothing)
        loss += loss_r
        dkept_r, grads[f"{layer}.W"], grads[f"{layer}.b"] = back_z(dz)
        dkept += dkept_r
    dstates[used] = back_kept(dkept)
    return loss, dstates, grads


def sampled(names: int, share: float, rng: "np.random.Generator | None") -> IntArray:
    """All the names of a batch; with `rng` only this share of them, but one at least."""
    if rng is None or share == 1:
        return np.arange(names)
    return np.sort(rng.permutation(names)[: max(1, round(share * names))])
