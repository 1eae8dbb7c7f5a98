"""One small problem for every network: the same names for central differences and for PyTorch."""

import numpy as np

from rnn_names.base.arrays import Params
from rnn_names.names.encoded import Encoded
from rnn_names.network.cells import CELLS
from rnn_names.network.config import READOUTS, NetworkConfig, Objective
from rnn_names.network.init import init_params
from rnn_names.network.loss import Targets

# Several lengths, one name of a single symbol, one that stands twice; prefixes that two and three names
# share, from either end; every symbol but 6 occurs.
NAMES = [[0, 3, 4, 1], [0, 3, 5, 1], [0, 2, 3, 3, 5, 1], [4], [0, 3, 4, 1], [0, 1], [0, 3, 4, 5, 1]]
COUNTRIES = [0, 2, 1, 1, 2, 0, 1]
PAIRS = (3, 25, 29)  # of seven symbols: 0 3, 3 4, 4 1
WEIGHTS = [0.3, 0.1, 0.15, 0.05, 0.2, 0.1, 0.1]
OBJECTIVE = Objective(step_loss=0.7, letter_loss=1.3, label_smoothing=0.1)
MAX_NORM = 0.03


def configurations() -> dict[str, NetworkConfig]:
    """Every cell × one way, both ways × each readout alone, all three; all with pooling; and with pairs."""
    found = {}
    for cell in CELLS:
        for bidirectional in (False, True):
            for readouts in (*((readout,) for readout in READOUTS), READOUTS):
                found[label(cell, bidirectional, readouts)] = network(cell, bidirectional, readouts)
            pooling = network(cell, bidirectional, READOUTS, pooling=True)
            found[f"{label(cell, bidirectional, READOUTS)}-pooling"] = pooling
            pairs = network(cell, bidirectional, READOUTS, pooling=True, pairs=PAIRS)
            found[f"{label(cell, bidirectional, READOUTS)}-pooling-pairs"] = pairs
    return found


def network(
    cell: str,
    bidirectional: bool = False,
    readouts: tuple[str, ...] = ("country",),
    pooling: bool = False,
    pairs: tuple[int, ...] = (),
) -> NetworkConfig:
    return NetworkConfig(
        symbols=7,
        countries=3,
        hidden_size=3,
        cell=cell,
        bidirectional=bidirectional,
        readouts=readouts,
        pooling=pooling,
        pairs=pairs,
    )


def label(cell: str, bidirectional: bool, readouts: tuple[str, ...]) -> str:
    """`rnn` for the plain network, else like `gru-both-next_symbol` or `lstm-all`."""
    parts = [cell, "both" if bidirectional else "", "all" if len(readouts) > 1 else readouts[0]]
    return "-".join(part for part in parts if part not in ("", "country"))


def start(config: NetworkConfig) -> Params:
    """Parameters in float64, moved away from where they start: at 0 a wrong sign could hide.

    With this seed no ReLU and no maximum comes so near to its kink that a central difference straddles it.
    """
    rng = np.random.default_rng(7)
    params = init_params(config, rng, dtype=np.float64)
    for q in params.values():
        q += 0.3 * rng.standard_normal(q.shape)
    return params


def encoded(names: list[list[int]]) -> Encoded:
    lengths = np.array([len(name) for name in names])
    return Encoded(np.array([s for name in names for s in name]), np.cumsum(lengths) - lengths, lengths)


def batch() -> tuple[Encoded, Targets]:
    return encoded(NAMES), Targets(np.array(COUNTRIES), np.array(WEIGHTS))
