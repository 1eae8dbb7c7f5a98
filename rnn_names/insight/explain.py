"""What the networks believe about a name after every letter, and which letters moved the answer.

    p_t   (C,)   the readout after every letter, `step_country`, at the t-th symbol of a direction
    ℓ(p)         log-odds of the country in question, log p_c - log Σ_{k≠c} p_k, in nats

A letter moves the answer in three ways: when it is read forward and when it is read backward, by
ℓ(p_t) - ℓ(p_{t-1}); and by being there at all, by ℓ of the whole name minus ℓ of the name without it.

Beliefs, like the answer, come from the averaged scores under the prior. The share of unknown letters read
so far moves them towards the prior; before the first letter they are the prior. The temperature has no
part in them: it is fitted to whole names, and to another readout. After a part of a name the bundled model
is less sure than it might be: on `data/test` the ECE of its beliefs is 0.12 forward and 0.13 backward.
"""  # fmt: skip

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.errors import CheckpointError
from rnn_names.insight.counted import Counted, counted
from rnn_names.model.arguments import name_list
from rnn_names.model.calibrated import checked
from rnn_names.model.classifier import NameClassifier
from rnn_names.names.alphabet import END, START, UNKNOWN, Alphabet
from rnn_names.names.cleaning import cleaned
from rnn_names.names.encoded import UNKNOWN_INDEX, Encoded
from rnn_names.names.spelling import LONGEST
from rnn_names.network.input import inputs
from rnn_names.network.scores import step_scores

SYMBOLS_TOGETHER = 1 << 14  # read at a time; a usual name, with its variants without each letter, has 150
SYMBOLS = {START: "start", END: "end", UNKNOWN: "unknown"}  # words for symbols that are not letters


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
    effect: float  # log-odds of the whole name, minus those without the letter


@dataclass(frozen=True)
class Explanation:
    """The answer to a name, and how it came about. Log-odds are those of `country`.

    A blank name has no answer: `country` is None, and there are no letters or beliefs. If the prior makes a
    country certain or impossible, its log-odds are infinite and their changes are nan.
    """

    name: str
    p: FloatArray  # (C,), as in predict_proba
    country: str | None
    log_odds: float
    letters: tuple[Letter, ...]
    beliefs: dict[str, tuple[Belief, ...]]  # by direction, in the order of reading
    ngrams: tuple[Counted, ...] = ()  # the largest effect first
    not_read: tuple[str, ...] = ()  # what is beside the name: titles, nicknames, addresses


def explain(
    classifier: NameClassifier, names: Iterable[str | None], country: str | None = None
) -> list[Explanation]:
    """An Explanation of the answer to each name, in order, or of the probability of this country.

    Names are as for `predict`. Log-odds and effects are in nats; each p is (C,), in the order of
    `classifier.countries`. Raises CheckpointError for a model without a readout after every letter, or
    whose scores overflow, DataError for a country that the model does not know, and TypeError for anything
    but a list of names.
    """
    if "step_country" not in classifier.model.network.readouts:
        raise CheckpointError(
            "the model has no readout after every letter; train one with a --step-loss above 0"
        )
    asked = None if country is None else classifier.index(country)
    return [e for some in _together(name_list(names)) for e in _explain(classifier, some, asked)]


def _together(names: Iterable[str]) -> Iterator[list[str]]:
    """The names in their order, in parts that have no more than SYMBOLS_TOGETHER to read."""
    some, symbols = list[str](), 0
    for name in names:
        squared = min(len(name) + 2, LONGEST) ** 2  # a name is read without each of its letters
        if some and symbols + squared > SYMBOLS_TOGETHER:
            yield some
            some, symbols = [], 0
        some.append(name)
        symbols += squared
    if some:
        yield some


def log_odds(p: FloatArray, c: int) -> FloatArray:
    """log p_c - log Σ_{k≠c} p_k of each row. The sum is exact where 1 - p_c has no digits left."""
    with np.errstate(divide="ignore"):  # ±∞ if the prior decides
        return np.asarray(np.log(p[:, c]) - np.log(np.delete(p, c, axis=1).sum(axis=1)))


def symbol_names(alphabet: Alphabet, symbols: IntArray) -> list[str]:
    """The letters, and words for symbols that are not letters."""
    of_scripts = zip(alphabet.symbols[UNKNOWN_INDEX + 1 :], alphabet.scripts, strict=False)
    words = SYMBOLS | {symbol: f"any {script}" for symbol, script in of_scripts}
    return [words.get(s, s) for s in (alphabet.symbols[index] for index in symbols)]


def left_out(classifier: NameClassifier, read: list[IntArray]) -> list[FloatArray]:
    """For each name, in symbols: p of the whole name, then of the name without each of its letters."""
    variants = _encoded(
        [
            variant
            for symbols in read
            for variant in (symbols, *(np.delete(symbols, t) for t in range(1, len(symbols) - 1)))
        ]
    )
    p = classifier.calibrated(classifier.scores(variants).astype(float), variants)
    return np.split(p, np.cumsum([len(symbols) - 1 for symbols in read])[:-1])


def _explain(classifier: NameClassifier, names: list[str], asked: int | None) -> list[Explanation]:
    model = classifier.model
    encoded = model.alphabet.encode(classifier.read(names))
    ends = np.cumsum(encoded.lengths)
    read = np.split(encoded.symbols, ends[:-1])
    of_names = left_out(classifier, read)
    inputs_read = inputs(encoded, model.network)
    after = {
        direction: _after(classifier, encoded, inputs_read[direction], direction)
        for direction in model.network.directions
    }
    return [
        _explanation(
            classifier, name, symbols, of_names[k], {way: p_t[k] for way, p_t in after.items()}, asked
        )
        for k, (name, symbols) in enumerate(zip(names, read, strict=True))
    ]


def _explanation(
    classifier: NameClassifier,
    name: str,
    symbols: IntArray,
    p: FloatArray,
    after: dict[str, FloatArray],
    asked: int | None,
) -> Explanation:
    """The explanation of a name, from p of it and of it without each letter, and after each symbol."""
    model = classifier.model
    not_read = () if classifier.raw else cleaned(name).not_read
    if not classifier.has_name(name):
        return Explanation(name, p[0], None, np.nan, (), {}, not_read=not_read)
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
                direction: _beliefs(model.alphabet, _ordered(symbols, direction), p_t, c)
                for direction, p_t in after.items()
            },
            counted(classifier, symbols, c),
            not_read,
        )


def _ordered(symbols: IntArray, direction: str) -> IntArray:
    return symbols if direction == "forward" else symbols[::-1]


def _after(
    classifier: NameClassifier, names: Encoded, inputs_read: Encoded, direction: str
) -> list[FloatArray]:
    """For each name p (L, C) after every symbol, in the direction's order; it reads these inputs."""
    model = classifier.model
    with np.errstate(all="ignore"):  # checked below
        z = sum(
            step_scores(params, model.network, inputs_read, direction).astype(float)
            for params in model.members
        )
    ends = np.cumsum(names.lengths)
    read = [_ordered(symbols, direction) for symbols in np.split(names.symbols, ends[:-1])]
    prefixes = _encoded([symbols[: t + 1] for symbols in read for t in range(len(symbols))])
    p = classifier.calibrated(checked(np.asarray(z / len(model.members))), prefixes, temperature=1.0)
    return np.split(p, ends[:-1])


def _beliefs(alphabet: Alphabet, read: IntArray, p: FloatArray, c: int) -> tuple[Belief, ...]:
    odds = log_odds(p, c)
    return tuple(
        Belief(symbol, p_t, float(odds[t]), float(odds[t] - odds[t - 1]) if t else None)
        for t, (symbol, p_t) in enumerate(zip(symbol_names(alphabet, read), p, strict=True))
    )


def _encoded(names: list[IntArray]) -> Encoded:
    lengths = np.array([len(name) for name in names])
    return Encoded(np.concatenate(names), np.cumsum(lengths) - lengths, lengths)
