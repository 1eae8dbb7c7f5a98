"""Pictures of an evaluation, and of a training: what stands in which panel."""

from collections.abc import Mapping, Sequence

import numpy as np

from rnn_names.confusion import Confusion
from rnn_names.metrics import CalibrationBins
from rnn_names.svg import SIZE, Axis, Panel, frame, grid, heat_map, line, line_chart, shape, text, tip

READ = 60  # countries up to which the squares of a confusion matrix have room for numbers


def confusion_matrix(confusion: Confusion) -> Panel:
    """A square for each true country (row) and answer (column), the darker the larger its share of the row.

    The shade is the root of the share, so that small ones are seen.
    """
    countries, counts, shares = confusion.countries, confusion.counts, confusion.shares
    few = len(countries) <= READ

    def tip_of(r: int, c: int) -> str:
        what = "found" if r == c else f"taken for {countries[c]}"
        return f"{countries[r]} {what}: {counts[r, c]:,} of {counts[r].sum():,} names"

    places = range(len(countries))
    return heat_map(
        np.sqrt(shares).tolist(),
        countries,
        countries,
        f"{counts.trace() / counts.sum():.1%} of {counts.sum():,} names found",
        "true country",
        "answer, in % of the row" if few else "answer",
        texts=[[f"{share:.0%}"[:-1] if share >= 0.005 else "" for share in row] for row in shares]
        if few
        else None,
        tips=[[tip_of(r, c) for c in places] for r in places],
        side=2 * SIZE if few else SIZE,
        diagonal=True,
    )


def reliability_diagram(bins: CalibrationBins) -> Panel:
    """Accuracy in each bin of confidence, beside the diagonal where both are equal; below, the names.

    A dot marks the bin's mean confidence on the diagonal: from it to the top of the bar is the bin's error.
    """
    n, accuracy, confidence = bins
    left, top, long, high = 5.5 * SIZE, 2.5 * SIZE, 480.0, 320.0
    x = Axis(0, 1, left, left + long)
    y = Axis(0, 1, top + high, top)
    title = f"Reliability: ECE {bins.ece:.3f}, {n.sum():,} names"
    above = [frame(x, y, title, "probability of the answer (dots: mean)", "accuracy")]
    names = Axis(0, 1.15 * float(n.max()), top + high / 3, top, whole=True)
    below = [frame(x, names, "", "probability of the answer", "names")]
    wide = long / len(n)
    for k in np.flatnonzero(n).tolist():
        edge = x.start + k * wide
        what = (
            f"{k / len(n):.3f} to {(k + 1) / len(n):.3f}: {n[k]:,} names, "
            f"accuracy {accuracy[k]:.3f}, mean probability {confidence[k]:.3f}"
        )
        for shapes, axis, value, colour in ((above, y, accuracy[k], "c0"), (below, names, n[k], "faint")):
            height = axis.place(float(value))
            shapes.append(
                shape("rect", colour, tip(what), x=edge + 1, y=height, width=wide - 2,
                      height=axis.start - height, fill="currentColor", fill_opacity=0.7)
            )  # fmt: skip
        said = f"{n[k]:,}"
        size = min(0.85 * SIZE, wide / (0.6 * len(said)))
        place = names.place(float(n[k])) - 0.6 * SIZE
        below.append(text(edge + wide / 2, place, said, "middle", "ink", size=size))
    above.append(line([(x.start, y.start), (x.end, y.end)], "ink", "1 4"))
    for k in np.flatnonzero(n).tolist():
        middle = x.place(float(confidence[k])), y.place(float(confidence[k]))
        above.append(line([middle], "c1", thick=6))
    width = x.end + SIZE
    return grid(
        [
            Panel("".join(above), width, top + high + 3.5 * SIZE),
            Panel("".join(below), width, top + high / 3 + 3.5 * SIZE),
        ]
    )


def training_curves(history: Sequence[Mapping[str, float | None]], clip_norm: float) -> Panel:
    """Losses, accuracy, gradient norm and clipped steps of each epoch, a line for each network.

    `history` has the fields of `report.history_entry`. The training loss is the sum of all that is trained
    on, the validation loss that of the country alone: they stand apart. Validation is of the average of the
    networks so far. What was never measured has no panel.
    """
    panels: list[Panel] = []

    def chart(field: str, title: str, label: str, several: str = "network {}", share: bool = False) -> None:
        series: dict[str, list[tuple[float, float]]] = {}
        for entry in history:
            number, epoch, value = entry["network"], entry["epoch"], entry.get(field)
            if number is not None and epoch is not None and value is not None:
                name = several.format(number) if number > 1 else "network 1"
                series.setdefault(name, []).append((epoch, value))
        clip = (f"clip norm {clip_norm:g}", clip_norm) if field == "grad_norm" and clip_norm else None
        values = [value for points in series.values() for _, value in points] + [clip_norm] * bool(clip)
        log = field == "grad_norm" and min(values, default=0) > 0 and max(values) > 10 * min(values)
        if series:
            panels.append(line_chart(series, title, "epoch", label, log=log, share=share, level=clip))

    chart("loss", "Training loss", "nats, all parts")
    chart("val_loss", "Validation loss", "nats, of the country", "average of {}")
    chart("val_accuracy", "Validation accuracy", "share of names", "average of {}")
    chart("grad_norm", "Gradient norm", "mean, before clipping")
    if clip_norm:
        chart("clipped", "Clipped steps", "share of steps", share=True)
    return grid(panels, 2)
