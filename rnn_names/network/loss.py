"""The loss of a batch of names, and its gradient: the file to read last.

    B, N, V, H, C   names; their different prefixes; size of the alphabet; hidden units; countries
    h_t   (n, H)    hidden state;  h_T the state after a name's own last symbol
    z, p            scores, softmax(z)
    dQ              ∂L/∂Q, of Q's shape

The precision is that of the parameters: float32 to train, float64 to check.
"""

from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.names.alphabet import UNKNOWN_INDEX
from rnn_names.names.encoded import Encoded
from rnn_names.network.cells import CELLS
from rnn_names.network.config import NetworkConfig, Objective
from rnn_names.network.layers import cross_entropy, dropout, linear
from rnn_names.network.pairs import reading, recurrence_of
from rnn_names.network.pooling import summary
from rnn_names.network.prefixes import PrefixTree, prefix_tree
from rnn_names.network.recurrence import unroll


class Targets(NamedTuple):
    """What the names of a batch should be given, in the order of the caller's batch."""

    country: IntArray  # (B,)
    weight: FloatArray  # (B,), each name's share in the loss; 1/B for a plain mean


def loss_and_gradient(
    params: Params,
    config: NetworkConfig,
    names: Encoded,
    targets: Targets,
    objective: Objective = Objective(),
    rng: "np.random.Generator | None" = None,
) -> tuple[float, Params]:
    """L, and ∂L/∂Q for every parameter Q, under the same names. Without `rng` nothing is dropped."""
    seen = drop_letters(names, objective.letter_dropout, rng)
    loss = 0.0
    grads: Params = {}
    ends, runs = [], []
    for direction in config.directions:
        tree = prefix_tree(reading(seen, config, direction))
        weights, d_weights = recurrence_of(params, config, direction)
        states, d_states = unroll(CELLS[config.cell], *weights, tree)
        foretold = names if direction == "forward" else names.backward()
        loss_d, dstates = _step_losses(
            params, config, direction, states, tree, foretold, targets, objective, rng, grads
        )
        loss += loss_d
        end, d_end = summary(states, tree, names.lengths, config.pooling)
        ends.append(end)
        runs.append((direction, d_end, dstates, d_states, d_weights))

    if "country" in config.readouts:
        x = np.concatenate(ends, axis=1)
        # A name is one row here, so to drop out of it several times costs an eighth of a step; it makes
        # the gradient steadier (Inoue 2019, arXiv 1905.09788).
        times = objective.draws if rng is not None and objective.dropout else 1
        kept, d_kept = dropout(np.tile(x, (times, 1)), objective.dropout, rng)
        z, d_z = linear(kept, params["country.W"], params["country.b"])
        y, each = np.tile(targets.country, times), np.tile(targets.weight / times, times)
        loss_c, dz = cross_entropy(z, np.arange(len(z)), y, each, objective.label_smoothing)
        loss += loss_c
        dkept, grads["country.W"], grads["country.b"] = d_z(dz)
        dx = d_kept(dkept).reshape(times, *x.shape).sum(axis=0)
        for dend, (_, d_end, dstates, *_) in zip(np.split(dx, len(runs), axis=1), runs, strict=True):
            d_end(dend, dstates)

    for direction, _, dstates, d_states, d_weights in runs:
        for letter, gradient in d_weights(d_states(dstates))._asdict().items():
            grads[f"{direction}.{letter}"] = gradient
    return loss, grads


def _step_losses(
    params: Params,
    config: NetworkConfig,
    direction: str,
    states: FloatArray,
    tree: PrefixTree,
    names: Encoded,
    targets: Targets,
    objective: Objective,
    rng: "np.random.Generator | None",
    grads: Params,
) -> tuple[float, FloatArray]:
    """The losses at every step of one direction, and dh (N, H); their gradients go into `grads`.

    The states are those of the names as seen, `tree`; the letters to foretell are those of `names`.
    """
    loss, dkept = 0.0, np.zeros_like(states)
    if not {"step_country", "next_symbol"} & set(config.readouts):
        return loss, dkept
    kept, d_kept = dropout(states, objective.dropout, rng)
    share = targets.weight / len(config.directions)
    if "step_country" in config.readouts:
        readout = f"{direction}.step_country"
        z, d_z = linear(kept, params[f"{readout}.W"], params[f"{readout}.b"])
        y, each = targets.country, share  # alone, a sum over the letters
        if "country" in config.readouts:
            each = objective.step_loss * share / names.lengths
        loss_s, dz = cross_entropy(
            z,
            tree.rows,
            np.repeat(y, names.lengths),
            np.repeat(each, names.lengths),
            objective.label_smoothing,
        )
        loss += loss_s
        dkept_s, grads[f"{readout}.W"], grads[f"{readout}.b"] = d_z(dz)
        dkept += dkept_s
    if "next_symbol" in config.readouts:
        readout = f"{direction}.next_symbol"
        z, d_z = linear(kept, params[f"{readout}.W"], params[f"{readout}.b"])
        following = np.delete(np.arange(len(names.symbols)), names.starts)  # symbols that one stands before
        each = objective.letter_loss * share / np.maximum(names.lengths - 1, 1)
        loss_n, dz = cross_entropy(
            z, tree.rows[following - 1], names.symbols[following], np.repeat(each, names.lengths - 1)
        )
        loss += loss_n
        dkept_n, grads[f"{readout}.W"], grads[f"{readout}.b"] = d_z(dz)
        dkept += dkept_n
    return loss, d_kept(dkept)


def drop_letters(names: Encoded, rate: float, rng: "np.random.Generator | None") -> Encoded:
    """The names with each letter made unknown with probability `rate`; start and end stay."""
    if rng is None or rate == 0:
        return names
    dropped = (rng.random(len(names.symbols)) < rate) & (names.symbols > UNKNOWN_INDEX)
    return names._replace(symbols=np.where(dropped, UNKNOWN_INDEX, names.symbols))
