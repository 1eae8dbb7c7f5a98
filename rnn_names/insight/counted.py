"""Which n-grams counted: how the answer changes when one of them is read as a single letter.

A network with n-grams reads at each letter the longest known one. Without an n-gram, each place that reads
it reads only the letter there, in both directions; all else stays the same. The effect of an n-gram is the
log-odds of the country with it, minus those without it.
"""

from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import IntArray
from rnn_names.model.classifier import NameClassifier
from rnn_names.names.encoded import Encoded
from rnn_names.names.groups import Groups
from rnn_names.names.ngrams import MARK
from rnn_names.network.input import inputs, links, shortened
from rnn_names.network.scores import scores_of


class Counted(NamedTuple):
    """An n-gram, with a hyphen where the word goes on, or a letter; and its effect on the log-odds."""

    ngram: str
    effect: float


def counted(
    classifier: NameClassifier, symbols: IntArray, c: int, groups: Groups | None = None
) -> tuple[Counted, ...]:
    """The n-grams of one name (T,), and their effects on country c, the largest first; no letters alone.

    With groups, c is one of these.
    """
    model, config = classifier.model, classifier.model.network
    ngrams = config.ngrams
    if ngrams is None or len(symbols) < 3:
        return ()
    name = Encoded(symbols, np.zeros(1, np.intp), np.array([len(symbols)]))
    read = inputs(name, config)
    found = np.unique(np.concatenate([one.symbols for one in read.values()]))
    found = found[found >= ngrams.symbols]
    n, T = len(found) + 1, len(symbols)
    starts, lengths = T * np.arange(n), np.full(n, T)
    without = {}
    for direction, one in read.items():
        nodes = np.tile(one.symbols, (n, 1))
        places = nodes[1:] == found[:, None]  # each n-gram in the variant of its own
        single = shortened(one.symbols, links(ngrams, direction), ngrams.length[one.symbols] - 1)
        nodes[1:] = np.where(places, single, nodes[1:])
        without[direction] = Encoded(nodes.ravel(), starts, lengths)
    with np.errstate(all="ignore"):  # the scores of the whole name have been checked
        z = np.mean([scores_of(params, config, without) for params in model.members], axis=0, dtype=float)
        p = classifier.calibrated(z, Encoded(np.tile(symbols, n), starts, lengths))
        p = groups.add_up(p) if groups else p
        odds = np.log(p[:, c]) - np.log1p(-p[:, c])
        effects = odds[0] - odds[1:]
    letters = "_" + model.alphabet.symbols[MARK + 1 :]
    of_ngrams = [
        Counted(in_a_word(ngrams.spelled(node, letters)), effect)
        for node, effect in zip(found.tolist(), effects.tolist(), strict=True)
        if np.isfinite(effect)
    ]
    return tuple(sorted(of_ngrams, key=lambda one: -abs(one.effect)))


def in_a_word(ngram: str) -> str:
    """`_sch`, `ov`, `mit_` as sch-, -ov-, -mit."""
    return ("" if ngram[0] == "_" else "-") + ngram.strip("_") + ("" if ngram[-1] == "_" else "-")
