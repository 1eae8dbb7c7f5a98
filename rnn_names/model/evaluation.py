"""How a model did on examples: its metrics, and its answer to each name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.model.metrics import UNKNOWN_LABEL, Metrics, evaluate, ranks
from rnn_names.names.example import Example


@dataclass(frozen=True)
class Evaluation:
    """Examples, and what a model says of each.

    countries   C of them: the columns of p
    examples    n of them
    p           `NameClassifier.predict_proba` of their names (n, C), the prior for one without a letter
    truth       the columns of their countries (n,); metrics.UNKNOWN_LABEL for one that the model lacks
    unknown     how many examples have each label that the model does not know
    left_out    whether these are left out of the examples
    threshold   under this probability an answer counts as none given
    """

    countries: Sequence[str]
    examples: list[Example]
    p: FloatArray
    truth: IntArray
    unknown: Counter[str]
    threshold: float
    left_out: bool = False

    @cached_property
    def metrics(self) -> Metrics:
        labels = 0 if self.left_out else len(self.unknown)
        return evaluate(self.p, self.truth, self.countries, self.threshold, labels)

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
        """That of the true country (n,), 0 for one that the model does not know."""
        p_true = self.p[np.arange(len(self.truth)), self.truth]
        return np.where(self.truth == UNKNOWN_LABEL, 0, p_true)

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


class Run(NamedTuple):
    """A model and the part of a data set that it is scored on, as they are called, and how it did."""

    model: str
    data: str
    part: str
    evaluation: "Evaluation"

    @property
    def names(self) -> str:
        """Which names are scored."""
        return self.data if self.part == "all" else f"{self.data}, {self.part} part"

    @property
    def title(self) -> str:
        """Which model, on which names."""
        return f"{self.model} on {self.names}"
