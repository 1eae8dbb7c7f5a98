"""What the networks believe of a name after every letter, and which letters moved the answer.

    p_t   (C,)   the readout after every letter, `step_country`, at the t-th symbol of a direction
    ℓ(p)         log-odds of the country in question, log p_c - log Σ_{k≠c} p_k, in nats

A letter has moved the answer in three ways: by being read, forward or backward, ℓ(p_t) - ℓ(p_{t-1}); and
by being there at all: ℓ of the whole name less ℓ of the name without it.

The beliefs are the networks' averaged scores under the prior, as the answer is, and as much nearer to the
prior as letters read so far are unknown: before the first one, they are the prior. The temperature has no
part in them: it is fitted to whole names, where the networks are too sure, and a belief on the way is not.
On the test part of the bundled names their ECE is 0.036 forward and 0.029 backward; with it, 0.10.
"""  # fmt: skip

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.errors import CheckpointError
from rnn_names.model.classifier import NameClassifier, checked
from rnn_names.names.alphabet import END, START, UNKNOWN, Alphabet
from rnn_names.names.encoded import Encoded
from rnn_names.names.spelling import has_letters
from rnn_names.network.scores import step_scores

SYMBOLS = {START: "start", END: "end", UNKNOWN: "unknown"}  # what is no letter is called by a word


@dataclass(frozen=True)
class Belief:
    """What one direction believes after a symbol."""

    symbol: str
    p: FloatArray  # (C,)
    log_odds: float
    change: float | None  # of the log-odds, by this symbol; None for the first one


@dataclass(frozen=True)
class Letter:
    """What the answer would be without this letter."""

    letter: str
    p: FloatArray  # (C,)
    effect: float  # log-odds of the whole name, less those without the letter


@dataclass(frozen=True)
class Explanation:
    """A name's answer, and how it came about. Log-odds are those of `country`.

    A blank name has no answer: `country` is None, and there are no letters and no beliefs.
    Where the prior makes a country certain or impossible its log-odds are infinite, and changes nan.
    """

    name: str
    p: FloatArray  # (C,), as predict_proba has it
    country: str | None
    log_odds: float
    letters: tuple[Letter, ...]
    beliefs: dict[str, tuple[Belief, ...]]  # by direction, in the order of reading


def explain(
    classifier: NameClassifier, names: Iterable[str], country: str | None = None
) -> list[Explanation]:
    """Explain the answer to each name, or how likely the network finds this country.

    Raises CheckpointError for a model without the readout after every letter, or whose scores overflow,
    DataError for a country that it does not know.
    """
    if "step_country" not in classifier.model.network.readouts:
        raise CheckpointError(
            "the model says nothing after every letter; train one that does, with a --step-loss above 0"
        )
    asked = None if country is None else classifier.index(country)
    return [_explain(classifier, name, asked) for name in names]


def log_odds(p: FloatArray, c: int) -> FloatArray:
    """log p_c - log Σ_{k≠c} p_k, of each row: the sum, for 1 - p_c has no digits left near 1."""
    with np.errstate(divide="ignore"):  # ±∞ where the prior decides
        return np.asarray(np.log(p[:, c]) - np.log(np.delete(p, c, axis=1).sum(axis=1)))


def symbol_names(alphabet: Alphabet, symbols: IntArray) -> list[str]:
    """The letters, and words for what is none."""
    return [SYMBOLS.get(s, s) for s in (alphabet.symbols[index] for index in symbols)]


def _explain(classifier: NameClassifier, name: str, asked: int | None) -> Explanation:
    model = classifier.model
    encoded = model.alphabet.encode([name])
    symbols, L = encoded.symbols, len(encoded.symbols)
    variants = _encoded([symbols, *(np.delete(symbols, t) for t in range(1, L - 1))])
    p = classifier.calibrated(classifier.scores(variants).astype(float), variants, model.temperature)
    if not has_letters(name):
        return Explanation(name, p[0], None, np.nan, (), {})
    c = int(p[0].argmax()) if asked is None else asked
    whole, *without = log_odds(p, c)
    letters = symbol_names(model.alphabet, symbols[1:-1])
    with np.errstate(invalid="ignore"):  # ∞ - ∞
        return Explanation(
            name,
            p[0],
            model.countries[c],
            float(whole),
            tuple(
                Letter(letter, p_t, float(whole - odds))
                for letter, p_t, odds in zip(letters, p[1:], without, strict=True)
            ),
            {
                direction: _beliefs(classifier, encoded, direction, c)
                for direction in model.network.directions
            },
        )


def _beliefs(classifier: NameClassifier, name: Encoded, direction: str, c: int) -> tuple[Belief, ...]:
    model = classifier.model
    with np.errstate(all="ignore"):  # looked at below
        z = sum(
            step_scores(params, model.network, name, direction).astype(float) for params in model.members
        )
    read = name.symbols if direction == "forward" else name.symbols[::-1]
    prefixes = _encoded([read[: t + 1] for t in range(len(read))])
    p = classifier.calibrated(checked(np.asarray(z / len(model.members))), prefixes, temperature=1.0)
    odds = log_odds(p, c)
    return tuple(
        Belief(symbol, p_t, float(odds[t]), float(odds[t] - odds[t - 1]) if t else None)
        for t, (symbol, p_t) in enumerate(zip(symbol_names(model.alphabet, read), p, strict=True))
    )


def _encoded(names: list[IntArray]) -> Encoded:
    lengths = np.array([len(name) for name in names])
    return Encoded(np.concatenate(names), np.cumsum(lengths) - lengths, lengths)
