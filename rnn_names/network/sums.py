"""The rows as prediction holds them: summed along the suffixes once, perhaps in few bits.

e   (X, N, H)   own rows of a parameter, as they are trained
u   (X, N, H)   the sums, of which x_t selects one: see `input`
"""

from typing import Any

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.names.ngrams import NGrams
from rnn_names.network.config import NetworkConfig
from rnn_names.network.input import add_up, distinct, links

SCALE = ".scale"  # stands behind the name of a parameter, for what its rows of whole numbers are times
PACKED = np.uint8  # the type of rows that have two numbers a byte, see model.parameters
# The two numbers of each byte side by side, as one of 64 bits: one lookup finds both.
_HALVES = np.stack([np.arange(256) % 16 - 8, np.arange(256) // 16 - 8], axis=1).astype(np.float32)
BOTH = _HALVES.view(np.float64)[:, 0]


def sums(e: FloatArray, ngrams: NGrams, direction: str) -> FloatArray:
    """u (X, N, H) of all n-grams, length by length: what prediction selects from."""
    return add_up(e.copy(), links(ngrams, direction), ngrams.levels)


def with_sums(params: Params, config: NetworkConfig) -> Params:
    """The parameters as prediction holds them: u in the place of e."""
    if config.ngrams is None:
        return params
    return params | {
        name: sums(params[name], config.ngrams, name.partition(".")[0]) for name in config.row_parameters
    }


def selected(params: Params, name: str, nodes: "IntArray | slice", config: NetworkConfig) -> FloatArray:
    """These rows (X, n, columns) of a parameter as prediction holds it, widened from whole numbers."""

    def chosen(x: Any) -> Any:
        return x[:, nodes] if isinstance(nodes, slice) else x.take(nodes, axis=1)

    rows = chosen(params[name])
    if name + SCALE not in params:
        return np.asarray(rows)
    if rows.dtype == PACKED:
        rows = BOTH.take(rows, mode="clip").view(np.float32)[..., : config.shapes()[name][-1]]
    else:
        rows = rows.astype(np.float32)
    rows *= chosen(params[name + SCALE]).astype(np.float32)[..., None]
    return np.asarray(rows)


def nodes_of(inputs: IntArray, config: NetworkConfig) -> tuple["IntArray | slice", IntArray]:
    """Which n rows a batch's inputs (P,) need, and which of the n each selects."""
    return (slice(None), inputs) if config.ngrams is None else distinct(inputs, config.inputs)


def of_batch(
    params: Params, name: str, inputs: IntArray, config: NetworkConfig
) -> tuple[FloatArray, IntArray]:
    """The rows (X, n, columns) that a batch's inputs (P,) need, and which of the n each selects."""
    nodes, at = nodes_of(inputs, config)
    return selected(params, name, nodes, config), at


def widened(params: Params, config: NetworkConfig) -> Params:
    """All parameters in 32 bits."""
    return {
        name: selected(params, name, slice(None), config) if name in config.row_parameters else q
        for name, q in params.items()
        if not name.endswith(SCALE)
    }
