"""The progress of `rnn-names train`: a bar on a terminal, else a line for each epoch."""

import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer
from tqdm import tqdm

from rnn_names.cli.models import model_option
from rnn_names.model.classifier import NameClassifier
from rnn_names.show.evaluation import between
from rnn_names.show.pictures import draw
from rnn_names.show.training import (
    better_judge,
    calibration_line,
    chosen_line,
    could_start,
    epoch_line,
    epoch_name,
    few_names,
    folds_lines,
    left_out_lines,
    saved_line,
    seen_before,
    small_line,
    step_line,
)
from rnn_names.training.folds import FoldReport
from rnn_names.training.loop import EpochReport

if TYPE_CHECKING:
    from rnn_names.training.run import Training
    from rnn_names.training.trainer import StepReport


class Progress:
    """Reports one training on standard error, and its accuracy in `out`; when quiet, it only draws."""

    def __init__(
        self, training: "Training", pictures: Mapping[str, Path], out: TextIO, quiet: bool
    ) -> None:
        self.training = training
        self.pictures = pictures
        self.out = out
        self.quiet = quiet
        self.folds: list[FoldReport] = []
        # disable=None: no bar where stderr is not a terminal; there each epoch prints a line instead.
        self.bar = tqdm(desc="training", unit="step", leave=False, disable=True if quiet else None)

    def say(self, text: str) -> None:
        """A line."""
        if not self.quiet:
            with suppress(BrokenPipeError):  # training goes on if nobody reads its progress
                typer.echo(text, err=True)

    def begin(self, resumed: bool) -> None:
        """The data and the network."""
        parts, network = self.training.data.parts, self.training.network
        self.say(
            f"{self.training.read:,} names read; {len(parts.train):,} to train, "
            f"{len(parts.val):,} to validate, {len(parts.test):,} to test; "
            f"{network.countries} labels, {network.symbols} symbols"
        )
        self.say(chosen_line(self.training))
        told = (
            *few_names(parts, folds=self.training.job.folds),
            *could_start(self.training),
            *seen_before(self.training),
            *left_out_lines(self.training.left_out),
        )
        for line in told:
            self.say(line)
        if self.training.small:
            self.say(small_line(self.training.small, self.training.config.min_per_label))
        if not parts.val:
            self.say(
                "the validation part is empty: the last epoch is kept, and probabilities are not calibrated"
            )
        if resumed:
            self.say(f"resumed after {self._name(-1)}")

    def fold(self, event: "StepReport | FoldReport") -> None:
        """A step moves the bar, a fold prints a line."""
        if not isinstance(event, FoldReport):
            self.bar.total = event.steps
            self.bar.update(event.step - self.bar.n)
            return
        self.folds.append(event)
        metrics = event.evaluation.metrics
        with self.bar.external_write_mode(sys.stderr):
            self.say(
                f"fold {event.fold}/{self.training.job.folds}  accuracy {metrics.accuracy:.3f}  "
                f"NLL {metrics.nll:.3f}  {metrics.n:,} names"
            )
        self.bar.reset()

    def folds_end(self) -> None:
        """The figures of all folds."""
        assert self.training.folds is not None  # the last fold was scored
        if not self.quiet:
            typer.echo("\n".join(folds_lines(self.folds, self.training.folds)), self.out)

    def event(self, event: "StepReport | EpochReport") -> None:
        """A step moves the bar, an epoch prints a line."""
        if not isinstance(event, EpochReport):
            self.bar.total = event.steps
            self.bar.update(event.step - self.bar.n)
            self.bar.set_postfix_str(step_line(event, self.training.history), refresh=False)
            return
        with self.bar.external_write_mode(sys.stderr):
            self.say(epoch_line(event, self.training.config))

    def stopped(self, stop: BaseException) -> None:
        """The files that an unfinished training has left, and how to resume it."""
        self.bar.close()
        if self.training.best:
            self._draw()
        if isinstance(stop, KeyboardInterrupt | SystemExit):
            with suppress(OSError):  # without a terminal there is nobody to tell
                typer.echo(f"stopped; {self.kept()}", err=True)

    def kept(self) -> str:
        """Where the best model so far is, and how to resume."""
        go_on = "; --resume continues" if self.training.unfinished.exists() else ""
        if not self.training.best:
            return f"nothing was saved{go_on}"
        return f"the best so far, {self._name(self.training.kept)}, is in {self.training.job.output}{go_on}"

    def end(self) -> None:
        """Which epoch was kept, how good it is, and what to try next."""
        self.bar.close()
        self._draw()
        training, output = self.training, self.training.job.output
        parts = training.data.parts
        self.say(f"saved {output}: {saved_line(training)}")
        before, after = (training.history[training.kept][key] for key in ("ece_before", "ece"))
        if training.best and before is not None and after is not None:
            figures = training.best.temperature, before, after, len(parts.val)
            self.say(calibration_line(*figures, better_judge(training, model_option(output))))
        if parts.test and not self.quiet:
            scored = NameClassifier.load(output).score(parts.test)
            metrics, low_high = scored.metrics, scored.intervals["accuracy"]
            typer.echo(
                f"test part: accuracy {metrics.accuracy:.3f} ({between(low_high)}), "
                f"top-3 {metrics.top3_accuracy:.3f}, "
                f"macro-F1 {metrics.macro_f1:.3f}, NLL {metrics.nll:.3f}, ECE {metrics.ece:.3f}, "
                f"{metrics.n:,} names",
                self.out,
            )
        example = next(
            (e.name for part in (parts.test, parts.train) for e in part if e.name.isalpha()), "NAME"
        )
        self.say(f"try it: rnn-names predict{model_option(output)} {example}")
        if training.replaces:
            self.say(f"{output} replaced the model that was there before")

    def _name(self, place: int) -> str:
        entry = self.training.history[place]
        return epoch_name(entry["network"], entry["epoch"], self.training.config)

    def _draw(self) -> None:
        draw("train", self.pictures, self.training.history, self.training.config.clip_norm)
