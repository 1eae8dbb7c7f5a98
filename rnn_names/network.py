"""The network: unroll a cell over packed names, read out, and back through time.

    B, N, V, H, C   names; symbols of all names; size of the alphabet; hidden units; countries
    x_t   (n, V)    one-hot rows of the t-th symbols of the n names that have one
    h_t   (n, H)    hidden state, h_{-1} = 0;  h_T the state after a name's own last symbol
    a_t   (P, n, H) pre-activation: the cell's planes, one for Elman's network
    z, p            scores, softmax(z)
    U, W, b         input → hidden (X, V, H), hidden → hidden (Y, H, H), bias (P, H)
    dQ              ∂L/∂Q, of Q's shape

Each function returns its value and its own derivative, a closure that takes the gradient of the
value and is called once at most. The precision is that of the parameters: float32 to train,
float64 to check.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnn_names.cells import CELLS, Cell
from rnn_names.encoding import (
    UNKNOWN_INDEX,
    Encoded,
    FloatArray,
    IntArray,
    PackedBatch,
    pack,
)

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

Params = dict[str, FloatArray]

READOUTS = ("country", "step_country", "next_symbol")
CHUNK = 512  # names scored at a time: states of 512 names fit the cache, and a step is one large product


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
    cell: Cell, U: FloatArray, W: FloatArray, b: FloatArray, batch: PackedBatch
) -> tuple[FloatArray, Callable[[FloatArray, FloatArray | None], Recurrence]]:
    """Read the names symbol by symbol: a_t = x_t U + h_{t-1} W + b, each where the cell has it.

    Returns the states h_t (N, H) of all steps, in packed rows, and their derivative: from dh_T (B, H),
    the gradient of the final states, and dh (N, H), that of all states (None: 0), to dU, dW, db.
    """
    B, N, H = len(batch.lengths), len(batch.symbols), W.shape[-1]
    # x U + b is a selection of rows of U + b, for all steps at once; a plane without x U is b alone.
    # (The mode that does not check the indices is the one that writes to `out` directly.)
    a = np.empty((cell.planes, N, H), W.dtype)
    a[cell.x.stop :] = b[cell.x.stop :, None]
    for plane, Ub in zip(a[cell.x], U + b[cell.x, None], strict=True):
        np.take(Ub, batch.symbols, axis=0, out=plane, mode="clip")
    states = np.empty((N, H), W.dtype)
    product = np.empty((len(W), B, H), W.dtype)
    start = np.zeros((B, H), W.dtype)
    h, c = start, start
    steps = []
    for first, n in zip(batch.starts.tolist(), batch.sizes.tolist(), strict=True):
        rows = slice(first, first + n)
        h, c = h[:n], c[:n]
        if first:  # h_{-1} = 0
            a[cell.h, rows] += np.matmul(h, W, out=product[:, :n])
        h_before = h
        h, c, derivative_t = cell.step(a[:, rows], h, c, states[rows])
        steps.append((rows, h_before, derivative_t))

    def derivative(dh_T: FloatArray, dh_all: FloatArray | None) -> Recurrence:
        # Row b of dh holds ∂L/∂h_t of name b for the step t that the loop has reached; a name
        # shorter than that waits in its row with dh_T.
        dh, dc = np.array(dh_T, order="C"), np.zeros((B, H), W.dtype)
        dW, dW_t = np.zeros_like(W), np.empty_like(W)
        W_T = np.ascontiguousarray(W.transpose(0, 2, 1))
        for rows, h_before, derivative_t in reversed(steps):
            n = len(h_before)
            if dh_all is not None:
                dh[:n] += dh_all[rows]
            dh_direct, dc_before = derivative_t(dh[:n], dc[:n])
            da = a[cell.h, rows]
            if rows.start:
                # A step's part of dW while h and da are still in the cache: one product over all
                # steps at the end, with h_{t-1} gathered for it, takes longer.
                dW += np.matmul(h_before.T, da, out=dW_t)
                np.add.reduce(np.matmul(da, W_T, out=product[:, :n]), axis=0, out=dh[:n])
                if dh_direct is not None:
                    dh[:n] += dh_direct
                if dc_before is not None:
                    dc[:n] = dc_before
        dU = sum_by_symbol(a[cell.x], batch.symbols, U.shape[1])
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
    for da_k, dU_k in zip(da, dU, strict=True):
        by_symbol = np.take(da_k, order, axis=0)
        for symbol, rows in runs:
            np.add.reduce(by_symbol[rows], axis=0, out=dU_k[symbol])
    return dU


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
    z: FloatArray, y: IntArray, weight: FloatArray, smoothing: float = 0.0
) -> tuple[float, FloatArray]:
    """L = -Σ_b weight_b Σ_c q_c log p_c, with p = softmax(z_b), and dz = weight_b (p - q).

    q = (1 - ε) one_hot(y_b) + ε / C: the target, smoothed by ε. dz is written over z.
    """
    rows, (_, C) = np.arange(len(y)), z.shape
    w = weight.astype(z.dtype)
    z -= z.max(axis=1, keepdims=True)
    q_z = (1 - smoothing) * z[rows, y]
    if smoothing:
        q_z += smoothing * z.mean(axis=1)
    p = np.exp(z, out=z)
    total = p.sum(axis=1)
    loss = -float(w @ (q_z - np.log(total)))  # Σ_c q_c log p_c, since Σ_c q_c = 1
    p *= (w / total)[:, None]
    dz = p
    dz[rows, y] -= (1 - smoothing) * w
    if smoothing:
        dz -= smoothing / C * w[:, None]
    return loss, dz


def forward(params: Params, config: NetworkConfig, batch: PackedBatch) -> FloatArray:
    """The country's scores z (B, C) of the names, in the order of the caller's batch."""
    ends = [
        unroll(CELLS[config.cell], *_recurrence(params, direction), _read(batch, direction))[0][batch.last]
        for direction in config.directions
    ]
    z, _ = linear(np.concatenate(ends, axis=1), params["country.W"], params["country.b"])
    scores = np.empty_like(z)
    scores[batch.order] = z
    return scores


def probabilities(params: Params, config: NetworkConfig, names: Encoded, workers: int = 1) -> FloatArray:
    """p (n, C) for any number of names, in chunks of like length, so that memory stays bounded.

    The chunks are shared among threads: NumPy lets others run while it computes. The numbers do not
    depend on how many there are.
    """
    p = np.empty((len(names.lengths), config.countries), params["country.b"].dtype)
    by_length = np.argsort(names.lengths, kind="stable")
    chunks = [by_length[start : start + CHUNK] for start in range(0, len(by_length), CHUNK)]

    def score(chosen: IntArray) -> None:
        p[chosen] = softmax(forward(params, config, pack(names, chosen)))

    if min(workers, len(chunks)) == 1:
        for chunk in chunks:
            score(chunk)
    else:
        from concurrent.futures import ThreadPoolExecutor  # not above: a few names need none

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(score, chunks))
    return p


def loss_and_gradient(
    params: Params,
    config: NetworkConfig,
    batch: PackedBatch,
    targets: Targets,
    objective: Objective = Objective(),
    rng: "np.random.Generator | None" = None,
) -> tuple[float, Params]:
    """L, and ∂L/∂Q for every parameter Q, under the same names. Without `rng` nothing is dropped."""
    y, weight = targets.country[batch.order], targets.weight[batch.order]
    seen = drop_letters(batch, objective.letter_dropout, rng)
    loss = 0.0
    grads: Params = {}
    ends, runs = [], []
    for direction in config.directions:
        states, d_states = unroll(
            CELLS[config.cell], *_recurrence(params, direction), _read(seen, direction)
        )
        loss_d, dstates = _step_losses(
            params, config, direction, states, _read(batch, direction), y, weight, objective, rng, grads
        )
        loss += loss_d
        ends.append(states[batch.last])
        runs.append((direction, dstates, d_states))

    dends = np.zeros((len(y), len(ends) * config.hidden_size), states.dtype)
    if "country" in config.readouts:
        kept, d_kept = dropout(np.concatenate(ends, axis=1), objective.dropout, rng)
        z, d_z = linear(kept, params["country.W"], params["country.b"])
        loss_c, dz = cross_entropy(z, y, weight, objective.label_smoothing)
        loss += loss_c
        dkept, grads["country.W"], grads["country.b"] = d_z(dz)
        dends = d_kept(dkept)

    for (direction, dstates, d_states), dh_T in zip(runs, np.split(dends, len(runs), axis=1), strict=True):
        for letter, gradient in d_states(dh_T, dstates)._asdict().items():
            grads[f"{direction}.{letter}"] = gradient
    return loss, grads


def _step_losses(
    params: Params,
    config: NetworkConfig,
    direction: str,
    states: FloatArray,
    batch: PackedBatch,
    y: IntArray,
    weight: FloatArray,
    objective: Objective,
    rng: "np.random.Generator | None",
    grads: Params,
) -> tuple[float, FloatArray | None]:
    """The losses at every step of one direction, and dh (N, H); their gradients go into `grads`."""
    if not {"step_country", "next_symbol"} & set(config.readouts):
        return 0.0, None
    kept, d_kept = dropout(states, objective.dropout, rng)
    loss, dkept = 0.0, np.zeros_like(states)
    share = weight / len(config.directions)
    if "step_country" in config.readouts:
        readout = f"{direction}.step_country"
        z, d_z = linear(kept, params[f"{readout}.W"], params[f"{readout}.b"])
        each = (objective.step_loss * share / batch.lengths)[batch.names]
        loss_s, dz = cross_entropy(z, y[batch.names], each, objective.label_smoothing)
        loss += loss_s
        dkept, grads[f"{readout}.W"], grads[f"{readout}.b"] = d_z(dz)
    if "next_symbol" in config.readouts:
        readout = f"{direction}.next_symbol"
        z, d_z = linear(kept, params[f"{readout}.W"], params[f"{readout}.b"])
        # A name's last row has no next symbol, and weight 0: to leave it out would cost two copies.
        following, each = np.zeros_like(batch.symbols), np.zeros(len(batch.symbols))
        following[batch.before] = batch.symbols[len(y) :]
        names = batch.names[len(y) :]
        each[batch.before] = objective.letter_loss * share[names] / (batch.lengths[names] - 1)
        loss_n, dz = cross_entropy(z, following, each)
        loss += loss_n
        dkept_n, grads[f"{readout}.W"], grads[f"{readout}.b"] = d_z(dz)
        dkept += dkept_n
    return loss, d_kept(dkept)


def drop_letters(batch: PackedBatch, rate: float, rng: "np.random.Generator | None") -> PackedBatch:
    """The batch with each letter made unknown with probability `rate`; start and end stay."""
    if rng is None or rate == 0:
        return batch
    dropped = (rng.random(len(batch.symbols)) < rate) & (batch.symbols > UNKNOWN_INDEX)
    return replace(batch, symbols=np.where(dropped, UNKNOWN_INDEX, batch.symbols))


def _recurrence(params: Params, direction: str) -> Recurrence:
    return Recurrence(*(params[f"{direction}.{letter}"] for letter in "UWb"))


def _read(batch: PackedBatch, direction: str) -> PackedBatch:
    return batch if direction == "forward" else batch.backward()
