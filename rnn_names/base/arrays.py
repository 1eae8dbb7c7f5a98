"""Types of arrays, their rows by index, and the memory of freed ones."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:  # numpy.typing takes as long to load as the rest of this
    from numpy.typing import NDArray

    IntArray = NDArray[np.signedinteger[Any]]
    FloatArray = NDArray[np.floating[Any]]
else:
    IntArray = FloatArray = np.ndarray

Params = dict[str, FloatArray]


def add_to_rows(x: FloatArray, index: IntArray, rows: FloatArray) -> None:
    """x[index] += rows, for a contiguous array (n, H) and different rows of it."""
    total = x.take(index, axis=0)
    total += rows
    item = np.dtype((np.void, x.itemsize * x.shape[1]))  # a row: copied at once, in half the time
    np.put(x.view(item)[:, 0], index, total.view(item)[:, 0])


def keep_freed_memory() -> None:
    """Reuse the memory of one batch or chunk for the next one.

    glibc returns large freed blocks to the system, so each batch would pay for its pages anew. Freeing one
    untouched block of nearly the largest size raises the threshold for that (mallopt(3),
    M_MMAP_THRESHOLD). Without glibc nothing happens. Only the command line calls this: a library leaves
    the memory of its host alone.
    """
    np.empty(31 << 20, np.uint8)
