"""Unroll a cell over a tree of prefixes, pool its states, and back through time.

    B, N, V, H    names; their different prefixes; symbols, with the pairs that are read; hidden units
    x_t   (n, V)    one-hot rows of the last symbols of the n prefixes of t symbols
    h_t   (n, H)    hidden state, h_{-1} = 0
    a_t   (P, n, H) pre-activation: the cell's planes, one for Elman's network
    U, W, b         input → hidden (X, V, H), hidden → hidden (Y, H, H), bias (P, H)
    dQ              ∂L/∂Q, of Q's shape

Each function returns its value and its own derivative, a closure that takes the gradient of the
value and is called once at most.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.network.cells import Cell
from rnn_names.network.prefixes import PrefixTree


class Recurrence(NamedTuple):
    """The parameters of one direction's recurrence, or their gradients."""

    U: FloatArray  # (X, V, H)
    W: FloatArray  # (Y, H, H)
    b: FloatArray  # (P, H)


def unroll(
    cell: Cell, U: FloatArray, W: FloatArray, b: FloatArray, tree: PrefixTree
) -> tuple[FloatArray, Callable[[FloatArray], Recurrence]]:
    """Read the names symbol by symbol: a_t = x_t U + h_{t-1} W + b, each where the cell has it.

    Returns the states h_t (N, H) of all prefixes, and their derivative: from dh (N, H), what the
    readouts say of each state, to dU, dW, db. In dh it leaves ∂L/∂h_t: what comes through time is added.
    """
    N, H = len(tree.symbols), W.shape[-1]
    Ub = U + b[cell.x, None]
    a = np.empty((cell.planes, N, H), W.dtype)
    a[cell.x.stop :] = b[cell.x.stop :, None]
    states = np.empty((N, H), W.dtype)
    product = np.empty((max(step.going for step in tree.steps), H), W.dtype)
    h = np.zeros((tree.steps[0].rows.stop, H), W.dtype)
    c = np.zeros((len(h), H if cell.memory else 0), W.dtype)
    done = []
    for step in tree.steps:
        P = step.before.stop - step.before.start
        a_t, h_before = a[:, step.rows], h[:P]
        preactivate(cell, Ub, W, tree.symbols[step.rows], h_before, step.part, a_t, product)
        if P:  # h_{-1} = 0
            h, c = step.part(h_before), step.part(c[:P])
        h, c, derivative_t = cell.step(a_t, h, c, states[step.rows])
        done.append((step, h_before, derivative_t))

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
            dh_before = dh[step.before]
            P = len(dh_before)
            for k, da_k in enumerate(a[cell.h, step.rows]):
                # A step's part of dW while h and da are still in the cache: one product over all
                # steps at the end takes longer.
                da_k = step.join(da_k)
                dW[k] += np.matmul(h_before.T, da_k, out=dW_k)
                dh_before += np.matmul(da_k, W_T[k], out=product[:P])
            if dh_direct is not None:
                dh_before += step.join(dh_direct)
            dc = np.zeros((len(dh[done[-1][0].rows]), c.shape[1]), W.dtype)
            if dc_direct is not None:
                dc[:P] = step.join(dc_direct)
        dU = sum_by_symbol(a[cell.x], tree.symbols, U.shape[1])
        db = np.empty_like(b)
        db[cell.x] = dU.sum(axis=1)  # every row of a has one symbol
        db[cell.x.stop :] = np.ones(N, W.dtype) @ a[cell.x.stop :]
        return Recurrence(dU, dW, db)

    return states, derivative


def preactivate(
    cell: Cell,
    Ub: FloatArray,
    W: FloatArray,
    symbols: IntArray,
    h: FloatArray,
    part: Callable[[FloatArray], FloatArray],
    a: FloatArray,
    product: FloatArray,
) -> None:
    """Make `a` (P, n, H) that of n symbols read after the states h (m, H), none at the start of a name.

    `part` gives each symbol the state that it is read after, (m, H) → (n, H). In `a` stands the b of the
    planes without x U, in Ub, U + b, that of the others. `product` is room for m rows.
    """
    # x U + b is a selection of rows of U + b; a plane without x U is b alone. (The mode that does
    # not check the indices is the one that writes to `out` directly.)
    for a_k, Ub_k in zip(a[cell.x], Ub, strict=True):
        np.take(Ub_k, symbols, axis=0, out=a_k, mode="clip")
    if len(h):
        for a_k, W_k in zip(a[cell.h], W, strict=True):
            a_k += part(np.matmul(h, W_k, out=product[: len(h)]))


def advance(
    cell: Cell, weights: Recurrence, symbols: IntArray, h: FloatArray, c: FloatArray, origin: IntArray
) -> tuple[FloatArray, FloatArray]:
    """One step: h_t, c_t (n, H) after n symbols, each read after the one of the m states h, c that
    `origin` (n,) says.
    """  # fmt: skip
    U, W, b = weights
    a = np.empty((cell.planes, len(symbols), W.shape[-1]), W.dtype)
    a[cell.x.stop :] = b[cell.x.stop :, None]
    preactivate(cell, U + b[cell.x, None], W, symbols, h, lambda hW: hW[origin], a, np.empty_like(h))
    h, c, _ = cell.step(a, h[origin], c[origin], np.empty_like(a[0]))
    return h, c


def sum_by_symbol(da: FloatArray, symbols: IntArray, count: int) -> FloatArray:
    """one_hot(symbols)ᵀ da, (X, N, H) → (X, count, H), as sums over the rows of equal symbols."""
    X, N, H = da.shape
    order = np.argsort(symbols, kind="stable")
    by_symbol = np.empty((N, X, H), da.dtype)
    for k, da_k in enumerate(da):
        np.take(da_k, order, axis=0, out=by_symbol[:, k], mode="clip")
    rows = by_symbol.reshape(N, X * H)  # of all planes side by side: one sum for each symbol
    counts = np.bincount(symbols, minlength=count)
    present = np.flatnonzero(counts)
    sums = np.empty((len(present), X * H), da.dtype)
    ones = np.ones(N, da.dtype)  # 1ᵀ rows; their sum() takes longer
    start = 0
    for total, n in zip(sums, counts[present].tolist(), strict=True):
        np.dot(ones[:n], rows[start : start + n], out=total)
        start += n
    dU = np.zeros((X, count, H), da.dtype)
    dU[:, present] = sums.reshape(len(present), X, H).transpose(1, 0, 2)
    return dU
