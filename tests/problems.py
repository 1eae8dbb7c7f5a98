"""One small problem for every network: the same names for central differences and for PyTorch."""

import numpy as np

from rnn_names.base.arrays import Params
from rnn_names.names.encoded import Encoded
from rnn_names.names.ngrams import NONE, NGrams
from rnn_names.network.cells import CELLS
from rnn_names.network.config import READOUTS, NetworkConfig
from rnn_names.network.init import init_params
from rnn_names.network.loss import Targets
from rnn_names.network.objective import Objective

# Names of several lengths, one with a single symbol, one that occurs twice. Two and three names share
# prefixes, from either end. Every symbol but 6 occurs.
NAMES = [[0, 3, 4, 1], [0, 3, 5, 1], [0, 2, 3, 3, 5, 1], [4], [0, 3, 4, 1], [0, 1], [0, 3, 4, 5, 1]]
COUNTRIES = [0, 2, 1, 1, 2, 0, 1]
SYMBOLS = "_123456"  # seven; as letters of n-grams 0 and 1, start and end, are both "_"
# _3 33 34 35 5_ | _34 _35 335 35_ | _35_. None ends or begins with a 4 and a mark: one name is a 4 alone,
# whose neighbours are the marks of other names.
KEYS = [(0, 3), (3, 3), (3, 4), (3, 5), (5, 0), (7, 4), (7, 5), (8, 5), (10, 0), (13, 0)]
NGRAMS = NGrams(7, NONE, *np.array(KEYS).T)
BAG = 2
WEIGHTS = [0.3, 0.1, 0.15, 0.05, 0.2, 0.1, 0.1]
OBJECTIVE = Objective(step_loss=0.7, letter_loss=1.3, label_smoothing=0.1)
MAX_NORM = 0.03


def configurations() -> dict[str, NetworkConfig]:
    """Every cell × one way, both ways × each readout alone, all three; all with pooling.

    And each of these with n-grams, with the memoryless part where there is something to read it.
    """
    found = {}
    for cell in CELLS:
        for bidirectional in (False, True):
            for readouts in (*((readout,) for readout in READOUTS), READOUTS):
                for pooling in sorted({False, readouts == READOUTS}):
                    of_it = label(cell, bidirectional, readouts) + ("-pooling" if pooling else "")
                    found[of_it] = network(cell, bidirectional, readouts, pooling)
                    bag = BAG if "country" in readouts else 0
                    found[f"{of_it}-ngrams"] = network(
                        cell, bidirectional, readouts, pooling, ngrams=NGRAMS, bag=bag
                    )
    return found


def network(
    cell: str,
    bidirectional: bool = False,
    readouts: tuple[str, ...] = ("country",),
    pooling: bool = False,
    ngrams: NGrams | None = None,
    bag: int = 0,
) -> NetworkConfig:
    return NetworkConfig(
        symbols=7,
        countries=3,
        hidden_size=3,
        cell=cell,
        bidirectional=bidirectional,
        readouts=readouts,
        pooling=pooling,
        ngrams=ngrams,
        bag=bag,
    )


def label(cell: str, bidirectional: bool, readouts: tuple[str, ...]) -> str:
    """`rnn` for the plain network, else like `gru-both-next_symbol` or `lstm-all`."""
    parts = [cell, "both" if bidirectional else "", "all" if len(readouts) > 1 else readouts[0]]
    return "-".join(part for part in parts if part not in ("", "country"))


def start(config: NetworkConfig) -> Params:
    """Parameters in float64, moved away from their initial values: at 0 a wrong sign could hide.

    With 7 no ReLU and no maximum comes so near to its kink that a central difference straddles it. With 8
    no ReLU network with n-grams is silent.
    """
    rng = np.random.default_rng(8 if config.ngrams and not config.pooling else 7)
    params = init_params(config, rng, dtype=np.float64)
    for q in params.values():
        q += 0.3 * rng.standard_normal(q.shape)
    return params


def encoded(names: list[list[int]]) -> Encoded:
    lengths = np.array([len(name) for name in names])
    return Encoded(np.array([s for name in names for s in name]), np.cumsum(lengths) - lengths, lengths)


def batch() -> tuple[Encoded, Targets]:
    return encoded(NAMES), Targets(np.array(COUNTRIES), np.array(WEIGHTS))
