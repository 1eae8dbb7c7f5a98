"""Types of arrays, and the memory that they take."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:  # at run time the names will do: numpy.typing takes as long to load as all of this
    from numpy.typing import NDArray

    IntArray = NDArray[np.signedinteger[Any]]
    FloatArray = NDArray[np.floating[Any]]
else:
    IntArray = FloatArray = np.ndarray

Params = dict[str, FloatArray]


def keep_freed_memory() -> None:
    """Let the arrays of one batch or chunk be the memory of the next one's.

    glibc gives large blocks back to the system when they are freed, and a batch would pay for each of
    their pages anew. To free one block of nearly the largest size, never touched, raises the limit from
    which it does so (mallopt(3), M_MMAP_THRESHOLD). Elsewhere it does nothing. It is for processes of our
    own: a library leaves its host's memory as it is.
    """
    np.empty(31 << 20, np.uint8)
