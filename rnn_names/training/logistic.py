"""Multinomial logistic regression: the readout of a network is solved for, while all else stays fixed.

    x (n, F), y (n,), w (n,)   the readout's input for each name; its label; its weight, of sum 1
    W (F, C), b (C,)           the readout; it begins at W_0, b_0

        minimise  Σ_i w_i · -log softmax(x_i W + b)_y  +  penalty / 2 · ‖S (W - W_0)‖²

where S are the standard deviations of the columns of x, so that no column counts more for being large.
The best penalty depends on how much x tells about the labels. Cross-validation chooses the largest one
that is not clearly worse than the best: names to come differ from those learned more than these differ
from each other, and a larger penalty is safer there. Of labels that a name does not tell, only their
frequencies remain.
"""  # fmt: skip

import math

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.network.layers import softmax

STEPS = 300
FEWER = 60  # of them, from the readout of one penalty to that of the next
PENALTIES = tuple(5.0 * 2.0**k for k in range(14))  # over the number of names
FOLDS, MOST = 3, 500  # of the names, at most so many, that the penalty is chosen by


def solved(
    x: FloatArray,
    y: IntArray,
    w: FloatArray,
    W: FloatArray,
    b: FloatArray,
    penalty: float,
    steps: int = STEPS,
    begin: tuple[FloatArray, FloatArray] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """W and b after so many steps of accelerated gradient descent (Nesterov 1983).

    They begin at `begin`, or at W and b.
    """
    w = (w / w.sum()).astype(x.dtype)
    middle, spread = x.mean(axis=0), x.std(axis=0) + 1e-3
    x = np.concatenate([(x - middle) / spread, np.ones((len(x), 1), x.dtype)], axis=1)
    xw = x.T * w
    start, now = (
        np.concatenate([W * spread[:, None], (b + middle @ W)[None]]).astype(x.dtype)
        for W, b in ((W, b), begin or (W, b))
    )
    cost = np.full((len(start), 1), penalty, x.dtype)
    cost[-1] = 0  # b is free
    # The curvature is at most half the largest eigenvalue of xᵀ w x, and the penalty.
    rate = float(1 / (np.linalg.eigvalsh(xw @ x)[-1] / 2 + penalty))
    ahead, momentum = now, 1.0
    for _ in range(steps):
        p = softmax(x @ ahead)
        p[np.arange(len(y)), y] -= 1
        following = ahead - rate * (xw @ p + cost * (ahead - start))
        faster = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = following + (momentum - 1) / faster * (following - now)
        now, momentum = following, faster
    W = now[:-1] / spread[:, None]
    return W, now[-1] - middle @ W


def chosen_penalty(
    x: FloatArray, y: IntArray, w: FloatArray, W: FloatArray, b: FloatArray, name: IntArray
) -> tuple[float, float]:
    """The largest penalty whose loss is within one standard error of the lowest, and the lowest loss.

    The losses are cross-validated; `name` (n,) numbers the names. The rule of one standard error is that of
    Breiman et al. 1984. The lowest loss tells how good W and b are to begin with.
    """
    name = np.unique(name, return_inverse=True)[1]
    some = name % math.ceil((name.max() + 1) / MOST) == 0
    x, y, w = x[some], y[some], w[some]
    name = np.unique(name[some], return_inverse=True)[1]
    losses = np.zeros((len(PENALTIES), name.max() + 1))
    for k in range(FOLDS):
        kept = name % FOLDS != k
        if not kept.any() or kept.all():
            continue
        learned, asked = len(np.unique(name[kept])), np.flatnonzero(~kept)
        found = W, b
        for of_penalty, penalty in reversed([*zip(losses, PENALTIES, strict=True)]):
            found = solved(x[kept], y[kept], w[kept], W, b, penalty / learned, FEWER, found)
            p = softmax(x[asked] @ found[0] + found[1])[np.arange(len(asked)), y[asked]]
            np.add.at(of_penalty, name[asked], -w[asked] * np.log(np.maximum(p, np.finfo(p.dtype).tiny)))
    mean = losses.mean(axis=1)
    best = int(mean.argmin())
    bar = mean[best] + losses[best].std() / losses.shape[1] ** 0.5
    return PENALTIES[int(np.flatnonzero(mean <= bar)[-1])], float(mean[best])
