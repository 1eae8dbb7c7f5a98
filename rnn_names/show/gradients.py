"""Curves of gradients as a table for people and as JSON for programs."""

import json
import math
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, TextIO

from rnn_names.show.tables import new_console, new_table, print_table

if TYPE_CHECKING:
    from rnn_names.insight.gradients import Curve


BARS = "▁▂▃▄▅▆▇█"
SAME = 4  # the bar of a norm as long as the nearest one
LEGEND = (
    f"‖∂L/∂h‖ by the distance from the end, which is at the left: a bar up or down is a factor of ten, "
    f"{BARS[SAME]} as at the end, {BARS[0]} 1/10,000 or less, {BARS[-1]} 1,000-fold or more, blank none. "
    "It holds where it ends within a factor of 1,000."
)

History = Sequence[dict[str, float | None]]


def write_curves(curves: "Sequence[Curve]", history: History, clip_norm: float, file: TextIO) -> None:
    """A line for each curve, and for a trained network how often clipping acted."""
    console = new_console(file)
    points = max(len(curve.norms) for curve in curves)
    width = min(max(console.width - 56, 8), 50, points)
    table = new_table("network", "σ of W", f"0–{points - 1}", "a step", "verdict")
    table.columns[2].justify = "left"
    for curve in curves:
        sigma = curve.singular_values
        table.add_row(
            label(curve),
            f"{sigma.min():.2g}–{sigma.max():.2g}",
            sparkline(curve, width, points),
            f"×{curve.per_step:.3f}",
            curve.verdict,
        )
    print_table(table, console)
    console.print(LEGEND)
    for line in clipping_lines(history, clip_norm):
        console.print(line)


def label(curve: "Curve") -> str:
    """What distinguishes a curve from the others."""
    if curve.start != "trained":
        return f"{curve.cell} {curve.start}"
    return f"{curve.network} {curve.direction}" + (" pooled" if curve.pooled else "")


def sparkline(curve: "Curve", width: int, points: int) -> str:
    """Up to `width` bars, for evenly spread distances of `points`; only those that the curve has."""
    shown = [round(k * (points - 1) / max(width - 1, 1)) for k in range(width)]
    return "".join(_bar(curve.norms[d], curve.norms[0]) for d in shown if d < len(curve.norms))


def _bar(norm: float, nearest: float) -> str:
    if not (norm > 0 and nearest > 0):
        return " "
    return BARS[min(max(SAME + round(math.log10(norm) - math.log10(nearest)), 0), len(BARS) - 1)]


def clipping_lines(history: History, clip_norm: float) -> list[str]:
    """For each trained network, the share of clipped steps of every epoch, and how much was clipped."""
    lines = []
    for network, entries in by_network(history):
        shares = [entry.get("clipped") or 0.0 for entry in entries]
        bars = "".join(BARS[round(share * (len(BARS) - 1))] for share in shares)
        share = sum(shares) / len(shares)
        line = f"clipping at {clip_norm:g}, network {network}: {bars} {share:.0%} of the steps"
        left = [entry["clip_factor"] for entry in entries if entry.get("clip_factor") is not None]
        if left:
            line += f", to {sum(left) / len(left):.2f} of the gradient in the mean"
        lines.append(line if clip_norm else f"network {network}: trained without clipping")
    return lines


def by_network(history: History) -> list[tuple[Any, list[dict[str, Any]]]]:
    """The entries of each trained network."""
    return [(key, list(entries)) for key, entries in groupby(history, lambda entry: entry.get("network"))]


def curves_json(curves: "Sequence[Curve]", history: History, clip_norm: float, length: int | None) -> str:
    """One object: the curves, and for a trained network the clipping in each epoch."""
    keys = ("network", "epoch", "grad_norm", "clipped", "clip_factor")
    return json.dumps(
        {
            "length": length,
            "curves": [
                {
                    "cell": curve.cell,
                    "start": curve.start,
                    "network": curve.network,
                    "direction": curve.direction,
                    "pooled": curve.pooled,
                    "verdict": curve.verdict,
                    "per_step": curve.per_step if math.isfinite(curve.per_step) else None,
                    "norms": curve.norms.tolist(),
                    "singular_values": curve.singular_values.tolist(),
                }
                for curve in curves
            ],
            "clip_norm": clip_norm,
            "clipping": [{key: entry.get(key) for key in keys} for entry in history],
        },
        indent=2,
    )
