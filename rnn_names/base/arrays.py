"""Types of arrays, and the memory of freed ones."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:  # numpy.typing takes as long to load as the rest of this
    from numpy.typing import NDArray

    IntArray = NDArray[np.signedinteger[Any]]
    FloatArray = NDArray[np.floating[Any]]
else:
    IntArray = FloatArray = np.ndarray

Params = dict[str, FloatArray]


def keep_freed_memory() -> None:
    """Reuse the memory of one batch or chunk for the next one.

    glibc returns large freed blocks to the system, so each batch would pay for its pages anew. Freeing one
    untouched block of nearly the largest size raises the threshold for that (mallopt(3),
    M_MMAP_THRESHOLD). Without glibc nothing happens. Only the command line calls this: a library leaves
    the memory of its host alone.
    """
    np.empty(31 << 20, np.uint8)
