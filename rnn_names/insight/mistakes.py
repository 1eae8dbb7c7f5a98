"""The surest wrong answers, each with the parts of the name that speak for it.

A wrong answer of high probability means a name that the model has yet to learn, or a wrong label. The
parts tell which: n-grams that are typical of the answer speak for a wrong label.
"""

from typing import NamedTuple

from rnn_names.base.arrays import IntArray
from rnn_names.insight.counted import Counted, counted
from rnn_names.insight.explain import left_out, log_odds, symbol_names
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.evaluation import Evaluation
from rnn_names.names.groups import Groups


class Mistake(NamedTuple):
    """A name, its label, the other label or group that is the answer, and the parts that speak for it.

    ngrams   the n-grams that raise the log-odds of the answer, the largest effect first
    letters  the same for letters, if the network reads no n-gram in the name
    """

    name: str
    truth: str
    answer: str
    probability: float
    ngrams: tuple[Counted, ...]
    letters: tuple[Counted, ...]


def mistakes(classifier: NameClassifier, evaluation: Evaluation, n: int) -> list[Mistake]:
    """The `n` surest mistakes of an evaluation of this classifier, surest first."""
    found = []
    for i in evaluation.mistakes(n):
        name, truth, _ = evaluation.examples[i]
        answer = int(evaluation.answer[i])
        symbols = classifier.model.alphabet.encode(classifier.read([name])).symbols
        ngrams = counted(classifier, symbols, answer, evaluation.groups)
        letters = () if ngrams else _letters(classifier, symbols, answer, evaluation.groups)
        found.append(
            Mistake(
                name,
                truth,
                evaluation.countries[answer],
                float(evaluation.probability[i]),
                tuple(one for one in ngrams if one.effect > 0),
                tuple(one for one in letters if one.effect > 0),
            )
        )
    return found


def _letters(
    classifier: NameClassifier, symbols: IntArray, c: int, groups: Groups | None
) -> tuple[Counted, ...]:
    """The letters of one name (T,), and the effect of each on label or group c, the largest first."""
    p = left_out(classifier, [symbols])[0]
    whole, *without = log_odds(groups.add_up(p) if groups else p, c).tolist()
    letters = symbol_names(classifier.model.alphabet, symbols[1:-1])
    effects = (Counted(letter, whole - odds) for letter, odds in zip(letters, without, strict=True))
    return tuple(sorted(effects, key=lambda one: -one.effect))
