"""What the country is read from: the last state, the mean and the maximum of all."""

from collections.abc import Callable

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.network.prefixes import PrefixTree


def add_rows(x: FloatArray, rows: IntArray, dx: FloatArray) -> None:
    """x[rows] += dx, also where a row comes several times: names may be spelled alike."""
    _, first = np.unique(rows, return_index=True)
    x[rows[first]] += dx[first]
    again = np.delete(np.arange(len(rows)), first)
    np.add.at(x, rows[again], dx[again])


def summary(
    states: FloatArray, tree: PrefixTree, lengths: IntArray, pooling: bool
) -> tuple[FloatArray, Callable[[FloatArray, FloatArray], None]]:
    """What the country is read from: h_T, and with `pooling` the mean and the maximum of all h_t beside it.

    (N, H) → (B, H) or (B, 3 H), and the derivative: it adds to dh (N, H), given the gradient of that.
    The last two are carried down the tree, s_t = s_{t-1} + h_t and m_t = max(m_{t-1}, h_t).
    """
    parts = [states[tree.leaves]]
    share = (1 / lengths[:, None]).astype(states.dtype)
    if pooling:
        s, m = states.copy(), states.copy()
        for step in tree.steps[1:]:
            s[step.rows] += step.part(s[step.before])
            np.maximum(m[step.rows], step.part(m[step.before]), out=m[step.rows])
        parts += [s[tree.leaves] * share, m[tree.leaves]]

    def derivative(dparts: FloatArray, dh: FloatArray) -> None:
        dh_T, *dpooled = np.split(dparts, len(parts), axis=1)
        add_rows(dh, tree.leaves, dh_T)
        if pooling:
            ds, dm = np.zeros_like(dh), np.zeros_like(dh)
            add_rows(ds, tree.leaves, dpooled[0] * share)
            add_rows(dm, tree.leaves, dpooled[1])
            for step in reversed(tree.steps):
                at, before = step.rows, step.before
                new = m[at] == states[at]  # of equal maxima the last
                dh[at] += ds[at] + dm[at] * new
                ds[before] += step.join(ds[at])
                dm[before] += step.join(dm[at] * ~new)

    return np.concatenate(parts, axis=1), derivative
