"""A training from Python: in one call, or event by event."""

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rnn_names.base.errors import DataError, TrainingError
from rnn_names.model.arguments import example_list
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.recipe import TrainConfig
from rnn_names.model.shape import Shape
from rnn_names.names.example import Example, Labelled
from rnn_names.names.source import STDIN
from rnn_names.training.loop import EpochReport
from rnn_names.training.run import Job, Training
from rnn_names.training.trainer import StepReport

RECIPE = {*Shape.__dataclass_fields__, *TrainConfig.__dataclass_fields__}


class TrainingRun:
    """A training, event by event: each StepReport and each EpochReport, as they come.

        run = TrainingRun("names.csv", epochs=20)
        for event in run:
            if isinstance(event, EpochReport) and event.validation and event.validation.nll < 1:
                break
        classifier = run.classifier

    The arguments are those of `train`. Leaving the loop ends the training, and keeps the best model so
    far. Iterating again trains again.
    """  # fmt: skip

    def __init__(
        self,
        data: str | Path | Iterable[Labelled] | None = None,
        output: str | Path | None = None,
        *,
        given_names: str | Path | None = None,
        **recipe: Any,
    ) -> None:
        """Check the arguments; files are read when the first event is asked for. Raises as `train` does."""
        unknown = sorted(recipe.keys() - RECIPE)
        if unknown:
            raise TypeError(f"there is no argument {unknown[0]!r}; there are {', '.join(sorted(RECIPE))}")
        self._examples: list[Example] | None = None
        self._data = None
        if isinstance(data, str | Path):
            self._data = Path(data)
        elif data is not None:
            self._examples = example_list(data)
            self._data = STDIN  # they cannot be found again, like those of a pipe
            if not self._examples:
                raise DataError("there are no examples; give some")
        self._output = None if output is None else Path(output)
        self._given_names = None if given_names is None else Path(given_names)
        self._recipe = recipe
        self._best: Checkpoint | None = None

    def __iter__(self) -> Generator[StepReport | EpochReport, None, None]:
        """Train to the end. After an EpochReport `classifier` and the output file have the best model."""
        self._best = None
        with TemporaryDirectory() as folder:
            output = self._output or Path(folder, "model.npz")
            job = Job(self._data, output, self._recipe, self._given_names)
            training, begun = Training(job, examples=self._examples), False
            try:
                for event in training.run():
                    begun, self._best = True, training.best
                    yield event
            finally:
                if begun:  # this training is not resumed, so no state may stand in the way of the next one
                    training.unfinished.unlink(missing_ok=True)
            self._best = training.best

    @property
    def classifier(self) -> NameClassifier:
        """The classifier of the best model so far. Raises TrainingError before the first epoch is done."""
        if self._best is None:
            raise TrainingError("there is no model before the first epoch is done; iterate further")
        return NameClassifier(self._best, source="" if self._output is None else str(self._output))


def train(
    data: str | Path | Iterable[Labelled] | None = None,
    output: str | Path | None = None,
    *,
    given_names: str | Path | None = None,
    on_event: Callable[[StepReport | EpochReport], object] | None = None,
    **recipe: Any,
) -> NameClassifier:
    """Train a model, and return its classifier. `TrainingRun` does it event by event.

    data         a file or folder, as for `rnn-names train`; or examples, each an Example or a pair
                 (name, label); None is the bundled surnames
    output       the file that the best model so far is written to after each epoch; None keeps no file
    given_names  a file or folder of given names of the same labels
    on_event     is called with each StepReport and each EpochReport, as they come; what it raises ends the
                 training
    recipe       fields of Shape and TrainConfig, such as hidden_size=32, epochs=5 and seed=1; those not
                 given depend on the number of names

    Losses are in nats. The same data and recipe give the same model. Raises DataError for data that cannot
    be learned from, OutputError, TrainingError, TypeError for an unknown field, and ValueError for a value
    that a field does not allow.
    """
    run = TrainingRun(data, output, given_names=given_names, **recipe)
    with closing(iter(run)) as events:
        for event in events:
            if on_event:
                on_event(event)
    return run.classifier
