"""A training from data to a model file: read, prepare, fit, keep the best, go on after an interruption.

    training = Training(Job(Path("names.csv"), Path("names.npz")))
    for event in training.run():
        ...                                    a StepReport or an EpochReport, as they come

After each epoch the best model so far is in the output file, and the state of the training beside it,
in OUTPUT.resume. The state file is removed at the end, and when the training has diverged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rnn_names.base.bundled import bundled_given_names, bundled_surnames
from rnn_names.base.errors import CheckpointError, LostProcessError, OutputError, TrainingError
from rnn_names.base.files import check_apart, check_writable, is_regular
from rnn_names.base.text import in_shell
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.provenance import CrossValidation, DataInfo
from rnn_names.model.recipe import chosen
from rnn_names.names.bad_records import BLANK, STOPPING, BadRecords
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.selection import left_out_in_training, selected
from rnn_names.names.source import STDIN
from rnn_names.names.spelling import RULE
from rnn_names.names.split import VERSION, fingerprint
from rnn_names.names.tables import Format
from rnn_names.training import state
from rnn_names.training.folds import FoldReport, cross_validated, summary
from rnn_names.training.history import history_entry
from rnn_names.training.loop import EpochReport, State
from rnn_names.training.plan import Plan
from rnn_names.training.prepared import check_spellings
from rnn_names.training.start import Base
from rnn_names.training.trainer import StepReport


@dataclass(frozen=True)
class Job:
    """What to train on, how, and where the model goes.

    `data` None is the bundled surnames; `given_names` None is then the bundled given names, else none.
    `recipe` has the fields of Shape and TrainConfig that are not left to the number of names.
    `bits` of each parameter in the file; None is `Base.bits`, or 32 without a base.
    `base` is a model to start from; with `folds` there is no test part, see `folds.cross_validated`.
    `options` are the caller's own names for all this; a state keeps them.
    """

    data: Path | None
    output: Path
    recipe: Mapping[str, Any] = field(default_factory=dict)
    given_names: Path | None = None
    form: Format = Format()
    bad: BadRecords = STOPPING
    bits: int | None = None
    base: Path | None = None
    folds: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[Path, Path | None]:
        """Where the names are, and the given names."""
        if self.data is None:
            return bundled_surnames(), self.given_names or bundled_given_names()
        return self.data, self.given_names


class Training:
    """A job under way.

    read       how many names were read; `data` is what became of them
    bits       of each parameter in the output file
    left_out   how many rows are left out: see LeftOut
    small      the labels that have too few names, and are left out, each with its number of names
    network    the network that is trained
    history    what a model file keeps of each epoch so far
    best       the best model so far, that of the epoch at `history[kept]`; None before the first epoch
    folds      the scores of `cross_validate`; None without
    replaces   whether the output file held a model of another training
    """

    def __init__(
        self,
        job: Job,
        resumed: state.Interrupted | None = None,
        examples: Sequence[Example] | None = None,
    ) -> None:
        """Read and check the data; `examples` in memory take the place of those that `job` names.

        Raises OutputError, and what reading and preparing raise.
        """
        self.job = job
        self.unfinished = state.state_path(job.output)
        # The model that a resumed training finds there is its own.
        self.replaces = check_output(job, resumed is not None) and resumed is None
        base = Base.load(job.base) if job.base else None
        self.bits = job.bits or (base.bits if base else 32)
        source, given_names = job.sources
        read = read_examples(source, job.form, job.bad) if examples is None else examples
        self.given = (
            read_examples(given_names, replace(job.form, weight_column=None), job.bad)
            if given_names
            else []
        )
        self.read = len(read)
        labelled = [example for example in read if example.country]
        recipe = {
            **(base.recipe if base else {}),
            **({"test_split": 0.0} if job.folds else {}),
            **job.recipe,
        }
        # A training that began under older rules ends under them, as does one that goes on from a model.
        own = base if base and not base.bundled else None
        before = resumed.best.data if resumed else own.model.data if own else None
        rule = before.rule if before else RULE
        check_spellings({example.country for example in labelled}, rule)
        _, asked = chosen(recipe, 0)
        self.examples, self.small = selected(
            labelled, asked.min_per_label, asked.max_per_label, asked.seed, rule
        )
        self.shape, self.config = chosen(recipe, len(self.examples), tuned=base is not None)
        info = DataInfo(
            source=place(job.data),
            name_column=job.form.column or "",
            country_column=job.form.label_column or "",
            weight_column=job.form.weight_column or "",
            fingerprint=fingerprint(labelled, rule),
            **dict.fromkeys(("train", "val", "test", "given_names"), 0),
            kind=job.form.kind or "",
            delimiter=job.form.delimiter or "",
            header=job.form.header,
            encoding=job.form.encoding or "",
            rule=rule,
            split=before.split if before else VERSION,
            base=base.name if base else "",
            base_digest=base.digest if base else "",
            sheet=job.form.sheet or "",
            quoted=job.form.quoted,
            blank=job.bad.action == BLANK,
        )
        self.plan = Plan.of(self.examples, self.given, self.shape, self.config, info, base)
        self.data, self.network, self.info = self.plan.data, self.plan.network, self.plan.info
        used = sum(map(len, self.data.parts))
        self.left_out = left_out_in_training(read, self.examples, self.small, used, rule)
        self.history: list[dict[str, float | None]] = []
        self.best: Checkpoint | None = None
        self.folds: CrossValidation | None = None
        self.kept = 0
        self._start = State()
        self._digest = state.digest(self.data)
        if resumed:
            self._go_on(resumed)

    def cross_validate(self) -> Iterator[StepReport | FoldReport]:
        """Score every name by a model of the other folds; the model of `run` will keep the scores."""
        reports = []
        for event in cross_validated(self.examples, self.given, self.job.folds, self.plan, self.shape):
            if isinstance(event, FoldReport):
                reports.append(event)
            yield event
        self.folds = summary(reports)

    def run(self) -> Iterator[StepReport | EpochReport]:
        """Train to the end. When an EpochReport is handed out, model and state are in their files."""
        try:
            with state.held(self.unfinished):
                for event in self.plan.fit(self._start):
                    if isinstance(event, EpochReport):
                        self._keep(event)
                    yield event
        except TrainingError as error:
            if not isinstance(error, LostProcessError):
                self.unfinished.unlink(missing_ok=True)  # it would end the same way
            raise
        assert self.best is not None  # every training has an epoch
        self.best = replace(self.best, history=self.history)
        checkpoint.save(self.job.output, self.best, self.bits)
        self.unfinished.unlink(missing_ok=True)

    def _go_on(self, resumed: state.Interrupted) -> None:
        best = resumed.best
        if self.info.base_digest != best.data.base_digest:
            raise CheckpointError(
                f"{self.unfinished}: {self.info.base} is not the model that the training began with; "
                "put it back, or remove that file to train anew"
            )
        if self._digest != resumed.digest:
            again = "pipe the same in" if self.job.data == STDIN else "put them back"
            raise CheckpointError(
                f"{self.unfinished}: the data are not those that the training began with; "
                f"{again}, or remove that file to train anew"
            )
        if (self.network, self.config) != (best.network, best.training):
            raise CheckpointError(
                f"{self.unfinished}: the defaults of this version are not those that the training began "
                "with; finish it with the version that began it, or remove that file to train anew"
            )
        self.best, self.kept, self._start = best, resumed.kept, resumed.state
        self.history, self.folds = best.history, best.folds

    def _keep(self, event: EpochReport) -> None:
        """Write the best model, if this epoch has it, and where to go on from here."""
        self.history.append(history_entry(event))
        if event.members is not None:
            best = replace(self.plan.model(event, self.history), folds=self.folds)
            checkpoint.save(self.job.output, best, self.bits)
            self.best, self.kept = best, len(self.history) - 1  # not before it is in its file
        assert self.best is not None  # the first epoch is the best so far
        best = replace(self.best, history=self.history)
        state.save(
            self.unfinished,
            state.Interrupted(best, self.kept, event.state, self.job.options, self._digest),
        )


def place(data: Path | None) -> str | None:
    """Where data are found again, from any folder; `-` for standard input, None for the bundled names."""
    return None if data is None else str(data if data == STDIN else data.absolute())


def check_output(job: Job, resumed: bool) -> bool:
    """Whether a model is in the output file already.

    Raises OutputError if the file cannot be written, is another kind of file or one of the data, or belongs
    to an interrupted training, and CheckpointError if it belongs to one that goes on.
    """
    output = job.output
    if not is_regular(output) and not output.is_dir():
        raise OutputError(f"{output}: is a pipe or a device, and a model goes to none; give a file")
    check_writable(output)
    check_apart(output, [*job.sources, *([job.base] if job.base else [])])
    unfinished = state.state_path(output)
    if unfinished.exists() and not resumed:
        with state.held(unfinished):  # or else it is of a training that goes on
            raise OutputError(
                f"{unfinished}: is of a training that was interrupted; "
                f"go on with `rnn-names train --resume -o {in_shell(str(output))}`, or remove that file"
            )
    if not output.exists() or not output.stat().st_size:
        return False
    try:
        checkpoint.load(output)
    except CheckpointError as error:
        raise OutputError(
            f"{output}: is no model of rnn-names, and is not overwritten; give another name, or remove it"
        ) from error
    return True
