"""The evaluation of a model on examples: its metrics, and its answer to each name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.errors import DataError
from rnn_names.model.arguments import example_list
from rnn_names.model.metrics import UNKNOWN_LABEL, Metrics, bootstrapped, evaluate, ranks, wilson
from rnn_names.names.example import Example, Labelled
from rnn_names.names.groups import Groups

if TYPE_CHECKING:
    from rnn_names.model.classifier import NameClassifier


@dataclass(frozen=True)
class Evaluation:
    """Examples, and the answer of a model to each.

    countries   C of them: the columns of p
    examples    n of them
    p           `NameClassifier.predict_proba` of their names (n, C)
    truth       the columns of their countries (n,); metrics.UNKNOWN_LABEL for one that the model does
                not know
    unknown     the number of examples of each label that the model does not know
    left_out    whether those examples are left out
    threshold   an answer below this probability counts as not given
    groups      the groups that are the answers, in place of countries
    """

    countries: Sequence[str]
    examples: list[Example]
    p: FloatArray
    truth: IntArray
    unknown: Counter[str]
    threshold: float
    left_out: bool = False
    groups: Groups | None = None

    def by(self, groups: Groups) -> "Evaluation":
        """The same for groups of countries: a group's probability is the sum over its countries."""
        known = self.truth != UNKNOWN_LABEL
        truth = np.where(known, groups.of_label[self.truth], UNKNOWN_LABEL)
        return replace(self, countries=groups.names, p=groups.add_up(self.p), truth=truth, groups=groups)

    @cached_property
    def metrics(self) -> Metrics:
        labels = 0 if self.left_out else len(self.unknown)
        return evaluate(self.p, self.truth, self.countries, self.threshold, labels)

    @cached_property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """The 95 % intervals of the figures that are shares or means over labels; some may have none."""
        m = self.metrics
        correct = round(m.accuracy * m.n)
        found = {
            "accuracy": wilson(correct, m.n),
            "top3_accuracy": wilson(round(m.top3_accuracy * m.n), m.n),
        }
        answer = np.where(self.covered, self.answer, len(self.countries))
        labels = 0 if self.left_out else len(self.unknown)
        found |= bootstrapped(self.truth, answer, len(self.countries), labels)
        if m.covered_accuracy is not None:
            covered = int(self.covered.sum())
            found["covered_accuracy"] = wilson(round(m.covered_accuracy * covered), covered)
        return found

    @cached_property
    def answer(self) -> IntArray:
        """The column of the likeliest country (n,)."""
        return np.asarray(self.p.argmax(axis=1))

    @cached_property
    def probability(self) -> FloatArray:
        """The probability of the answer (n,)."""
        return np.asarray(self.p.max(axis=1))

    @cached_property
    def covered(self) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Whether an answer is given (n,)."""
        return np.asarray(self.probability >= self.threshold)

    @cached_property
    def truth_probability(self) -> FloatArray:
        """The probability of the true country (n,); 0 for one that the model does not know."""
        p_true = self.p[np.arange(len(self.truth)), self.truth]
        return np.where(self.truth == UNKNOWN_LABEL, 0, p_true)

    @cached_property
    def truth_rank(self) -> IntArray:
        """The rank of the true country (n,): 1 if the answer is right."""
        return ranks(self.p, self.truth)

    def mistakes(self, n: int) -> list[int]:
        """The examples with the `n` most confident wrong answers, each name and country once."""
        wrong = np.flatnonzero((self.answer != self.truth) & self.covered)
        order = wrong[np.argsort(-self.probability[wrong], kind="stable")]
        found: dict[tuple[str, str], int] = {}
        for i in order.tolist():
            if len(found) == n:
                break
            found.setdefault(self.examples[i][:2], i)
        return list(found.values())


class Run(NamedTuple):
    """The names of a model and of the data it is scored on, the part of the data, and the evaluation.

    `own` says that the model was trained on these data.
    """

    model: str
    data: str
    part: str
    evaluation: "Evaluation"
    own: bool = False

    @property
    def names(self) -> str:
        """The names that are scored."""
        return self.data if self.part == "all" else f"{self.data}, {self.part} part"

    @property
    def title(self) -> str:
        """The model, and the names that are scored."""
        return f"{self.model} on {self.names}"


def score(
    classifier: "NameClassifier", given: Sequence[Labelled], threshold: float, known_labels: bool
) -> Evaluation:
    """The classifier's answer to each example: see `NameClassifier.score`."""
    examples = example_list(given)
    labelled = [example for example in examples if example.country]
    if examples and not labelled:
        raise DataError("no name has a label, so there is none to score; give labels")
    named = [example for example in labelled if classifier.has_name(example.name)]
    if examples and not named:
        raise DataError("no cell has a letter, so there is no name to score; give names")
    place = {label: classifier.labels.place(label) for label in {example.country for example in named}}
    unknown = Counter(example.country for example in named if place[example.country] is None)
    if unknown.total() == len(named):
        labels = ", ".join(label for label, _ in unknown.most_common(3)) or "none"
        raise DataError(
            f"there is no name to score: the model knows none of the labels ({labels}); "
            "use the model's own labels, or a model trained on these"
        )
    scored = [example for example in named if not known_labels or place[example.country] is not None]
    column = {label: UNKNOWN_LABEL if k is None else k for label, k in place.items()}
    truth = np.array([column[example.country] for example in scored], np.intp)
    p = classifier.of_texts([example.name for example in scored])
    return Evaluation(
        countries=classifier.countries,
        examples=scored,
        p=p,
        truth=truth,
        unknown=unknown,
        threshold=threshold,
        left_out=known_labels,
    )
