"""Parameters and n-grams as arrays of a file.

`K/NAME` holds network K's parameter in 32, 16, 8 or 4 bits a number. With 8 and 4 it holds integers, and
`K/NAME.scale` holds the factor of each row, the last axis. Only the rows of n-grams have 4 bits: two
numbers a byte, each from -7 to 7 and stored 8 higher, the first one in the lower half.

The rows of n-grams are the sums that prediction selects from. With 8 and 4 bits they stay in memory as they
are in the file: `network.sums.selected` widens those that a batch needs.

`ngrams/letter` and `ngrams/children` hold the n-grams: see NGrams.children.
"""

from typing import Any

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.model.archive import Archive
from rnn_names.names.ngrams import NONE, NGrams
from rnn_names.network.config import NetworkConfig
from rnn_names.network.sums import PACKED, SCALE, selected

NIBBLE = 7  # the largest number of 4 bits
INFINITE = 0x7C00  # the bits of the infinite number of 16 bits


def stored(params: Params, config: NetworkConfig, bits: int) -> dict[str, Any]:
    """The arrays that hold one network's parameters; numbers too large for the bits become infinite."""
    arrays: dict[str, Any] = {}
    for name in config.shapes():
        row = name in config.row_parameters
        kind = {8: np.int8, 4: PACKED}.get(bits) if row else None
        if kind is not None and params[name].dtype == kind:  # unchanged since it was read
            arrays |= {name: params[name], name + SCALE: params[name + SCALE]}
            continue
        q = selected(params, name, slice(None), config) if row else params[name]
        if bits > 8:
            arrays[name] = q.astype(f"<f{bits // 8}")
        else:
            arrays |= _quantised(name, q, NIBBLE if row and bits == 4 else 127)
    return arrays


def _quantised(name: str, q: FloatArray, most: int) -> dict[str, Any]:
    largest = np.abs(q).max(axis=-1)
    # In 16 bits and rounded up, so that `most` times the scale is exact: a model that is read and written
    # again stays as it is. The least scale is one of full precision, for that reason.
    scale = np.maximum(largest / most, np.finfo(np.float16).tiny).astype(np.float16)
    up = np.nextafter(scale, np.float16(np.inf))
    scale = np.where(most * scale.astype(np.float32) < largest, up, scale)
    whole = np.rint(q / scale[..., None].astype(np.float32)).astype(np.int8)
    if most == NIBBLE:
        odd = np.zeros((*whole.shape[:-1], whole.shape[-1] % 2), np.int8)
        halves = np.concatenate([whole, odd], axis=-1).view(np.uint8) + 8
        whole = (halves[..., ::2] | halves[..., 1::2] << 4).astype(PACKED)
    return {name: whole, name + SCALE: scale.astype("<f2")}


def read_parameters(archive: Archive, k: int, config: NetworkConfig) -> Params:
    """The parameters of network k: finite, in 32 bits, but for rows of fewer bits. Raises ValueError."""
    params: Params = {}
    for name, shape in config.shapes().items():
        file = f"{k}/{name}"
        if f"{file}{SCALE}.npy" not in archive.places:
            params[name] = read_floats(archive, file, shape)
            continue
        scale = archive.read(file + SCALE, ["<f2"], shape[:-1])
        # Numbers of 16 bits above 0 are ordered as their bits are; NumPy compares bits at once.
        if not ((scale.view("<u2") - np.uint16(1)) < INFINITE - 1).all():
            raise ValueError(f"{file} has scales that are not finite and above 0")
        row = name in config.row_parameters
        halves = (*shape[:-1], -(-shape[-1] // 2))
        whole = archive.read(file, ["|i1"], shape, {"|u1": halves} if row else {})
        if row:
            params |= {name: whole, name + SCALE: scale}
        else:
            params[name] = whole * scale[..., None].astype(np.float32)
    return params


def read_floats(archive: Archive, name: str, shape: tuple[int, ...]) -> FloatArray:
    """A finite array of this shape, in 32 bits. Raises ValueError."""
    value = archive.read(name, ("<f4", "<f2"), shape)
    if not np.isfinite(value).all():
        raise ValueError(f"{name} has entries that are not finite")
    return value.astype(np.float32, copy=False)


def stored_ngrams(ngrams: NGrams | None) -> dict[str, IntArray]:
    """The arrays that hold the n-grams, if there are any."""
    if ngrams is None:
        return {}
    return {"ngrams/letter": _narrow(ngrams.letter), "ngrams/children": _narrow(ngrams.children)}


def _narrow(numbers: IntArray) -> IntArray:
    return numbers.astype("<u2" if numbers.max(initial=0) < 1 << 16 else "<u4")


def read_ngrams(archive: Archive, symbols: int, blank: int, count: int, marked: bool) -> NGrams:
    """`count` n-grams, including the symbols. Raises ValueError."""
    letter = archive.read("ngrams/letter", ["<u2", "<u4"], (count - symbols,)).astype(np.int64)
    children = archive.read("ngrams/children", ["<u2", "<u4"], (count,)).astype(np.int64)
    if children.sum() != len(letter):
        raise ValueError("the n-grams do not have a parent each")
    return NGrams(symbols, blank if marked else NONE, np.repeat(np.arange(count), children), letter, marked)
