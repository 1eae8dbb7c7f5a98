"""Rows whose label a model doubts: another label of the data is likelier than all the others together.

A model that was trained on a row has learned its label, right or wrong, so it doubts too few of such rows.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from rnn_names.base.errors import DataError
from rnn_names.insight.mistakes import Mistake, mistakes
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.evaluation import Evaluation
from rnn_names.names.example import Example

SURE = 0.5  # the least probability of an answer that puts a label in doubt
TOGETHER = 10_000  # rows that are scored at a time


class Doubts(NamedTuple):
    """What a model says about the labels of rows.

    judged       the rows with a name, and a label that the model knows
    unknown      the rows of each label that it does not know
    doubted      the judged rows whose label is in doubt
    mislabelled  the rows most in doubt, each name and label once
    """

    judged: int
    unknown: Counter[str]
    doubted: int
    mislabelled: list[Mistake]


def doubts(classifier: NameClassifier, examples: Sequence[Example], n: int) -> Doubts:
    """Judge the rows, and list the `n` most in doubt. Raises DataError if the model knows no label."""
    rows = Counter(example.country for example in examples if classifier.has_name(example.name))
    if not rows:
        raise DataError(
            "no name has a label that the model could judge; give --label-column their column, or leave "
            "-m out"
        )
    place = {label: classifier.labels.place(label) for label in rows}
    unknown = Counter({label: rows[label] for label, k in place.items() if k is None})
    if unknown.total() == rows.total():
        labels = ", ".join(label for label, _ in unknown.most_common(3))
        raise DataError(
            f"the model knows none of the labels ({labels}), so it cannot judge them; give -m a model of "
            "these labels, or leave -m out"
        )
    own = np.isin(np.arange(len(classifier.countries)), [k for k in place.values() if k is not None])

    def judged(some: Sequence[Example]) -> Evaluation:
        """The answers, given that each name has one of the labels of the data."""
        scored = classifier.score(some, SURE)
        p = np.where(own, scored.p, 0)
        return replace(scored, p=p / p.sum(axis=1, keepdims=True).clip(np.finfo(p.dtype).tiny))

    known = [e for e in examples if classifier.has_name(e.name) and e.country not in unknown]
    doubted, worst = 0, list[Example]()
    for at in range(0, len(known), TOGETHER):
        scored = judged(known[at : at + TOGETHER])
        doubted += int(((scored.answer != scored.truth) & scored.covered).sum())
        worst += [scored.examples[i] for i in scored.mistakes(n)]
    listed = mistakes(classifier, judged(worst), n) if worst else []
    return Doubts(len(known), unknown, doubted, listed)
