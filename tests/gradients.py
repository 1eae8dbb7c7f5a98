"""Central differences, entry by entry, to check every hand-written derivative."""

from collections.abc import Callable, Mapping

import numpy as np

from rnn_names.base.arrays import FloatArray, Params
from rnn_names.network.input import Gradient, RowGradient


def full(gradient: Gradient, shape: tuple[int, ...]) -> FloatArray:
    """A gradient with all of its rows, in the shape of its parameter."""
    if not isinstance(gradient, RowGradient):
        return gradient
    assert (np.diff(gradient.rows) > 0).all()
    dense = np.zeros(shape, gradient.values.dtype)
    dense[:, gradient.rows] = gradient.values
    return dense


def all_full(grads: Mapping[str, Gradient], params: Params) -> Params:
    """The gradients of all parameters, with all of their rows."""
    return {name: full(g, params[name].shape) for name, g in grads.items()}


def gradient_errors(
    loss: Callable[[], float], params: Params, grads: Params, h: float = 5e-4
) -> dict[str, float]:
    """The largest relative error of each parameter's gradient, over its entries.

    `loss` reads `params`, which must be float64, and are put back as they were. The difference is
    the central one of fourth order, (8 (L(+h) - L(-h)) - (L(+2h) - L(-2h))) / 12 h: its own error is
    about 1e-12, so an entry counts as at least 1e-6 large. A gradient that is zero throughout, or
    of another shape, has the error infinity: a derivative that was forgotten looks like that.
    """
    errors = {}
    for name, q in params.items():
        assert q.dtype == np.float64
        if grads[name].shape != q.shape or not grads[name].any():
            errors[name] = np.inf
            continue
        numeric = np.empty_like(q)
        for index in np.ndindex(q.shape):
            at = q[index]
            values = []
            for shift in (h, -h, 2 * h, -2 * h):
                q[index] = at + shift
                values.append(loss())
            q[index] = at
            numeric[index] = (8 * (values[0] - values[1]) - (values[2] - values[3])) / (12 * h)
        size = np.maximum(np.maximum(abs(numeric), abs(grads[name])), 1e-6)
        errors[name] = float((abs(numeric - grads[name]) / size).max())
    return errors
