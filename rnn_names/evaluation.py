"""How a model did on examples: its metrics, and its answer to each name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnn_names.dataset import Example
from rnn_names.encoding import FloatArray, IntArray
from rnn_names.metrics import Metrics, evaluate, ranks


@dataclass(frozen=True)
class Evaluation:
    """The examples whose country the model knows, and what it says of each.

    countries   C of them: the columns of p
    examples    n of them
    p           `NameClassifier.predict_proba` of their names (n, C)
    truth       the columns of their countries (n,)
    unknown     how many other examples had each label that the model does not know
    threshold   under this probability an answer counts as none given
    """

    countries: Sequence[str]
    examples: list[Example]
    p: FloatArray
    truth: IntArray
    unknown: Counter[str]
    threshold: float

    @cached_property
    def metrics(self) -> Metrics:
        return evaluate(self.p, self.truth, self.countries, self.threshold)

    @cached_property
    def answer(self) -> IntArray:
        """The column of the likeliest country (n,)."""
        return np.asarray(self.p.argmax(axis=1))

    @cached_property
    def probability(self) -> FloatArray:
        """That of the answer (n,)."""
        return np.asarray(self.p.max(axis=1))

    @cached_property
    def covered(self) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Whether an answer is given (n,)."""
        return np.asarray(self.probability >= self.threshold)

    @cached_property
    def truth_probability(self) -> FloatArray:
        """That of the true country (n,)."""
        return np.asarray(self.p[np.arange(len(self.truth)), self.truth])

    @cached_property
    def truth_rank(self) -> IntArray:
        """The place of the true country (n,): 1 where the answer is right."""
        return ranks(self.p, self.truth)

    def mistakes(self, n: int) -> list[int]:
        """Which examples have a wrong answer: the `n` most confident, each name and country once."""
        wrong = np.flatnonzero((self.answer != self.truth) & self.covered)
        order = wrong[np.argsort(-self.probability[wrong], kind="stable")]
        found: dict[tuple[str, str], int] = {}
        for i in order.tolist():
            if len(found) == n:
                break
            found.setdefault(self.examples[i][:2], i)
        return list(found.values())
