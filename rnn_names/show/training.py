"""The progress of a training, as lines of text."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_names.model.recipe import TrainConfig
    from rnn_names.training.loop import EpochReport
    from rnn_names.training.trainer import StepReport


def calibration_line(temperature: float, before: float, after: float, names: int) -> str:
    """The effect of the temperature on the ECE of the validation part; a warning if the ECE rises.

    The temperature minimises the loss. The ECE is another figure and may rise.
    """
    was, now, found = f"{before:.3f}", f"{after:.3f}", f"temperature {temperature:.2f}"
    if now < was:
        return f"calibrated on the validation part: {found}, ECE {was} before, {now} after"
    if now == was:
        return f"the ECE of the validation part stays {now}: {found}"
    return (
        f"warning: {found} has the lowest loss, but raises the ECE of the validation part: {was} before, "
        f"{now} after ({names:,} names); rely on the ECE of a test part"
    )


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
    line = "  ".join([name, *figures, f"gradient {report.grad_norm:.2f}"])
    return line + ("  *" if report.members else "")
