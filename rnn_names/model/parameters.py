"""Parameters as arrays of a file, in 32, 16 or 8 bits a number.

`K/NAME` holds network K's parameter; in 8 bits as whole numbers, and `K/NAME.scale` what those of each row,
the last axis, are to be multiplied by.
"""

from typing import Any

import numpy as np

from rnn_names.base.arrays import FloatArray
from rnn_names.model.archive import Archive


def stored(name: str, q: FloatArray, bits: int) -> dict[str, Any]:
    """The arrays that hold a parameter; what is too large for the bits becomes infinite."""
    if bits > 8:
        return {name: q.astype(f"<f{bits // 8}")}
    largest = np.abs(q).max(axis=-1)
    # In 16 bits and rounded up, so that 127 times the scale is exact: a model that is read and written
    # again stays as it is. The least scale is one of full precision, for that reason.
    scale = np.maximum(largest / 127, np.finfo(np.float16).tiny).astype(np.float16)
    up = np.nextafter(scale, np.float16(np.inf))
    scale = np.where(127 * scale.astype(np.float32) < largest, up, scale)
    whole = np.rint(q / scale[..., None].astype(np.float32))
    return {name: whole.astype(np.int8), f"{name}.scale": scale.astype("<f2")}


def read_parameter(archive: Archive, name: str, shape: tuple[int, ...]) -> FloatArray:
    """A finite array of this shape, in 32 bits. Raises ValueError."""
    if f"{name}.scale.npy" in archive.places:
        scale = archive.read(f"{name}.scale", ["<f2"], shape[:-1])[..., None].astype(np.float32)
        if not (np.isfinite(scale) & (scale > 0)).all():
            raise ValueError(f"{name} has scales that are not finite and above 0")
        value = archive.read(name, ["|i1"], shape) * scale
    else:
        value = archive.read(name, ("<f4", "<f2"), shape)
    if not np.isfinite(value).all():
        raise ValueError(f"{name} has entries that are not finite")
    return value.astype(np.float32, copy=False)
