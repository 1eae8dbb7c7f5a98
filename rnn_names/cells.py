"""The elementwise part of one step of a recurrent network, and its derivative.

A cell never multiplies by a weight: the unrolling in `network.py` hands it the pre-activation
a_t = x_t U + h_{t-1} W + b and owns every product. To add a cell, write its class and name it in CELLS.

    a, da   (n, H)   pre-activation of the n names read at this step, and ∂L/∂a
    h, dh   (n, H)   hidden state, and ∂L/∂h
"""

from typing import Protocol

import numpy as np

from rnn_names.encoding import FloatArray


class Cell(Protocol):
    """What the unrolling asks of a cell."""

    def forward(self, a: FloatArray) -> None:
        """Turn the pre-activation into the state, in place: a becomes h."""

    def backward(self, h: FloatArray, dh: FloatArray) -> None:
        """Turn the state into the derivative of the pre-activation, in place: h becomes da."""


class Elman:
    """h = tanh(a); da = dh ∘ (1 - h²).  Elman 1990, Finding Structure in Time."""

    def forward(self, a: FloatArray) -> None:
        np.tanh(a, out=a)

    def backward(self, h: FloatArray, dh: FloatArray) -> None:
        np.multiply(h, h, out=h)
        np.subtract(1, h, out=h)
        np.multiply(dh, h, out=h)


CELLS: dict[str, Cell] = {"rnn": Elman()}
