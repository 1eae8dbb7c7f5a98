"""Cross-validation: every name is scored once, by a model that has not seen it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rnn_names.base.errors import DataError
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.evaluation import Evaluation
from rnn_names.model.provenance import CrossValidation
from rnn_names.model.shape import Shape
from rnn_names.names.example import Example
from rnn_names.names.spelling import RULES
from rnn_names.names.split import folds, unique
from rnn_names.training.loop import EpochReport
from rnn_names.training.plan import Plan
from rnn_names.training.trainer import StepReport


@dataclass(frozen=True)
class FoldReport:
    """The scores of one fold, counted from 1, by the model of the others."""

    fold: int
    evaluation: Evaluation


def cross_validated(
    examples: Sequence[Example], given: Sequence[Example], count: int, plan: Plan, shape: Shape
) -> Iterator[StepReport | FoldReport]:
    """Train on all folds but one, score that one, for each of `count` folds.

    Each training has the recipe of the plan and its own validation part. A label's only name is in no fold,
    but in every training. Raises DataError before the first training if there are more folds than the names
    can fill, or if one fold would have all names of a label.
    """
    info = plan.info
    examples = unique(examples, info.rule)
    split_key = RULES[info.rule].split_key
    parts = folds(examples, count, plan.config.seed, info.rule)
    if not any(parts):
        raise DataError(
            f"--folds {count}: every label has one name only, which is kept in training; give labels more "
            "names, or leave --folds out"
        )
    labels = {example.country for example in examples}
    for number, fold in enumerate(parts, 1):
        held = {split_key(example.name) for example in fold}
        left = {example.country for example in examples if split_key(example.name) not in held}
        if not fold or left != labels:
            what = f"has all names of {min(labels - left)!r}" if fold else "has no name"
            raise DataError(f"--folds {count}: fold {number} {what}; give fewer folds, or another --seed")
    for number, fold in enumerate(parts, 1):
        held = {split_key(example.name) for example in fold}
        rest, rest_given = ([e for e in es if split_key(e.name) not in held] for es in (examples, given))
        of_rest = Plan.of(rest, rest_given, shape, plan.config, info, plan.base)
        for event in of_rest.fit():
            if not isinstance(event, EpochReport):
                yield event
            elif event.members is not None:
                best = event
        yield FoldReport(number, NameClassifier(of_rest.model(best, [])).score(fold))


def pooled(reports: Sequence[FoldReport]) -> Evaluation:
    """All folds as one evaluation."""
    parts = [report.evaluation for report in reports]
    return Evaluation(
        countries=parts[0].countries,
        examples=[example for part in parts for example in part.examples],
        p=np.concatenate([part.p for part in parts]),
        truth=np.concatenate([part.truth for part in parts]),
        unknown=Counter(),
        threshold=0.0,
    )


def summary(reports: Sequence[FoldReport]) -> CrossValidation:
    """The mean of each figure over the folds, with its standard error."""
    of_folds = [report.evaluation.metrics for report in reports]
    figures = {
        name: np.array([getattr(metrics, name) for metrics in of_folds])
        for name in ("accuracy", "macro_f1", "nll")
    }
    return CrossValidation(
        folds=len(reports),
        names=sum(metrics.n for metrics in of_folds),
        **{name: float(values.mean()) for name, values in figures.items()},
        **{
            f"{name}_error": float(values.std(ddof=1) / len(reports) ** 0.5)
            for name, values in figures.items()
        },
    )
