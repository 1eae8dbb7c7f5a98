"""Loss, accuracy and gradients of every epoch: a picture."""

from collections.abc import Mapping, Sequence

from rnn_names.show.charts import line_chart
from rnn_names.show.svg import COLOURS, Panel, grid

VALIDATION, TRAINING = ", validation", ", training"
DASHES = {VALIDATION: "", TRAINING: "2 4", "": ""}


def draw(history: Sequence[Mapping[str, float | None]], clip_norm: float) -> tuple[Panel, str]:
    """The curves of a training, with their title."""
    return training_curves(history, clip_norm), "Curves of the training"


def training_curves(history: Sequence[Mapping[str, float | None]], clip_norm: float) -> Panel:
    """The figures of each epoch, with a colour for each network.

    `history` has the fields of `training.history`. Loss and accuracy of the country are those of the
    average of the networks so far, in one unit for both parts. The objective is another figure: the
    loss that one network minimises. A figure that was never measured has no line, and a panel without lines
    is left out.
    """
    panels: list[Panel] = []

    def chart(
        title: str,
        label: str,
        fields: Mapping[str, str],
        several: str = "network {}",
        share: bool = False,
    ) -> None:
        series: dict[str, list[tuple[float, float]]] = {}
        looks: dict[str, tuple[str, str]] = {}
        for entry in history:
            number, epoch = entry["network"], entry["epoch"]
            for field, part in fields.items():
                value = entry.get(field)
                if number is not None and epoch is not None and value is not None:
                    name = (several.format(number) if number > 1 else "network 1") + part
                    series.setdefault(name, []).append((epoch, value))
                    looks[name] = f"c{(int(number) - 1) % COLOURS}", DASHES[part]
        clip = (f"clip norm {clip_norm:g}", clip_norm) if "grad_norm" in fields and clip_norm else None
        values = [value for points in series.values() for _, value in points] + [clip_norm] * bool(clip)
        log = "grad_norm" in fields and min(values, default=0) > 0 and max(values) > 10 * min(values)
        if series:
            panels.append(
                line_chart(series, title, "epoch", label, log=log, share=share, level=clip, looks=looks)
            )

    losses = {"val_loss": VALIDATION, "train_loss": TRAINING}
    accuracies = {"val_accuracy": VALIDATION, "train_accuracy": TRAINING}
    chart("Loss of the answer", "nats", losses, "average of {}")
    chart("Accuracy", "share of names", accuracies, "average of {}")
    chart("Objective: all losses, as trained on", "nats", {"loss": ""})
    chart("Gradient norm", "mean, before clipping", {"grad_norm": ""})
    if clip_norm:
        chart("Clipped steps", "share of steps", {"clipped": ""}, share=True)
    return grid(panels, 2)
