"""The progress of a training, as lines of text."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rnn_names.base.text import number_of, printable
from rnn_names.model.metrics import wilson
from rnn_names.model.recipe import SUITED, defaults
from rnn_names.model.shape import Shape
from rnn_names.names.selection import nameless_cells, unlabelled_rows
from rnn_names.show.evaluation import FEW, between

if TYPE_CHECKING:
    from rnn_names.model.provenance import CrossValidation
    from rnn_names.model.recipe import TrainConfig
    from rnn_names.names.selection import LeftOut
    from rnn_names.names.split import Split
    from rnn_names.training.folds import FoldReport
    from rnn_names.training.loop import EpochReport
    from rnn_names.training.run import Training
    from rnn_names.training.trainer import StepReport


def calibration_line(temperature: float, before: float, after: float, names: int, better: str) -> str:
    """The effect of the temperature on the ECE of the validation part; a warning if the ECE rises.

    The temperature minimises the loss. The ECE is another figure and may rise: then `better` says what
    tells more about the probabilities.
    """
    was, now, found = f"{before:.3f}", f"{after:.3f}", f"temperature {temperature:.2f}"
    off = f"probabilities are off by {now} on average (ECE)"
    if now < was:
        return f"calibrated on the validation part, {found}: {off}, by {was} before"
    if now == was:
        return f"calibration changes little, {found}: on the validation part, {off}"
    return (
        f"warning: {found} has the lowest loss, but on the validation part ({number_of(names, 'name')}) "
        f"{off}, by {was} before; {better}"
    )


def better_judge(training: "Training", option: str) -> str:
    """What tells more about the probabilities than the validation part; `option` chooses the new model."""
    if training.data.parts.test:
        return "rely on the ECE of the test part"
    if training.folds:
        return "rely on the NLL of the folds"
    return f"score names that it has not seen: rnn-names evaluate DATA{option}"


def step_line(report: "StepReport", history: list[dict[str, float | None]]) -> str:
    """The text beside the progress bar: this step, and the validation of the last epoch."""
    line = f"objective {report.loss:.3f}  gradient {report.grad_norm:.2f}"
    accuracy = history[-1]["val_accuracy"] if history else None
    return line if accuracy is None else f"{line}  val-accuracy {accuracy:.3f}"


def epoch_name(network: float | None, epoch: float | None, config: "TrainConfig") -> str:
    """The number of the epoch, and of its network if there are several."""
    name = f"epoch {epoch}/{config.epochs}"
    return f"network {network}/{config.networks}, {name}" if config.networks > 1 else name


def epoch_line(report: "EpochReport", config: "TrainConfig") -> str:
    """One line for an epoch: loss and accuracy of the country on the training and the validation part."""
    parts = {"train": report.training} | ({"val": report.validation} if report.validation else {})
    figures = [f"{part}-loss {m.nll:.3f}" for part, m in parts.items()]
    figures += [f"{part}-accuracy {m.accuracy:.3f}" for part, m in parts.items()]
    name = epoch_name(report.network, report.epoch, config)
    gradient = "" if report.grad_norm is None else f"gradient {report.grad_norm:.2f}"
    line = "  ".join(filter(None, [name, *figures, gradient]))
    return line + ("  *" if report.members else "")


LISTED = 10  # labels that a line names
FOLDS = 5  # that the warnings advise; each needs a name
STARTS = 3_000  # names, up to which a start from the bundled model was measured: see training/README.md


def chosen_line(training: "Training") -> str:
    """The training in a line: its start, the network's size, the epochs, the patience and the defaults."""
    network, config = training.network, training.config
    start = f"from {printable(training.info.base)}: " if training.info.base else ""
    count = f"{config.networks} × " if config.networks > 1 else ""
    patience = f"patience {config.patience}" if config.patience else "no early stop"
    epochs = "1 epoch" if config.epochs == 1 else f"{config.epochs} epochs"
    return (
        f"{start}{count}{network.cell} of {network.hidden_size} units, "
        f"{network.inputs - network.symbols:,} n-grams; {epochs}, {patience}; "
        f"defaults for {SUITED[defaults(training.read, bool(training.info.base))]}"
    )


def left_out_lines(rows: "LeftOut") -> list[str]:
    """A line about the rows that are left out, if there are any."""
    told = [
        *([unlabelled_rows(rows.unlabelled)] if rows.unlabelled else []),
        *([nameless_cells(rows.nameless)] if rows.nameless else []),
        *([f"{number_of(rows.above, 'row')} above --max-per-label"] if rows.above else []),
        *([number_of(rows.repeated, "repeated row")] if rows.repeated else []),
    ]
    return [f"left out: {', '.join(told)}"] if told else []


def small_line(small: Mapping[str, int], least: int) -> str:
    """The labels that are left out, with their numbers of names."""
    told = [f"{printable(label)} ({n:,})" for label, n in small.items()]
    rest = f" and {len(told) - LISTED:,} more" if len(told) > LISTED else ""
    labels = number_of(len(told), "label")
    return f"left out: {labels} of fewer than {least:,} names: {', '.join(told[:LISTED])}{rest}"


def few_names(parts: "Split", folds: int) -> Iterator[str]:
    """Warnings about small parts, and the labels that have one name."""
    labels = Counter(example.country for part in parts for example in part)
    single = sorted(label for label, n in labels.items() if n == 1)
    enough = labels.total() - len(single) >= FOLDS
    remedy = f"--folds {FOLDS} scores every name" if enough else "give labels more names"
    if single:
        which = ", ".join(printable(label) for label in single[:5]) + (", …" if len(single) > 5 else "")
        yield f"one name only, kept in training, so that no figure tells how well it is known: {which}"
    if 0 < len(parts.val) < FEW:
        yield (
            f"warning: {len(parts.val)} names to validate: they choose the best epoch and the temperature, "
            "and chance has a part in that"
        )
    if 0 < len(parts.test) < FEW:
        n = len(parts.test)
        low, high = wilson(0.8 * n, n)
        yield (
            f"warning: {n} names to test: an accuracy of 0.80 would mean {low:.2f} to {high:.2f}; {remedy}"
        )
    if not parts.test and not folds:
        yield f"no names to test: nothing tells how good the model is; {remedy}"


def could_start(training: "Training") -> list[str]:
    """The advice to start from the bundled model, for few names if the recipe does not say the network."""
    of_network = training.job.recipe.keys() & Shape.__dataclass_fields__.keys()
    if training.read > STARTS or training.info.base or of_network:
        return []
    return ["so few names are often learned better from the bundled model: --from bundled"]


def seen_before(training: "Training") -> list[str]:
    """A note if the model to start from had a smaller test part, or another one."""
    base, config = training.plan.base, training.config
    if not base or base.bundled or not training.data.parts.test:
        return []
    had = base.model.training
    if config.seed == had.seed and config.test_split <= had.test_split:
        return []  # every name of the test part would have been in that of the base
    return [f"note: {printable(base.name)} may know some names of the test part, which then looks better"]


def folds_lines(reports: "Sequence[FoldReport]", found: "CrossValidation") -> list[str]:
    """The figures of a cross-validation: over all names together, and the mean over the folds."""
    from rnn_names.training.folds import pooled

    whole = pooled(reports)
    macro_f1 = f"macro-F1 {whole.metrics.macro_f1:.3f}"
    if "macro_f1" in whole.intervals:
        macro_f1 += f" ({between(whole.intervals['macro_f1'])})"
    return [
        f"{found.folds} folds, {found.names:,} names, each scored by a model that has not seen it: "
        f"accuracy {whole.metrics.accuracy:.3f} ({between(whole.intervals['accuracy'])}), {macro_f1}",
        f"mean of the folds and its standard error: {mean_line(found)}",
    ]


def mean_line(found: "CrossValidation") -> str:
    """The mean of each figure over the folds, with its standard error."""
    return (
        f"accuracy {found.accuracy:.3f} ± {found.accuracy_error:.3f}, "
        f"macro-F1 {found.macro_f1:.3f} ± {found.macro_f1_error:.3f}, "
        f"NLL {found.nll:.3f} ± {found.nll_error:.3f}"
    )


def saved_line(training: "Training") -> str:
    """The epoch that completed the model, and how many of the networks the model averages."""
    assert training.best is not None  # there is one at the end
    config, kept = training.config, len(training.best.members)
    entry = training.history[training.kept]
    why = "had the lowest validation loss" if training.data.parts.val else "was the last"
    if entry["epoch"] == 0:
        why = "is kept, the readout alone: no later one is clearly better on the validation part"
    line = f"{epoch_name(entry['network'], entry['epoch'], config)} {why}"
    if config.networks == 1:
        return line
    of_all = f"all {kept}" if kept == config.networks else f"{kept} of the {config.networks}"
    return f"{line}; the model {'averages' if kept > 1 else 'is'} {of_all} networks"
