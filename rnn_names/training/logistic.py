"""Multinomial logistic regression: the readout of a network of which all else stays, solved outright.

    x (n, F), y (n,), w (n,)   what the network says of each name; its label; its weight, of sum 1
    W (F, C), b (C,)           the readout; it begins at W_0, b_0

        minimise  Σ_i w_i · -log softmax(x_i W + b)_y  +  penalty / 2 · ‖S (W - W_0)‖²

where S are the standard deviations of the columns of x: no column counts more for being large.
"""  # fmt: skip

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.network.layers import softmax

STEPS = 300


def solved(
    x: FloatArray, y: IntArray, w: FloatArray, W: FloatArray, b: FloatArray, penalty: float
) -> tuple[FloatArray, FloatArray]:
    """W and b after STEPS of accelerated gradient descent (Nesterov 1983) from W and b."""
    w = w / w.sum()
    middle, spread = x.mean(axis=0), x.std(axis=0) + 1e-3
    x = np.concatenate([(x - middle) / spread, np.ones((len(x), 1), x.dtype)], axis=1)
    start = np.concatenate([W * spread[:, None], (b + middle @ W)[None]])
    cost = np.full((len(start), 1), penalty)
    cost[-1] = 0  # b is free
    # The curvature is at most half the largest eigenvalue of xᵀ w x, and the penalty.
    rate = 1 / (np.linalg.eigvalsh((x.T * w) @ x)[-1] / 2 + penalty)
    now, ahead, momentum = start, start, 1.0
    for _ in range(STEPS):
        p = softmax(x @ ahead)
        p[np.arange(len(y)), y] -= 1
        following = ahead - rate * ((x.T * w) @ p + cost * (ahead - start))
        faster = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = following + (momentum - 1) / faster * (following - now)
        now, momentum = following, faster
    W = now[:-1] / spread[:, None]
    return W, now[-1] - middle @ W
