"""The network: unroll a cell over packed names, read out the country, and back through time.

    B, N, V, H, C   names; symbols of all names; size of the alphabet; hidden units; countries
    x_t   (n, V)    one-hot rows of the t-th symbols of the n names that have one
    h_t   (n, H)    hidden state, h_{-1} = 0;  h_T the state after a name's own last symbol
    a_t   (n, H)    pre-activation
    z, p  (B, C)    scores, softmax(z)
    U, W, b         input → hidden (V, H), hidden → hidden (H, H), bias (H,)
    dQ              ∂L/∂Q, of Q's shape

Each function returns its value and its own derivative, a closure that takes the gradient of the
value. The precision is that of the parameters: float32 to train, float64 to check.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from rnn_names.cells import CELLS, Cell
from rnn_names.encoding import Encoded, FloatArray, IntArray, PackedBatch, one_hot, pack

Params = dict[str, FloatArray]

CHUNK = 512  # names scored at a time: states of 512 names fit the cache, and a step is one large product


@dataclass(frozen=True)
class NetworkConfig:
    """The sizes that the parameters follow from."""

    symbols: int
    countries: int
    hidden_size: int = 128
    cell: str = "rnn"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter, by its name."""
        V, H, C = self.symbols, self.hidden_size, self.countries
        return {
            "forward.U": (V, H),
            "forward.W": (H, H),
            "forward.b": (H,),
            "country.W": (H, C),
            "country.b": (C,),
        }


class Targets(NamedTuple):
    """What the names of a batch should be given, in the order of the caller's batch."""

    country: IntArray  # (B,)
    weight: FloatArray  # (B,), each name's share in the loss; 1 for all where classes count by size


def init_params(config: NetworkConfig, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Params:
    """Random parameters: W orthogonal, biases zero, the rest uniform in ±1/√H.

    An orthogonal W has singular values 1, so that what is passed back through time starts with
    neither growth nor decay (Saxe, McClelland, Ganguli 2014, arXiv 1312.6120).
    """
    bound = 1 / np.sqrt(config.hidden_size)
    params: Params = {}
    value: FloatArray
    for name, shape in config.shapes().items():
        if name.endswith(".b"):
            value = np.zeros(shape)
        elif name == "forward.W":
            value = orthogonal(shape[0], rng)
        else:
            value = rng.uniform(-bound, bound, shape)
        params[name] = value.astype(dtype)
    return params


def orthogonal(size: int, rng: np.random.Generator) -> FloatArray:
    """A random orthogonal matrix, uniform among all: QR of normal numbers, signs made unique."""
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return np.asarray(q * np.sign(np.diagonal(r)))


def unroll(
    cell: Cell, U: FloatArray, W: FloatArray, b: FloatArray, batch: PackedBatch
) -> tuple[FloatArray, Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]]:
    """Read the names symbol by symbol: a_t = x_t U + h_{t-1} W + b, h_t = f(a_t).

    Returns h_T (B, H), in the order of the packed rows, and its derivative dh_T → (dU, dW, db).
    The products with U, and in the derivative every sum over t, are one product over all N rows;
    only h_{t-1} W and da_t Wᵀ have to wait for their step.
    """
    B, H = batch.sizes[0], len(W)
    h_T = np.zeros((B, H), W.dtype)
    before = np.empty((len(batch.symbols), H), W.dtype)  # h_{t-1}, all steps
    states = U[batch.symbols]  # x U, as a selection of rows; becomes a, then h
    states += b
    steps = _steps(batch.sizes)
    for n, rows in steps:
        before[rows] = h_T[:n]
        if rows.start:  # h_{-1} = 0
            states[rows] += before[rows] @ W
        cell.forward(states[rows])
        h_T[:n] = states[rows]  # a name that has ended keeps its last state

    def derivative(dh: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        # Row b of dh holds ∂L/∂h_t of name b for the step t that the loop has reached; a name
        # shorter than that waits in its row with dh_T.
        dh = dh.copy()
        da = states.copy()
        for n, rows in reversed(steps):
            cell.backward(da[rows], dh[:n])
            np.matmul(da[rows], W.T, out=dh[:n])
        dU = one_hot(batch.symbols, len(U), U.dtype).T @ da
        dW = before.T @ da
        db = da.sum(axis=0)
        return dU, dW, db

    return h_T, derivative


def linear(
    x: FloatArray, W: FloatArray, b: FloatArray
) -> tuple[FloatArray, Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]]:
    """z = x W + b, and its derivative dz → (dx, dW, db)."""

    def derivative(dz: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        return dz @ W.T, x.T @ dz, dz.sum(axis=0)

    return x @ W + b, derivative


def dropout(
    x: FloatArray, rate: float, rng: np.random.Generator | None
) -> tuple[FloatArray, Callable[[FloatArray], FloatArray]]:
    """Set each entry to 0 with probability `rate` and divide the rest by 1 - rate.

    Srivastava et al. 2014. Without `rng`, or at rate 0, x as it is.
    """
    if rng is None or rate == 0:
        return x, lambda dx: dx
    mask = (rng.random(x.shape, dtype=np.float32) >= rate).astype(x.dtype) / x.dtype.type(1 - rate)
    return x * mask, lambda dx: dx * mask


def softmax(z: FloatArray) -> FloatArray:
    """p = exp(z) / Σ exp(z), over the last axis."""
    p = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(p / p.sum(axis=-1, keepdims=True))


def cross_entropy(z: FloatArray, y: IntArray, weight: FloatArray) -> tuple[float, Callable[[], FloatArray]]:
    """L = -(1/B) Σ_b weight_b log softmax(z_b)[y_b], and dz = weight_b (p_b - one_hot(y_b)) / B."""
    shifted = z - z.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    scale = (weight / len(y)).astype(z.dtype)
    loss = -float(scale @ log_p[np.arange(len(y)), y])

    def derivative() -> FloatArray:
        dz: FloatArray = np.exp(log_p) - one_hot(y, z.shape[1], z.dtype)
        dz *= scale[:, None]
        return dz

    return loss, derivative


def forward(params: Params, config: NetworkConfig, batch: PackedBatch) -> FloatArray:
    """The scores z (B, C) of the names, in the order of the caller's batch."""
    h_T, _ = _unroll_forward(params, config, batch)
    z, _ = linear(h_T, params["country.W"], params["country.b"])
    scores = np.empty_like(z)
    scores[batch.order] = z
    return scores


def probabilities(params: Params, config: NetworkConfig, names: Encoded) -> FloatArray:
    """p (n, C) for any number of names, in chunks of like length, so that memory stays bounded."""
    p = np.empty((len(names.lengths), config.countries), params["country.b"].dtype)
    by_length = np.argsort(names.lengths, kind="stable")
    for start in range(0, len(by_length), CHUNK):
        chosen = by_length[start : start + CHUNK]
        p[chosen] = softmax(forward(params, config, pack(names, chosen)))
    return p


def loss_and_gradient(
    params: Params,
    config: NetworkConfig,
    batch: PackedBatch,
    targets: Targets,
    dropout_rate: float = 0.0,
    rng: np.random.Generator | None = None,
) -> tuple[float, Params]:
    """L, and ∂L/∂Q for every parameter Q, under the same names."""
    h_T, d_unroll = _unroll_forward(params, config, batch)
    kept, d_dropout = dropout(h_T, dropout_rate, rng)
    z, d_linear = linear(kept, params["country.W"], params["country.b"])
    country, weight = targets.country[batch.order], targets.weight[batch.order]
    loss, d_cross_entropy = cross_entropy(z, country, weight)

    grads: Params = {}
    dkept, grads["country.W"], grads["country.b"] = d_linear(d_cross_entropy())
    grads["forward.U"], grads["forward.W"], grads["forward.b"] = d_unroll(d_dropout(dkept))
    return loss, grads


_Derivative = Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]


def _unroll_forward(
    params: Params, config: NetworkConfig, batch: PackedBatch
) -> tuple[FloatArray, _Derivative]:
    U, W, b = params["forward.U"], params["forward.W"], params["forward.b"]
    return unroll(CELLS[config.cell], U, W, b, batch)


def _steps(sizes: IntArray) -> list[tuple[int, slice]]:
    """For each step t: how many names it reads, and their rows among the N."""
    ends = np.cumsum(sizes).tolist()
    return [(n, slice(end - n, end)) for n, end in zip(sizes.tolist(), ends, strict=True)]
