"""The network: unroll a cell over packed names, read out, and back through time.

    B, N, V, H, C   names; their different prefixes; size of the alphabet; hidden units; countries
    x_t   (n, V)    one-hot rows of the last symbols of the n prefixes of t symbols
    h_t   (n, H)    hidden state, h_{-1} = 0;  h_T the state after a name's own last symbol
    a_t   (P, n, H) pre-activation: the cell's planes, one for Elman's network
    z, p            scores, softmax(z)
    U, W, b         input → hidden (X, V, H), hidden → hidden (Y, H, H), bias (P, H)
    dQ              ∂L/∂Q, of Q's shape

Each function returns its value and its own derivative, a closure that takes the gradient of the
value and is called once at most. The precision is that of the parameters: float32 to train,
float64 to check.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnn_names.cells import CELLS, Cell
from rnn_names.encoding import (
    UNKNOWN_INDEX,
    Encoded,
    FloatArray,
    IntArray,
)
from rnn_names.prefixes import PrefixTree, prefix_tree

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

Params = dict[str, FloatArray]

READOUTS = ("country", "step_country", "next_symbol")
CHUNK = 2048  # names scored at a time: many share their first letters, and the states nearly fit the cache


@dataclass(frozen=True)
class NetworkConfig:
    """What the parameters follow from.

    The readouts, each linear, are a choice of READOUTS:
        country        the final state of each direction, side by side → the country
        step_country   every state of each direction → the country so far
        next_symbol    every state of each direction → the symbol that it will read next
    """  # fmt: skip

    symbols: int
    countries: int
    hidden_size: int = 128
    cell: str = "rnn"
    bidirectional: bool = False
    readouts: tuple[str, ...] = ("country",)

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
            shapes[f"{direction}.U"] = (cell.x.stop - cell.x.start, V, H)
            shapes[f"{direction}.W"] = (cell.h.stop - cell.h.start, H, H)
            shapes[f"{direction}.b"] = (cell.planes, H)
            for readout, size in (("step_country", C), ("next_symbol", V)):
                if readout in self.readouts:
                    shapes[f"{direction}.{readout}.W"] = (H, size)
                    shapes[f"{direction}.{readout}.b"] = (size,)
        if "country" in self.readouts:
            shapes["country.W"] = (len(self.directions) * H, C)
            shapes["country.b"] = (C,)
        return shapes


@dataclass(frozen=True)
class Objective:
    """The loss of a name is  country + step_loss · step_country + letter_loss · next_symbol.

    The last two are means over the name's letters and over the directions. The rest regularises:
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


class Recurrence(NamedTuple):
    """The parameters of one direction's recurrence, or their gradients."""

    U: FloatArray  # (X, V, H)
    W: FloatArray  # (Y, H, H)
    b: FloatArray  # (P, H)


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


def unroll(
    cell: Cell, U: FloatArray, W: FloatArray, b: FloatArray, tree: PrefixTree
) -> tuple[FloatArray, Callable[[FloatArray], Recurrence]]:
    """Read the names symbol by symbol: a_t = x_t U + h_{t-1} W + b, each where the cell has it.

    Returns the states h_t (N, H) of all prefixes, and their derivative: from dh (N, H), what the
    readouts say of each state, which it overwrites, to dU, dW, db.
    """
    N, H = len(tree.symbols), W.shape[-1]
    Ub = U + b[cell.x, None]
    a = np.empty((cell.planes, N, H), W.dtype)
    a[cell.x.stop :] = b[cell.x.stop :, None]
    states = np.empty((N, H), W.dtype)
    product = np.empty((max(step.going for step in tree.steps), H), W.dtype)
    h = np.zeros((tree.steps[0].rows.stop, H), W.dtype)
    c = np.zeros((len(h), H if cell.memory else 0), W.dtype)
    P = 0  # prefixes that go on from the step before
    done = []
    for step in tree.steps:
        a_t = a[:, step.rows]
        # x U + b is a selection of rows of U + b; a plane without x U is b alone. (The mode that does
        # not check the indices is the one that writes to `out` directly.)
        for a_k, Ub_k in zip(a_t[cell.x], Ub, strict=True):
            np.take(Ub_k, tree.symbols[step.rows], axis=0, out=a_k, mode="clip")
        h_before = h[:P]
        if P:  # h_{-1} = 0
            for a_k, W_k in zip(a_t[cell.h], W, strict=True):
                a_k += step.part(np.matmul(h_before, W_k, out=product[:P]))
            h, c = step.part(h_before), step.part(c[:P])
        h, c, derivative_t = cell.step(a_t, h, c, states[step.rows])
        done.append((step, h_before, derivative_t))
        P = step.going

    def derivative(dh: FloatArray) -> Recurrence:
        # A row of dh is what the readouts say, until the steps after it have added theirs.
        dc = np.zeros_like(c)
        dW, dW_k = np.zeros_like(W), np.empty_like(W[0])
        W_T = np.ascontiguousarray(W.transpose(0, 2, 1))
        while done:
            step, h_before, derivative_t = done.pop()
            dh_direct, dc_direct = derivative_t(dh[step.rows], dc)
            if not done:
                break
            before = done[-1][0]
            P = before.going
            dh_before = dh[before.rows][:P]
            for k, da_k in enumerate(a[cell.h, step.rows]):
                # A step's part of dW while h and da are still in the cache: one product over all
                # steps at the end takes longer.
                da_k = step.join(da_k)
                dW[k] += np.matmul(h_before.T, da_k, out=dW_k)
                dh_before += np.matmul(da_k, W_T[k], out=product[:P])
            if dh_direct is not None:
                dh_before += step.join(dh_direct)
            dc = np.zeros((before.rows.stop - before.rows.start, c.shape[1]), W.dtype)
            if dc_direct is not None:
                dc[:P] = step.join(dc_direct)
        dU = sum_by_symbol(a[cell.x], tree.symbols, U.shape[1])
        db = np.empty_like(b)
        db[cell.x] = dU.sum(axis=1)  # every row of a has one symbol
        db[cell.x.stop :] = np.ones(N, W.dtype) @ a[cell.x.stop :]
        return Recurrence(dU, dW, db)

    return states, derivative


def sum_by_symbol(da: FloatArray, symbols: IntArray, count: int) -> FloatArray:
    """one_hot(symbols)ᵀ da, (X, N, H) → (X, count, H), as sums over the rows of equal symbols."""
    dU = np.zeros((len(da), count, da.shape[-1]), da.dtype)
    order = np.argsort(symbols, kind="stable")
    counts = np.bincount(symbols, minlength=count)
    ends = zip(counts.tolist(), np.cumsum(counts).tolist(), strict=True)
    runs = [(symbol, slice(end - n, end)) for symbol, (n, end) in enumerate(ends) if n]
    ones = np.ones(len(symbols), da.dtype)  # 1ᵀ rows; their sum() takes longer
    for da_k, dU_k in zip(da, dU, strict=True):
        by_symbol = np.take(da_k, order, axis=0)
        for symbol, rows in runs:
            np.dot(ones[: rows.stop - rows.start], by_symbol[rows], out=dU_k[symbol])
    return dU


def add_rows(x: FloatArray, rows: IntArray, dx: FloatArray) -> None:
    """x[rows] += dx, also where a row comes several times: names may be spelled alike."""
    _, first = np.unique(rows, return_index=True)
    x[rows[first]] += dx[first]
    again = np.delete(np.arange(len(rows)), first)
    np.add.at(x, rows[again], dx[again])


def linear(
    x: FloatArray, W: FloatArray, b: FloatArray
) -> tuple[FloatArray, Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]]:
    """z = x W + b, and its derivative dz → (dx, dW, db)."""

    def derivative(dz: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        return dz @ W.T, x.T @ dz, np.ones(len(dz), dz.dtype) @ dz  # Σ_b dz_b; sum() takes longer

    z = x @ W
    z += b
    return z, derivative


def dropout(
    x: FloatArray, rate: float, rng: "np.random.Generator | None"
) -> tuple[FloatArray, Callable[[FloatArray], FloatArray]]:
    """Set each entry to 0 with probability `rate`, to 1/256, and divide the rest by 1 - rate.

    Without `rng`, or at rate 0, x as it is. A byte an entry decides: floats would take as long to
    draw as a product over the same entries.
    """
    dropped = round(256 * rate)
    if rng is None or dropped == 0:
        return x, lambda dx: dx
    kept = np.frombuffer(rng.bytes(x.size), np.uint8).reshape(x.shape) >= dropped
    mask = kept * x.dtype.type(256 / (256 - dropped))
    return x * mask, lambda dx: dx * mask


def softmax(z: FloatArray) -> FloatArray:
    """p = exp(z) / Σ exp(z), over the last axis."""
    p = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(p / p.sum(axis=-1, keepdims=True))


def cross_entropy(
    z: FloatArray, rows: IntArray, y: IntArray, weight: FloatArray, smoothing: float = 0.0
) -> tuple[float, FloatArray]:
    """L = -Σ_k weight_k Σ_c q_kc log p_c, with p = softmax(z[rows_k]), and dz.

    q_k = (1 - ε) one_hot(y_k) + ε / C: the target, smoothed by ε. Several targets may be of one row,
    or none. dz = Σ_k weight_k (p - q_k), row by row, is written over z.
    """
    C = z.shape[1]
    w = weight.astype(z.dtype)
    w_row = np.bincount(rows, w, len(z)).astype(z.dtype)
    at = rows * C + y
    z -= z.max(axis=1, keepdims=True)
    q_z = (1 - smoothing) * float(w @ z.ravel()[at])
    if smoothing:
        q_z += smoothing * float(w_row @ z.mean(axis=1))
    p = np.exp(z, out=z)
    total = p.sum(axis=1)
    loss = float(w_row @ np.log(total)) - q_z  # Σ_c q_c log p_c, since Σ_c q_c = 1
    p *= (w_row / total)[:, None]
    dz = p
    np.subtract.at(dz.reshape(-1), at, (1 - smoothing) * w)
    if smoothing:
        dz -= smoothing / C * w_row[:, None]
    return loss, dz


def forward(params: Params, config: NetworkConfig, names: Encoded, workers: int = 1) -> FloatArray:
    """The country's scores z (n, C) of any number of names, CHUNK at a time, so that memory stays bounded.

    The chunks are of names that begin alike, and are shared among threads: NumPy lets others run while
    it computes. The numbers do not depend on how many there are.
    """
    cell = CELLS[config.cell]

    def score(chunk: tuple[str, FloatArray, Encoded, IntArray]) -> FloatArray:
        direction, V, read, chosen = chunk
        tree = prefix_tree(read.take(chosen))
        states, _ = unroll(cell, *_recurrence(params, direction), tree)
        return states[tree.leaves] @ V

    chunks = []
    halves = np.split(params["country.W"], len(config.directions))  # rows that meet a direction's h_T
    for direction, V in zip(config.directions, halves, strict=True):
        read = _read(names, direction)
        order = read.order()
        chunks += [(direction, V, read, order[at : at + CHUNK]) for at in range(0, len(order), CHUNK)]
    z = np.repeat(params["country.b"][None], len(names.lengths), axis=0)
    scores: Iterable[FloatArray]
    if min(workers, len(chunks)) < 2:
        scores = map(score, chunks)
    else:
        from concurrent.futures import ThreadPoolExecutor  # not above: a few names need none

        keep_freed_memory()
        with ThreadPoolExecutor(workers) as pool:
            scores = list(pool.map(score, chunks))
    for (*_, chosen), z_chunk in zip(chunks, scores, strict=True):
        z[chosen] += z_chunk
    return z


def probabilities(params: Params, config: NetworkConfig, names: Encoded, workers: int = 1) -> FloatArray:
    """p = softmax(z), (n, C)."""
    return softmax(forward(params, config, names, workers))


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
        tree = prefix_tree(_read(seen, direction))
        states, d_states = unroll(CELLS[config.cell], *_recurrence(params, direction), tree)
        loss_d, dstates = _step_losses(
            params, config, direction, states, tree, _read(names, direction), targets, objective, rng, grads
        )
        loss += loss_d
        ends.append(states[tree.leaves])
        runs.append((direction, tree, dstates, d_states))

    if "country" in config.readouts:
        kept, d_kept = dropout(np.concatenate(ends, axis=1), objective.dropout, rng)
        z, d_z = linear(kept, params["country.W"], params["country.b"])
        loss_c, dz = cross_entropy(
            z, np.arange(len(z)), targets.country, targets.weight, objective.label_smoothing
        )
        loss += loss_c
        dkept, grads["country.W"], grads["country.b"] = d_z(dz)
        for dends, (_, tree, dstates, _) in zip(
            np.split(d_kept(dkept), len(runs), axis=1), runs, strict=True
        ):
            add_rows(dstates, tree.leaves, dends)

    for direction, _, dstates, d_states in runs:
        for letter, gradient in d_states(dstates)._asdict().items():
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
        y, each = targets.country, objective.step_loss * share / names.lengths
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


def _recurrence(params: Params, direction: str) -> Recurrence:
    return Recurrence(*(params[f"{direction}.{letter}"] for letter in "UWb"))


def _read(names: Encoded, direction: str) -> Encoded:
    return names if direction == "forward" else names.backward()
