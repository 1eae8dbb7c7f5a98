"""Unroll a cell over a tree of prefixes, and go back through time.

    B, N, V, H    names; their different prefixes; inputs: symbols, or n-grams; hidden units
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
from rnn_names.network.totals import sum_by_index, totals


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
    Ub = U + b[cell.x_planes, None]
    a = np.empty((cell.planes, N, H), W.dtype)
    a[cell.x_planes.stop :] = b[cell.x_planes.stop :, None]
    states = np.empty((N, H), W.dtype)
    product = np.empty((max(step.going for step in tree.steps), H), W.dtype)
    h = np.zeros((tree.steps[0].rows.stop, H), W.dtype)
    c = np.zeros((len(h), H if cell.memory else 0), W.dtype)
    done = []
    for step in tree.steps:
        P = step.before.stop - step.before.start
        a_t, h_before = a[:, step.rows], h[:P]
        add_input(cell, Ub, tree.symbols[step.rows], a_t)
        if P:  # h_{-1} = 0
            add_recurrent(cell, W, h_before, step.part, a_t)
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
            for k, da_k in enumerate(a[cell.h_planes, step.rows]):
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
        dU = sum_by_index(a[cell.x_planes], totals(tree.symbols), U.shape[1])
        return Recurrence(dU, dW, np.ones(N, W.dtype) @ a)  # db = Σ da; sum() takes longer

    return states, derivative


def add_input(cell: Cell, Ub: FloatArray, symbols: IntArray, a: FloatArray) -> None:
    """a ← x U + b, in the planes that read x: the rows of Ub, U + b, at the symbols (n,), or (D, n)."""
    # The mode that does not check the indices is the one that writes to `out` directly.
    for a_k, Ub_k in zip(a[cell.x_planes], Ub, strict=True):
        np.take(Ub_k, symbols, axis=0, out=a_k, mode="clip")


def add_recurrent(
    cell: Cell, W: FloatArray, h: FloatArray, part: Callable[[FloatArray], FloatArray], a: FloatArray
) -> None:
    """a ← a + h_{t-1} W, in the planes that read h (m, H); `part` copies a state to its symbols."""
    for a_k, W_k in zip(a[cell.h_planes], W, strict=True):
        a_k += part(h @ W_k)


def advance(
    cell: Cell, weights: Recurrence, symbols: IntArray, h: FloatArray, c: FloatArray, origin: IntArray
) -> tuple[FloatArray, FloatArray]:
    """One step: h_t, c_t (n, H) after n symbols, each read after the one of the m states h, c that
    `origin` (n,) says.
    """  # fmt: skip
    U, W, b = weights
    a = np.empty((cell.planes, len(symbols), W.shape[-1]), W.dtype)
    a[cell.x_planes.stop :] = b[cell.x_planes.stop :, None]
    add_input(cell, U + b[cell.x_planes, None], symbols, a)
    add_recurrent(cell, W, h, lambda hW: hW[origin], a)
    h, c, _ = cell.step(a, h[origin], c[origin], np.empty_like(a[0]))
    return h, c
