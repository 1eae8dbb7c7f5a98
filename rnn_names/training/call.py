"""A training in one call, for Python."""

from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rnn_names.base.errors import DataError
from rnn_names.model.arguments import check_examples
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.recipe import Shape, TrainConfig
from rnn_names.names.example import Example
from rnn_names.names.source import STDIN
from rnn_names.training.loop import EpochReport
from rnn_names.training.run import Job, Training
from rnn_names.training.trainer import StepReport

RECIPE = {*Shape.__dataclass_fields__, *TrainConfig.__dataclass_fields__}


def train(
    data: str | Path | Iterable[Example] | None = None,
    output: str | Path | None = None,
    *,
    given_names: str | Path | None = None,
    on_event: Callable[[StepReport | EpochReport], object] | None = None,
    **recipe: Any,
) -> NameClassifier:
    """Train a model, and return its classifier.

    data         a file or folder, as for `rnn-names train`; or examples; None is the bundled surnames
    output       the file that the best model so far is written to after each epoch; None keeps no file
    given_names  a file or folder of given names of the same labels
    on_event     is called with each StepReport and each EpochReport, as they come
    recipe       fields of Shape and TrainConfig, such as hidden_size=32, epochs=5 and seed=1; those not
                 given depend on the number of names

    The same data and recipe give the same model. Raises DataError for data that cannot be learned from,
    OutputError, TrainingError, TypeError for an unknown field, and ValueError for a value that a field does
    not allow.
    """
    unknown = sorted(recipe.keys() - RECIPE)
    if unknown:
        raise TypeError(f"train() has no argument {unknown[0]!r}; it has {', '.join(sorted(RECIPE))}")
    examples = None
    if data is not None and not isinstance(data, str | Path):
        examples = list(data)
        check_examples(examples)
        if not examples:
            raise DataError("there are no examples; give some")
    with TemporaryDirectory() as folder:
        job = Job(
            # Examples in memory are found again no more than those of a pipe.
            data=STDIN if examples is not None else None if data is None else Path(data),  # type: ignore[arg-type]  # no examples are left
            output=Path(folder, "model.npz") if output is None else Path(output),
            recipe=recipe,
            given_names=None if given_names is None else Path(given_names),
        )
        training = Training(job, examples=examples)
        for event in training.run():
            if on_event:
                on_event(event)
    assert training.best is not None  # every training has an epoch
    return NameClassifier(training.best, source="" if output is None else str(output))
