"""The figures of each epoch that a model file keeps."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnn_names.training.loop import EpochReport


def history_entry(report: "EpochReport") -> dict[str, float | None]:
    """The figures of an epoch that a checkpoint keeps."""
    v = report.validation
    return {
        "network": report.network,
        "epoch": report.epoch,
        "loss": report.loss,
        "train_loss": report.training.nll,
        "train_accuracy": report.training.accuracy,
        "grad_norm": report.grad_norm,
        "clipped": report.clipped,
        "clip_factor": report.clip_factor,
        "lr": report.lr,
        "val_loss": v.nll if v else None,
        "val_accuracy": v.accuracy if v else None,
        "temperature": report.temperature,
        "ece_before": report.ece_before,
        "ece": v.ece if v else None,
        "kept": int(report.members is not None),
    }
