"""The network: read names in each direction, read out, and the loss with its gradient.

    B, N, V, H, C   names; their different prefixes; size of the alphabet; hidden units; countries
    K               pairs of symbols that are read beside the symbols
    h_t   (n, H)    hidden state;  h_T the state after a name's own last symbol
    z, p            scores, softmax(z)
    dQ              ∂L/∂Q, of Q's shape

The precision is that of the parameters: float32 to train, float64 to check.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnn_names.cells import CELLS
from rnn_names.encoding import UNKNOWN_INDEX, Encoded, FloatArray, IntArray
from rnn_names.layers import cross_entropy, dropout, linear
from rnn_names.prefixes import PrefixTree, prefix_tree
from rnn_names.recurrence import Recurrence, sum_by_symbol, summary, unroll

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

Params = dict[str, FloatArray]

READOUTS = ("country", "step_country", "next_symbol")
LONG, FEW = 64, 32  # names of more symbols are scored few at a time: each takes what the longest one takes
DRAWS = 4  # of what is dropped out of what the country is read from, for each name
CHUNK = 2048  # names scored at a time: many share their first letters, and the states nearly fit the cache


@dataclass(frozen=True)
class NetworkConfig:
    """What the parameters follow from.

    `pairs` are those that the network knows, as first · V + second, rising. A symbol that makes one with
    its neighbour, the symbol read just before it, is read with it: x_t has a one at the symbol, and one at
    the pair, so V + K columns. A pair is the same in both directions: "sc", whether s or c is read first.

    The readouts, each linear, are a choice of READOUTS:
        country        the final state of each direction, side by side → the country; with `pooling`,
                       the mean and the maximum of its states beside each
        step_country   every state of each direction → the country so far; without `country`, the mean of
                       the directions' last scores is the answer, and there is no pooling
        next_symbol    every state of each direction → the symbol that it will read next
    """  # fmt: skip

    symbols: int
    countries: int
    hidden_size: int = 128
    cell: str = "rnn"
    bidirectional: bool = False
    readouts: tuple[str, ...] = ("country",)
    pooling: bool = False
    pairs: tuple[int, ...] = ()

    @property
    def directions(self) -> tuple[str, ...]:
        """The names of the directions in which a name is read."""
        return ("forward", "backward") if self.bidirectional else ("forward",)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter, by its name."""
        V, H, C = self.symbols, self.hidden_size, self.countries
        cell = CELLS[self.cell]
        shapes: dict[str, tuple[int, ...]] = {}
        for direction in self.directions:
            shapes[f"{direction}.U"] = (cell.x.stop - cell.x.start, V + len(self.pairs), H)
            shapes[f"{direction}.W"] = (cell.h.stop - cell.h.start, H, H)
            shapes[f"{direction}.b"] = (cell.planes, H)
            for readout, size in (("step_country", C), ("next_symbol", V)):
                if readout in self.readouts:
                    shapes[f"{direction}.{readout}.W"] = (H, size)
                    shapes[f"{direction}.{readout}.b"] = (size,)
        if "country" in self.readouts:
            shapes["country.W"] = (len(self.directions) * (3 if self.pooling else 1) * H, C)
            shapes["country.b"] = (C,)
        return shapes


@dataclass(frozen=True)
class Objective:
    """The loss of a name is  country + step_loss · step_country + letter_loss · next_symbol.

    The last two are means over the name's letters and over the directions. Of a network without the readout
    `country` it is  Σ_t step_country_t + letter_loss · next_symbol:  the loss after every letter, none of
    them more than another, again a mean over the directions. The rest regularises:
    label_smoothing   share of the target spread over all countries (Szegedy et al. 2016)
    dropout           of the states, as the readouts see them (Srivastava et al. 2014)
    letter_dropout    of the letters, as the recurrence reads them: they become the unknown symbol
    """

    step_loss: float = 0.0
    letter_loss: float = 0.0
    label_smoothing: float = 0.0
    dropout: float = 0.0
    letter_dropout: float = 0.0

    @property
    def readouts(self) -> tuple[str, ...]:
        """The readouts that have a part in the loss."""
        weights = {"country": 1.0, "step_country": self.step_loss, "next_symbol": self.letter_loss}
        return tuple(readout for readout, weight in weights.items() if weight)


class Targets(NamedTuple):
    """What the names of a batch should be given, in the order of the caller's batch."""

    country: IntArray  # (B,)
    weight: FloatArray  # (B,), each name's share in the loss; 1/B for a plain mean


def init_params(
    config: NetworkConfig,
    rng: "np.random.Generator",
    recurrent: str = "orthogonal",
    dtype: "DTypeLike" = np.float32,
) -> Params:
    """Random parameters: each W orthogonal or the identity, b as the cell says, the rest in ±1/√H.

    With an orthogonal W, what is passed back through time starts with neither growth nor decay
    (Saxe, McClelland, Ganguli 2014, arXiv 1312.6120); the identity does the same for ReLU (Le,
    Jaitly, Hinton 2015, arXiv 1504.00941).
    """
    H = config.hidden_size
    params: Params = {}
    for name, shape in config.shapes().items():
        layer, letter = name.rsplit(".", 1)
        value: FloatArray
        if layer in config.directions and letter == "b":
            value = np.repeat(np.array(CELLS[config.cell].bias)[:, None], H, axis=1)
        elif layer in config.directions and letter == "W":
            value = np.stack(
                [orthogonal(H, rng) if recurrent == "orthogonal" else np.eye(H) for _ in range(shape[0])]
            )
        elif letter == "b":
            value = np.zeros(shape)
        else:
            value = rng.uniform(-1, 1, shape) / np.sqrt(H)
        params[name] = value.astype(dtype)
    return params


def orthogonal(size: int, rng: "np.random.Generator") -> FloatArray:
    """A random orthogonal matrix, uniform among all: QR of normal numbers, signs made unique."""
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return np.asarray(q * np.sign(np.diagonal(r)))


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

        keep_freed_memory()
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
        times = DRAWS if rng is not None and objective.dropout else 1
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


def keep_freed_memory() -> None:
    """Let the arrays of one batch or chunk be the memory of the next one's.

    glibc gives large blocks back to the system when they are freed, and a batch would pay for each of
    their pages anew. To free one block of nearly the largest size, never touched, raises the limit from
    which it does so (mallopt(3), M_MMAP_THRESHOLD). Elsewhere it does nothing.
    """
    np.empty(31 << 20, np.uint8)


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
