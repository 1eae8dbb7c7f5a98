"""One small set of n-grams, rows and places: the same for central differences and for PyTorch."""

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.names.ngrams import NONE, NGrams

# Of the symbols start, end, unknown, a, b (0 … 4): _a aa ab b_ ba | _ab aab ab_ aba bab | aaba abab
_KEYS = [(0, 3), (3, 3), (3, 4), (4, 0), (4, 3), (5, 4), (6, 4), (7, 0), (7, 3), (9, 4), (11, 3), (13, 4)]
NGRAMS = NGrams(5, NONE, *np.array(_KEYS).T)
# Some stand at several places, some are only what others back off to, and some are not met at all.
PLACES = np.array([16, 2, 5, 15, 16, 3, 12, 10, 16, 5, 11, 0])


def chains(up: IntArray) -> list[list[int]]:
    """Of each n-gram all that it backs off to, itself first."""
    found = []
    for node in range(len(up)):
        chain = [node]
        while up[chain[-1]] >= 0:
            chain.append(int(up[chain[-1]]))
        found.append(chain)
    return found


def rows_and_targets() -> tuple[FloatArray, FloatArray]:
    """Own rows (N, 3), and what tanh u should be at each place (P, 3)."""
    rng = np.random.default_rng(16)
    return rng.standard_normal((len(NGRAMS), 3)), rng.standard_normal((len(PLACES), 3))
