"""The elementwise part of one step of a recurrent network, and its derivative.

A cell never multiplies by a weight: the unrolling in `network.py` owns every product and hands the
cell its pre-activation a, in planes, of the n names that have a symbol at this step.

    a    (P, n, H)   plane k is x_t U_k + b_k, or h_{t-1} W_k + b_k, or x_t U_k + h_{t-1} W_k + b_k
    h    (n, H)      hidden state
    c    (n, H)      cell state, of a cell with memory; for others (n, 0), passed on unread
    dQ               ∂L/∂Q, of Q's shape

`step` returns the new h and c, and a closure: given dh and dc it turns the planes of `a` into da, in
place, and returns what reaches h_{t-1} and c_{t-1} other than through the product with W (None: nothing).

To add a cell, write its class and put it into CELLS; the tests of gradients, batches and checkpoints,
the command line and the table in the README follow from there.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from rnn_names.base.arrays import FloatArray

Derivative = Callable[[FloatArray, FloatArray], tuple[FloatArray | None, FloatArray | None]]
Step = tuple[FloatArray, FloatArray, Derivative]


class Cell(ABC):
    """What the unrolling asks of a cell. The defaults are those of a cell of one plane."""

    planes: int = 1  # P, planes of the pre-activation
    x: slice = slice(0, 1)  # the planes that x U is added to
    h: slice = slice(0, 1)  # the planes that h W is added to
    bias: tuple[float, ...] = (0.0,)  # what b starts at, plane by plane
    memory: bool = False  # whether there is a c beside h

    @abstractmethod
    def step(self, a: FloatArray, h: FloatArray, c: FloatArray, out: FloatArray) -> Step:
        """(a_t, h_{t-1}, c_{t-1}) → h_t, in `out`, c_t, and the derivative of both."""


class Elman(Cell):
    """Elman's network: h = tanh(a).  Elman 1990, Finding Structure in Time."""

    def step(self, a: FloatArray, h: FloatArray, c: FloatArray, out: FloatArray) -> Step:
        h_t = np.tanh(a[0], out=out)

        def derivative(dh: FloatArray, dc: FloatArray) -> tuple[None, None]:
            da = np.square(h_t, out=a[0])  # dh ∘ (1 - h²)
            np.subtract(1, da, out=da)
            da *= dh
            return None, None

        return h_t, c, derivative


class ReLU(Cell):
    """h = max(0, a), with derivative 0 at 0.  Le, Jaitly, Hinton 2015, arXiv 1504.00941."""

    def step(self, a: FloatArray, h: FloatArray, c: FloatArray, out: FloatArray) -> Step:
        h_t = np.maximum(a[0], 0, out=out)

        def derivative(dh: FloatArray, dc: FloatArray) -> tuple[None, None]:
            np.multiply(dh, h_t > 0, out=a[0])  # da = dh ∘ [h > 0]
            return None, None

        return h_t, c, derivative


class GRU(Cell):
    """The gated recurrent unit as PyTorch defines it.  Cho et al. 2014, arXiv 1406.1078.

        r = σ(x U_r + h W_r + b_r)        m = h W_m + b_m
        u = σ(x U_u + h W_u + b_u)        n = tanh(x U_n + b_n + r ∘ m)
        h_t = (1 - u) ∘ n + u ∘ h_{t-1}

    The planes are n, r, u, m: the first three read x, the last three h.
    """  # fmt: skip

    planes, x, h = 4, slice(0, 3), slice(1, 4)
    bias = (0.0, 0.0, 0.0, 0.0)

    def step(self, a: FloatArray, h: FloatArray, c: FloatArray, out: FloatArray) -> Step:
        n, r, u, m = a
        sigmoid(a[1:3])
        n += r * m
        np.tanh(n, out=n)
        h_t = np.add(n, u * (h - n), out=out)

        def derivative(dh: FloatArray, dc: FloatArray) -> tuple[FloatArray, None]:
            dh_u = dh * u
            dn = (dh - dh_u) * (1 - n * n)
            du = dh_u * (h - n) * (1 - u)
            dr = dn * m * r * (1 - r)
            np.multiply(dn, r, out=m)
            a[0], a[1], a[2] = dn, dr, du
            return dh_u, None

        return h_t, c, derivative


class LSTM(Cell):
    """Long short-term memory with a forget gate.  Hochreiter, Schmidhuber 1997; Gers et al. 2000.

        i, f, o = σ(x U + h W + b), each with its own;   g = tanh(x U_g + h W_g + b_g)
        c_t = f ∘ c_{t-1} + i ∘ g        h_t = o ∘ tanh(c_t)

    The planes are i, f, o, g. The bias of f starts at 1, so that at first nothing is forgotten
    (Jozefowicz, Zaremba, Sutskever 2015).
    """  # fmt: skip

    planes, x, h = 4, slice(0, 4), slice(0, 4)
    bias = (0.0, 1.0, 0.0, 0.0)
    memory = True

    def step(self, a: FloatArray, h: FloatArray, c: FloatArray, out: FloatArray) -> Step:
        i, f, o, g = a
        sigmoid(a[:3])
        np.tanh(g, out=g)
        c_t = f * c + i * g
        y = np.tanh(c_t)

        def derivative(dh: FloatArray, dc: FloatArray) -> tuple[None, FloatArray]:
            dc_t = dc + dh * o * (1 - y * y)
            dc_before = dc_t * f
            di = dc_t * g * i * (1 - i)
            df = dc_before * c * (1 - f)
            do = dh * y * o * (1 - o)
            dg = dc_t * i * (1 - g * g)
            a[0], a[1], a[2], a[3] = di, df, do, dg
            return None, dc_before

        return np.multiply(o, y, out=out), c_t, derivative


def sigmoid(a: FloatArray) -> None:
    """σ(a) = ½ tanh(½ a) + ½, in place: one tanh, and no overflow."""
    a *= 0.5
    np.tanh(a, out=a)
    a *= 0.5
    a += 0.5


CELLS: dict[str, Cell] = {"rnn": Elman(), "relu": ReLU(), "gru": GRU(), "lstm": LSTM()}
