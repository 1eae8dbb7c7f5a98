"""The parameters before training."""

from typing import TYPE_CHECKING

import numpy as np

from rnn_names.base.arrays import FloatArray, Params
from rnn_names.network.cells import CELLS
from rnn_names.network.config import NetworkConfig

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


def init_params(
    config: NetworkConfig,
    rng: "np.random.Generator",
    recurrent: str = "orthogonal",
    dtype: "DTypeLike" = np.float32,
) -> Params:
    """Random parameters: each W orthogonal or the identity, b as the cell says, the rest in ±1/√H.

    With an orthogonal W, what is passed back through time starts with neither growth nor decay
    (Saxe, McClelland, Ganguli 2014, arXiv 1312.6120); the identity does the same for ReLU (Le,
    Jaitly, Hinton 2015, arXiv 1504.00941).
    """
    H = config.hidden_size
    params: Params = {}
    for name, shape in config.shapes().items():
        layer, letter = name.rsplit(".", 1)
        value: FloatArray
        if layer in config.directions and letter == "b":
            value = np.repeat(np.array(CELLS[config.cell].bias)[:, None], H, axis=1)
        elif layer in config.directions and letter == "W":
            value = np.stack(
                [orthogonal(H, rng) if recurrent == "orthogonal" else np.eye(H) for _ in range(shape[0])]
            )
        elif letter == "b":
            value = np.zeros(shape)
        elif name in config.row_parameters:
            # An n-gram of several letters starts as its suffix does.
            value = np.zeros(shape)
            some = (shape[0], config.symbols, shape[2])
            value[:, : config.symbols] = rng.uniform(-1, 1, some) / np.sqrt(shape[2])
        else:
            value = rng.uniform(-1, 1, shape) / np.sqrt(H)
        params[name] = value.astype(dtype)
    return params


def orthogonal(size: int, rng: "np.random.Generator") -> FloatArray:
    """A random orthogonal matrix, uniform among all: QR of normal numbers, signs made unique."""
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return np.asarray(q * np.sign(np.diagonal(r)))
