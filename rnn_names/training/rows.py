"""Parameters of which a batch touches few rows: their update, and their moving average.

q   (X, N, D)   a parameter of N rows, in X planes
g   (X, m, D)   the gradient of the m rows that a batch touches
"""

import math
from collections.abc import Mapping

import numpy as np

from rnn_names.base.arrays import IntArray, Params, add_to_rows
from rnn_names.network.input import RowGradient


class RowAdagrad:
    """Adagrad with one sum of squares for each row of each plane (Duchi, Hazan, Singer 2011).

        s_r ← s_r + mean_d g_rd²          q_r ← q_r - lr · g_r / (√s_r + ε)          of the rows r touched

    A rare row learns as much from one name as a frequent row from many; if s starts above 0, a row must be
    touched a few times first.
    """  # fmt: skip

    def __init__(self, start: float = 0.0, epsilon: float = 1e-7) -> None:
        self.start = start
        self.epsilon = epsilon
        self.squares: Params = {}  # (X, N) of each parameter
        self.slots = {"squares": self.squares}

    def step(self, params: Params, grads: Mapping[str, RowGradient], lr: float) -> None:
        """One update of the rows that have a gradient."""
        for name, (rows, g) in grads.items():
            q = params[name]
            squares = self.squares.setdefault(name, np.full(q.shape[:2], self.start, q.dtype))
            for q_k, s_k, g_k in zip(q, squares, g, strict=True):
                s = s_k[rows] + np.einsum("md,md->m", g_k, g_k) / q.dtype.type(g.shape[2])
                s_k[rows] = s
                rate = q.dtype.type(lr) / (np.sqrt(s) + q.dtype.type(self.epsilon))
                add_to_rows(q_k, rows, g_k * -rate[:, None])


class RowEMA:
    """The moving average of `optim.EMA`, at the cost of the rows touched.

    While q stays the same, e approaches it by the product of the decays: e ← q + (e - q) Π d. So a row can
    wait until it is touched again; `reached` keeps Σ log d up to then.
    """

    def __init__(self, params: Params, decay: float) -> None:
        self.decay = decay
        self.steps = 0
        self.total = 0.0  # Σ log d since the last `average`
        self.params = {name: q.copy() for name, q in params.items()}
        self.reached = {name: np.zeros(q.shape[1]) for name, q in params.items()}

    def step(self, params: Params, rows: Mapping[str, IntArray]) -> None:
        """Average these rows as they are, before a step changes them, and count the step."""
        self._catch_up(params, rows)
        self.steps += 1
        self.total += math.log(min(self.decay, (1 + self.steps) / (10 + self.steps)))

    def _catch_up(self, params: Params, rows: Mapping[str, IntArray]) -> None:
        for name, touched in rows.items():
            e, q = self.params[name], params[name][:, touched]
            d = np.exp(self.total - self.reached[name][touched]).astype(q.dtype)[:, None]
            e[:, touched] = q + (e[:, touched] - q) * d
            self.reached[name][touched] = self.total

    def average(self, params: Params) -> Params:
        """e of all rows, as of now."""
        self._catch_up(params, {name: np.arange(q.shape[1]) for name, q in params.items()})
        self.total = 0.0
        for reached in self.reached.values():
            reached[:] = 0.0
        return self.params
