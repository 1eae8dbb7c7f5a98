"""The next symbol of a name of a country, by Bayes' rule.

    s, l      the symbols so far, beginning with the start symbol; the next symbol: a letter or the end
    c         the country
    n, V, C   prefixes; symbols; countries

For a joint distribution p(name, country) of names and countries, letter by letter,

    p(l | s, c) = p(l | s) p(c | s l) / p(c | s)        p(c | s) = Σ_l p(l | s) p(c | s l)

The product over the symbols of a name, up to the end symbol, telescopes to p(name) p(c | name) / p(c),
which is p(name | c). p(c | s) is the same for all letters, so normalising over the letters replaces it.
In the forward direction, the readout `next_symbol` after s gives p(l | s), and `step_country` after s l
gives p(c | s l). A prefix is read into the state first.

The prior needs no correction. Both readouts were trained under the same weights, so both belong to the
distribution in which a country has probability π_c (`calibration.trained_prior`), and
p(l | s, c) = p(s l | c) / p(s | c) does not depend on π. Shifting one of them to another prior would be
wrong.

Step by step, p(c | s l) is too weak: trained with dropout, it rules out less than exact probabilities
would, and names stray from the country. So it is raised to a power, the guidance γ,

    p(l | s, c) ∝ p(l | s) p(c | s l)^γ

which is Bayes' rule at γ = 1. Above 1, names are more typical of the country than its real names.
Classifier guidance does the same for images (Dhariwal, Nichol 2021, arXiv 2105.05233).

Other approximations:

-   The readouts are two estimates, not exactly of one distribution: Σ_l p(l | s) p(c | s l) is not exactly
    p(c | s). Each step is normalised by its own sum.
-   Several networks are combined by the mean of their scores for each readout, as in the classifier. That
    is not a mixture of their distributions.
-   The temperature of `calibration` was fitted for another readout, so it is not applied.
-   In training, the loss of a name is the mean over its T symbols, so each symbol weighs 1/T. Long names
    are rarer here than in the data.
-   The names are those that training reads: half of them in base letters, some joined to a second name
    (`TrainConfig.join`), common ones more often.
-   The start and unknown symbols are left out. A name has at least one letter, and at most MAX_LETTERS
    after the prefix: then only the end symbol remains.
-   A temperature other than 1 acts on each step, not on the whole name.
"""

from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.model.calibrated import checked
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.network.cells import CELLS
from rnn_names.network.recurrence import Recurrence, advance
from rnn_names.network.sums import of_batch


class States(NamedTuple):
    """The state of one network after each of n prefixes."""

    h: FloatArray  # (n, H)
    c: FloatArray  # (n, H), of a cell without memory (n, 0)
    inputs: IntArray  # (n,), the last input: a symbol, or the longest n-gram that ends with it; at first -1

    def take(self, rows: IntArray) -> "States":
        """Those of the rows."""
        return States(self.h[rows], self.c[rows], self.inputs[rows])


def next_symbols(
    model: Checkpoint, states: list[States], country: int, allowed: FloatArray, guidance: float = 1.0
) -> tuple[FloatArray, list[States]]:
    """log p(l | s, c) (n, V) of the symbols `allowed` (V,), -∞ for the others; and the states after each.

    The states of each network after s l are (n V, H), in row s V + l. All candidates are read in one step.
    """
    n, V = len(states[0].h), allowed.shape[-1]
    origin, symbols = np.repeat(np.arange(n), V), np.tile(np.arange(V), n)
    after = [_advance(model, k, of_one, symbols, origin) for k, of_one in enumerate(states)]
    log_letter = log_softmax(_scores(model, states, "next_symbol"))
    log_country = log_softmax(_scores(model, after, "step_country"))[:, country].reshape(n, V)
    return bayes(log_letter, log_country, allowed, guidance), after


def bayes(
    log_letter: FloatArray, log_country: FloatArray, allowed: FloatArray, guidance: float = 1.0
) -> FloatArray:
    """log p(l | s, c) from log p(l | s) and log p(c | s l), all (n, V), over the allowed symbols."""
    return log_softmax(np.where(allowed, log_letter + guidance * log_country, -np.inf))


def log_softmax(z: FloatArray) -> FloatArray:
    """z - log Σ exp(z) over the last axis; -∞ stays -∞."""
    z = z - z.max(axis=-1, keepdims=True)
    return np.asarray(z - np.log(np.exp(z).sum(axis=-1, keepdims=True)))


def read(model: Checkpoint, prefix: IntArray) -> list[States]:
    """The states of each network after the prefix, as one row; the prefix begins with the start symbol."""
    H = model.network.hidden_size
    memory = H if CELLS[model.network.cell].memory else 0
    states = []
    for k, params in enumerate(model.members):
        dtype = params["forward.W"].dtype
        at = States(np.zeros((1, H), dtype), np.zeros((1, memory), dtype), np.array([-1]))
        for symbol in prefix:
            at = _advance(model, k, at, symbol[None], np.zeros(1, np.intp))
        states.append(at)
    return states


def _advance(model: Checkpoint, k: int, states: States, symbols: IntArray, origin: IntArray) -> States:
    network = model.network
    params = model.members[k]
    inputs = symbols if network.ngrams is None else network.ngrams.after(states.inputs[origin], symbols)
    U, at = of_batch(params, "forward.U", inputs, network)
    weights = Recurrence(U, params["forward.W"], params["forward.b"])
    with np.errstate(all="ignore"):  # their scores are looked at
        h, c = advance(CELLS[network.cell], weights, at, states.h, states.c, origin)
        return States(h, c, inputs)


def _scores(model: Checkpoint, states: list[States], readout: str) -> FloatArray:
    """The mean of the networks' scores, in 64 bits. Raises CheckpointError if they overflow."""
    with np.errstate(all="ignore"):
        scores = [
            h @ params[f"forward.{readout}.W"] + params[f"forward.{readout}.b"]
            for params, (h, *_) in zip(model.members, states, strict=True)
        ]
        return checked(np.asarray(np.mean(scores, axis=0, dtype=float)))
