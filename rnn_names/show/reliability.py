"""How often answers of each probability are right: a picture."""

import numpy as np

from rnn_names.model.evaluation import Evaluation
from rnn_names.model.metrics import UNKNOWN_LABEL, CalibrationBins, calibration_bins
from rnn_names.show.charts import Axis, frame, legend
from rnn_names.show.svg import SIZE, Panel, grid, line, shape, text, tip


def draw(scored: Evaluation) -> tuple[Panel, str]:
    """The diagram for the names whose country the model knows, with its title."""
    known = scored.truth != UNKNOWN_LABEL
    bins = calibration_bins(scored.probability[known], (scored.answer == scored.truth)[known])
    return reliability_diagram(bins), "How often answers are right"


def reliability_diagram(bins: CalibrationBins) -> Panel:
    """A dot for each bin: accuracy over mean confidence; below it, the number of names in each bin.

    A line through the dot is the 95% interval of the accuracy. On the diagonal both are equal. Above it,
    answers are right more often than their probability says; below it, less often.
    """
    n, accuracy, confidence = bins
    least, most = bins.interval()
    left, top, long, high = 5.5 * SIZE, 2.5 * SIZE, 480.0, 320.0
    x = Axis(0, 1, left, left + long)
    y = Axis(0, 1, top + high, top)
    title = f"Reliability: ECE {bins.ece:.3f}, {n.sum():,} names"
    above = [frame(x, y, title, "mean probability of the answers in a bin", "accuracy")]
    above.append(line([(x.start, y.start), (x.end, y.end)], "ink", "1 4"))
    names = Axis(0, 1.15 * float(n.max()), top + high / 3, top, whole=True)
    below = [frame(x, names, "", "probability of the answer", "names")]
    wide = long / len(n)
    filled = np.flatnonzero(n).tolist()
    dots = [(x.place(float(confidence[k])), y.place(float(accuracy[k]))) for k in filled]
    above.append(line(dots, "c0", thick=1))
    for k, (across, up) in zip(filled, dots, strict=True):
        edge = x.start + k * wide
        what = (
            f"{k / len(n):.3f} to {(k + 1) / len(n):.3f}: {n[k]:,} names, "
            f"mean probability {confidence[k]:.3f}, "
            f"accuracy {accuracy[k]:.3f} (95%: {least[k]:.3f} to {most[k]:.3f})"
        )
        ends = [(across, y.place(float(end))) for end in (least[k], most[k])]
        above.append(line(ends, "c0", thick=1.5))
        above += [line([(across - 4, end), (across + 4, end)], "c0", thick=1.5) for _, end in ends]
        above.append(shape("circle", "c0", tip(what), cx=across, cy=up, r=4, fill="currentColor"))
        height = names.place(float(n[k]))
        below.append(
            shape("rect", "faint", tip(what), x=edge + 1, y=height, width=wide - 2,
                  height=names.start - height, fill="currentColor", fill_opacity=0.7)
        )  # fmt: skip
        said = f"{n[k]:,}"
        size = min(0.85 * SIZE, wide / (0.6 * len(said)))
        below.append(text(edge + wide / 2, height - 0.6 * SIZE, said, "middle", "ink", size=size))
    key = legend(
        [("accuracy, with its 95% interval", "c0", ""), ("as often right as said", "ink", "1 4")],
        x.end + SIZE,
        top,
    )
    above.append(key.shapes)
    return grid(
        [
            Panel("".join(above), key.width, top + high + 3.5 * SIZE),
            Panel("".join(below), key.width, top + high / 3 + 3.5 * SIZE),
        ]
    )
