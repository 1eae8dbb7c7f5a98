"""The elementwise part of one step of a recurrent network, and its derivative.

A cell never multiplies by a weight. `recurrence.unroll` owns every product and hands the cell its
pre-activation a, in planes, of the n names that have a symbol at this step.

    a    (P, n, H)   plane k is x_t U_k + b_k, or h_{t-1} W_k + b_k, or x_t U_k + h_{t-1} W_k + b_k
    h    (n, H)      hidden state
    c    (n, H)      cell state, of a cell with memory; for others (n, 0), passed on unread
    dQ               ∂L/∂Q, of Q's shape

A cell is elementwise beyond its planes: prediction has another axis before n, that of the directions.

To add a cell, write its class and put it into CELLS. The tests of gradients, batches and model files,
the command line and the table in README.md follow from there.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from reprlib import repr as brief

import numpy as np

from rnn_names.base.arrays import FloatArray

Derivative = Callable[[FloatArray, FloatArray], tuple[FloatArray | None, FloatArray | None]]
CellStep = tuple[FloatArray, FloatArray, Derivative]


class Cell(ABC):
    """What `unroll` needs to know of a cell. The defaults are those of a cell of one plane."""

    planes: int = 1  # P, planes of the pre-activation
    x_planes: slice = slice(0, 1)  # the planes that x U is added to
    h_planes: slice = slice(0, 1)  # the planes that h W is added to
    bias: tuple[float, ...] = (0.0,)  # the start of b, plane by plane
    keeps: int | None = None  # the plane of the gate that keeps the state, of a cell that has one
    memory: bool = False  # whether there is a c beside h

    @abstractmethod
    def step(self, a: FloatArray, h: FloatArray, c: FloatArray, out: FloatArray) -> CellStep:
        """(a_t, h_{t-1}, c_{t-1}) → h_t, written to `out`, c_t, and the derivative of both.

        The derivative takes dh_t (n, H) and dc_t (n, H or 0). It turns the planes of `a` into da_t, in
        place, and returns the parts of dh_{t-1} and dc_{t-1} that do not pass through the product with
        W; None stands for zeros. It may be called once.
        """


class Elman(Cell):
    """Elman's network: h = tanh(a).  Elman 1990, Finding Structure in Time."""

    def step(self, a: FloatArray, h: FloatArray, c: FloatArray, out: FloatArray) -> CellStep:
        h_t = tanh(a[0], out=out)

        def derivative(dh: FloatArray, dc: FloatArray) -> tuple[None, None]:
            da = np.square(h_t, out=a[0])  # dh ∘ (1 - h²)
            np.subtract(1, da, out=da)
            da *= dh
            return None, None

        return h_t, c, derivative


class ReLU(Cell):
    """h = max(0, a), with derivative 0 at 0.  Le, Jaitly, Hinton 2015, arXiv 1504.00941."""

    def step(self, a: FloatArray, h: FloatArray, c: FloatArray, out: FloatArray) -> CellStep:
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

    The planes are n, r, u, m: the first three read x, the last three read h.
    """  # fmt: skip

    planes, x_planes, h_planes = 4, slice(0, 3), slice(1, 4)
    bias = (0.0, 0.0, 0.0, 0.0)
    keeps = 2

    def step(self, a: FloatArray, h: FloatArray, c: FloatArray, out: FloatArray) -> CellStep:
        n, r, u, m = a
        sigmoid(a[1:3])
        n += r * m
        tanh(n, out=n)
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

    The planes are i, f, o, g. The bias of f starts at 1, so that an untrained cell forgets little
    (Jozefowicz, Zaremba, Sutskever 2015).
    """  # fmt: skip

    planes, x_planes, h_planes = 4, slice(0, 4), slice(0, 4)
    bias = (0.0, 1.0, 0.0, 0.0)
    keeps = 1
    memory = True

    def step(self, a: FloatArray, h: FloatArray, c: FloatArray, out: FloatArray) -> CellStep:
        i, f, o, g = a
        sigmoid(a[:3])
        tanh(g, out=g)
        c_t = f * c + i * g
        y = tanh(c_t, out=np.empty_like(c_t))

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


def tanh(a: FloatArray, out: FloatArray) -> FloatArray:
    """tanh a = 1 - 2 / (exp(2 a) + 1), exact to the last digits of 1: NumPy's own takes a third longer.

    Where exp(2 a) overflows, tanh a is 1.
    """
    with np.errstate(over="ignore"):
        np.add(a, a, out=out)
        np.exp(out, out=out)
    out += 1
    np.divide(-2, out, out=out)
    out += 1
    return out


def sigmoid(a: FloatArray) -> None:
    """σ(a) = 1 / (1 + exp(-a)), in place. Where exp(-a) overflows, σ is 0."""
    with np.errstate(over="ignore"):
        np.exp(np.negative(a, out=a), out=a)
    a += 1
    np.reciprocal(a, out=a)


CELLS: dict[str, Cell] = {"rnn": Elman(), "relu": ReLU(), "gru": GRU(), "lstm": LSTM()}


def check_cell(name: object) -> None:
    """Raise ValueError unless there is a cell of this name."""
    if name not in CELLS:
        raise ValueError(f"cell cannot be {brief(name)}; give {'|'.join(CELLS)}")
