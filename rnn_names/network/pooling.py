"""What the country is read from: the last state of a name, the mean and the maximum of all its states.

    B, N      names; their different prefixes
    s   (N, H)   the states of all prefixes: of a recurrence, or of anything else that is read off x_t

Each function returns its value (B, H) and its derivative, a closure that adds to ds (N, H), given the
gradient of the value. Sums and maxima are carried down the tree of prefixes: a shared prefix costs once.
"""

from collections.abc import Callable

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, add_to_rows
from rnn_names.network.prefixes import PrefixTree

Pooled = tuple[FloatArray, Callable[[FloatArray, FloatArray], None]]


def last(states: FloatArray, tree: PrefixTree) -> Pooled:
    """s_T, the state after the name's own last symbol."""
    return states[tree.leaves], lambda dvalue, ds: add_rows(ds, tree.leaves, dvalue)


def mean(states: FloatArray, tree: PrefixTree, lengths: IntArray) -> Pooled:
    """1/T Σ_t s_t, from sums: σ_t = σ_{t-1} + s_t."""
    share = (1 / lengths[:, None]).astype(states.dtype)
    total = states.copy()
    for step in tree.steps[1:]:
        total[step.rows] += step.part(total[step.before])

    def derivative(dvalue: FloatArray, ds: FloatArray) -> None:
        dtotal = np.zeros_like(ds)
        add_rows(dtotal, tree.leaves, dvalue * share)
        for step in reversed(tree.steps[1:]):
            dtotal[step.before] += step.join(dtotal[step.rows])
        ds += dtotal

    return total[tree.leaves] * share, derivative


def maximum(states: FloatArray, tree: PrefixTree) -> Pooled:
    """max_t s_t, unit by unit, from m_t = max(m_{t-1}, s_t). Of equal states the last has the gradient."""
    m = states.copy()
    for step in tree.steps[1:]:
        np.maximum(m[step.rows], step.part(m[step.before]), out=m[step.rows])

    def derivative(dvalue: FloatArray, ds: FloatArray) -> None:
        dm, earlier = np.zeros_like(ds), m != states
        add_rows(dm, tree.leaves, dvalue)
        for step in reversed(tree.steps[1:]):
            dm[step.before] += step.join(dm[step.rows] * earlier[step.rows])
        dm *= ~earlier
        ds += dm

    return m[tree.leaves], derivative


def summary(states: FloatArray, tree: PrefixTree, lengths: IntArray, pooling: bool) -> Pooled:
    """[s_T] (B, H), or with `pooling` [s_T | mean | maximum] (B, 3 H)."""
    pooled = [last(states, tree)]
    if pooling:
        pooled += [mean(states, tree, lengths), maximum(states, tree)]
    values, backs = zip(*pooled, strict=True)

    def derivative(dvalue: FloatArray, ds: FloatArray) -> None:
        for back, part in zip(backs, np.split(dvalue, len(backs), axis=1), strict=True):
            back(part, ds)

    return np.concatenate(values, axis=1), derivative


def add_rows(x: FloatArray, rows: IntArray, dx: FloatArray) -> None:
    """x[rows] += dx, also where a row comes several times: names may be spelled alike."""
    _, first = np.unique(rows, return_index=True)
    if len(first) == len(rows):
        add_to_rows(x, rows, dx)
        return
    add_to_rows(x, rows[first], dx[first])
    again = np.delete(np.arange(len(rows)), first)
    np.add.at(x, rows[again], dx[again])
