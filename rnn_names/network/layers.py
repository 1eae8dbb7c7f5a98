"""Linear readout, dropout, softmax and cross-entropy, each beside its own derivative.

    x  (n, H)   what a readout sees          z  (n, C)   scores          p = softmax(z)
    dQ          ∂L/∂Q, of Q's shape

Each function returns its value and its derivative, a closure that takes the gradient of the value and is
called once at most.
"""

from collections.abc import Callable

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray


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
    dropped = min(round(256 * rate), 255)
    if rng is None or dropped == 0:
        return x, lambda dx: dx
    kept = np.frombuffer(rng.bytes(x.size), np.uint8).reshape(x.shape) >= dropped
    mask = kept * x.dtype.type(256 / (256 - dropped))
    return x * mask, lambda dx: dx * mask


def softmax(z: FloatArray) -> FloatArray:
    """p = exp(z) / Σ exp(z), over the last axis."""
    p = z - z.max(axis=-1, keepdims=True)
    np.exp(p, out=p)
    p /= p.sum(axis=-1, keepdims=True)
    return np.asarray(p)


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
        q_z += smoothing / C * float(w_row @ z @ np.ones(C, z.dtype))
    p = np.exp(z, out=z)
    total = p.sum(axis=1)
    loss = float(w_row @ np.log(total)) - q_z  # Σ_c q_c log p_c, since Σ_c q_c = 1
    p *= (w_row / total)[:, None]
    dz = p
    np.subtract.at(dz.reshape(z.size), at, (1 - smoothing) * w)
    if smoothing:
        dz -= smoothing / C * w_row[:, None]
    return loss, dz
