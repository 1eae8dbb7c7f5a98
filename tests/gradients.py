"""Central differences, entry by entry, to check every hand-written derivative."""

from collections.abc import Callable, Mapping

import numpy as np

from rnn_names.base.arrays import FloatArray, Params
from rnn_names.network.input import Gradient, RowGradient

AGREES = 2e-7  # a fifth of the error that the tests allow


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
    about 1e-12, so an entry counts as at least 1e-6 large. A central difference of second order, with
    a smaller step, costs half as much: an entry that agrees with it needs no other. A gradient that is
    zero throughout, or of another shape, has the error infinity: a derivative that was forgotten looks
    like that.
    """
    errors = {}
    for name, q in params.items():
        assert q.dtype == np.float64
        if grads[name].shape != q.shape or not grads[name].any():
            errors[name] = np.inf
            continue
        of_entries = []
        for index, grad in np.ndenumerate(grads[name]):
            error = relative(
                float(grad), sum(k * moved(loss, q, index, k * h / 16) for k in (1, -1)) / (h / 8)
            )
            if not error <= AGREES:  # NaN neither
                near, far = (moved(loss, q, index, k * h) - moved(loss, q, index, -k * h) for k in (1, 2))
                error = relative(float(grad), (8 * near - far) / (12 * h))
            of_entries.append(error)
        errors[name] = float(np.max(of_entries))  # NaN if one is
    return errors


def moved(loss: Callable[[], float], q: FloatArray, index: tuple[int, ...], shift: float) -> float:
    """The loss with one entry moved."""
    at = q[index]
    q[index] = at + shift
    value = loss()
    q[index] = at
    return value


def relative(grad: float, numeric: float) -> float:
    return abs(numeric - grad) / max(abs(numeric), abs(grad), 1e-6)
