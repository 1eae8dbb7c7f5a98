"""How far back a loss teaches: ‖∂L/∂h_t‖ against the distance of the step t from the end of the reading.

    ∂h_T/∂h_t = Π_{s=t+1..T} diag(f'(a_s)) Wᵀ

a product of as many factors as there are steps between. If the factors shorten vectors, early letters stop
teaching; if they lengthen vectors, one step of training throws the parameters away. For Elman's network
f' ≤ 1, so the gradient must vanish if every singular value of W is below 1. ReLU, where f' is 0 or 1, lets
about half of the units through. A gate offers a way around W, as wide as it is open: half at first, later
as training decides.
Pascanu, Mikolov, Bengio 2013, arXiv 1211.5063.
"""  # fmt: skip

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.base.errors import CheckpointError
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.encoded import END_INDEX, UNKNOWN_INDEX, Encoded
from rnn_names.names.example import Example
from rnn_names.network.cells import CELLS
from rnn_names.network.config import NetworkConfig
from rnn_names.network.init import init_params
from rnn_names.network.input import inputs
from rnn_names.network.layers import softmax
from rnn_names.network.pooling import summary
from rnn_names.network.prefixes import prefix_tree, tree_of
from rnn_names.network.recurrence import unroll
from rnn_names.network.scores import bag, country_readout
from rnn_names.network.sums import of_batch

SEQUENCES = 64  # read for a curve, whose points are medians
FEWEST = SEQUENCES // 4  # names that a point needs: few names are so long
HIDDEN = 64  # units of a fresh network
HOLDS = 1000.0  # a curve holds if it ends within this factor of where it begins
# The initial W: a matrix and its factor; and what is added to the bias of the gate that keeps the state.
# With 5 the gate keeps 0.993 of it in a step, half in a hundred (Tallec, Ollivier 2018, arXiv 1804.11188).
STARTS = {
    "orthogonal": ("orthogonal", 1.0, 0.0),
    "identity": ("identity", 1.0, 0.0),
    "small W": ("orthogonal", 0.5, 0.0),
    "large W": ("orthogonal", 2.0, 0.0),
    "open gate": ("orthogonal", 1.0, 5.0),
}


@dataclass(frozen=True)
class Curve:
    """One network, read in one direction."""

    cell: str
    start: str  # of STARTS, or "trained"
    network: int  # of several trained ones, from 1
    direction: str
    pooled: bool  # whether the gradient from the pooling of each state counts, beside that through time
    singular_values: FloatArray = field(repr=False)  # (Y, H) of each plane of W, the largest first
    norms: FloatArray = field(repr=False)  # (D,) the median of ‖∂L/∂h_t‖ at 0, 1, … steps from the end

    @property
    def change(self) -> float:
        """The farthest norm divided by the nearest."""
        with np.errstate(over="ignore"):
            return float(self.norms[-1] / self.norms[0]) if self.norms[0] else 0.0

    @property
    def per_step(self) -> float:
        """The factor of one step: the geometric mean."""
        return float(self.change ** (1 / max(len(self.norms) - 1, 1)))

    @property
    def verdict(self) -> str:
        """What became of the gradient on its way."""
        if self.change < 1 / HOLDS:
            return "vanishes"
        return "holds" if self.change <= HOLDS else "explodes"


def sequences(
    examples: Sequence[Example],
    alphabet: Alphabet,
    countries: Sequence[str],
    length: int | None,
    seed: int,
) -> tuple[Encoded, IntArray]:
    """SEQUENCES names, or as many sequences of `length` symbols each, and their places in `countries`.

    A sequence consists of names of one country, drawn again and again, joined by blanks, and cut.
    """
    rng = np.random.default_rng(seed)
    chosen = [examples[i] for i in rng.integers(len(examples), size=SEQUENCES)]
    y = np.array([countries.index(example.country) for example in chosen])
    if length is None:
        return alphabet.encode(example.name for example in chosen), y
    by_country: dict[str, list[str]] = {}
    for example in examples:
        by_country.setdefault(example.country, []).append(example.name)
    blank = alphabet.symbols.find(" ")
    starts = length * np.arange(SEQUENCES)
    symbols = np.empty(SEQUENCES * length, np.intp)
    for start, example in zip(starts.tolist(), chosen, strict=True):
        names = by_country[example.country]
        # The start and end symbol of a blank name are two, so this many names are enough.
        several = alphabet.encode(
            [example.name, *(names[i] for i in rng.integers(len(names), size=length))]
        )
        joined = several.symbols.copy()
        joined[several.starts[1:]] = blank if blank >= 0 else UNKNOWN_INDEX
        joined = np.delete(joined, several.starts + several.lengths - 1)
        symbols[start : start + length] = joined[:length]
    symbols[starts + length - 1] = END_INDEX
    return Encoded(symbols, starts, np.full(SEQUENCES, length)), y


def fresh(
    cell: str, symbols: int, countries: int, seed: int
) -> Iterator[tuple[str, Params, NetworkConfig]]:
    """Untrained networks of the cell, in float64, one for each start."""
    config = NetworkConfig(symbols, countries, HIDDEN, cell)
    for start, (matrix, scale, opened) in STARTS.items():
        keeps = CELLS[cell].keeps
        if opened and keeps is None:
            continue
        params = init_params(config, np.random.default_rng(seed), matrix, np.float64)
        params["forward.W"] *= scale
        if opened:
            params["forward.b"][keeps] += opened
        yield start, params, config


def curves(
    params: Params, config: NetworkConfig, names: Encoded, y: IntArray, start: str, network: int = 1
) -> Iterator[Curve]:
    """A curve for each direction; with pooling first for the gradient through time alone, then for all."""
    distance = np.concatenate([np.arange(n)[::-1] for n in names.lengths])
    for pooled in (False, True) if config.pooling else (False,):
        for direction, norms in arriving(params, config, names, y, pooled).items():
            far = [norms[distance == d] for d in range(int(names.lengths.max()))]
            yield Curve(
                config.cell,
                start,
                network,
                direction,
                pooled,
                np.linalg.svd(params[f"{direction}.W"].astype(float), compute_uv=False),
                np.array([np.median(some) for some in far if len(some) >= FEWEST]),
            )


@np.errstate(over="ignore", invalid="ignore")  # looked at, at its end
def arriving(
    params: Params, config: NetworkConfig, names: Encoded, y: IntArray, pooled: bool = True
) -> dict[str, FloatArray]:
    """‖∂L/∂h_t‖ (Σ lengths,) of each direction, in the order in which it reads; in float64.

    L = -log softmax(z)[y] is each name's own loss, from the country's scores after the last letter. Without
    `pooled` only the gradient from h_T counts, not that of the mean and the maximum of all states. What an
    LSTM passes on in c_t is not part of h_t: it shows in earlier steps, where it comes back to an h.
    Raises CheckpointError if a norm overflows.
    """
    B, H = len(names.lengths), config.hidden_size
    parts, V_bag, c = country_readout(params, config)
    z, runs = np.repeat(c[None].astype(float), B, axis=0), {}
    for (direction, read), V in zip(inputs(names, config).items(), parts, strict=True):
        if config.bag and direction == "forward":
            tree = tree_of(read, config)
            v, at = of_batch(params, "bag.U", tree.symbols, config)
            z += bag(v, tree._replace(symbols=at), read.lengths) @ V_bag
        rows, at = of_batch(params, f"{direction}.U", read.symbols, config)
        read = read._replace(symbols=at)
        U, W, b = (q.astype(float) for q in (rows, params[f"{direction}.W"], params[f"{direction}.b"]))
        # Each name begins with a symbol of its own, a copy of the first one: so names that begin alike
        # share no state, in which their gradients would be added up.
        first, symbols = read.symbols[read.starts], read.symbols.copy()
        symbols[read.starts] = U.shape[1] + np.arange(B)
        tree = prefix_tree(read._replace(symbols=symbols))
        states, back_states = unroll(
            CELLS[config.cell], np.concatenate([U, U[:, first]], axis=1), W, b, tree
        )
        s, back_s = summary(states, tree, names.lengths, config.pooling)
        z += s @ V
        runs[direction] = (V, tree.rows, np.zeros_like(states), back_s, back_states)
    dz = softmax(z)
    dz[np.arange(B), y] -= 1
    norms = {}
    for direction, (V, at, dh, back_s, back_states) in runs.items():
        ds = dz @ V.T
        if not pooled:
            ds[:, H:] = 0
        back_s(ds, dh)
        back_states(dh)
        norms[direction] = np.linalg.norm(dh[at], axis=1)
        if not np.isfinite(norms[direction]).all():
            raise CheckpointError("a gradient of the model overflows; use another, or train it again")
    return norms
