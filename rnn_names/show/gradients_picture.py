"""Curves of gradients as a picture."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rnn_names.show.charts import line_chart
from rnn_names.show.gradients import History, by_network, label
from rnn_names.show.svg import Panel, grid

if TYPE_CHECKING:
    from rnn_names.insight.gradients import Curve


def draw(curves: "Sequence[Curve]", history: History) -> tuple[Panel, str]:
    """The curves and singular values of each cell or trained network, then how clipping acted."""
    panels = []
    for (cell, _), group in groupby(curves, lambda curve: (curve.cell, curve.network)):
        own = list(group)
        panels.append(
            line_chart(
                {
                    f"{label(curve)}: {curve.verdict}": list(enumerate(curve.norms.tolist()))
                    for curve in own
                },
                f"{cell}: ‖∂L/∂h‖",
                "steps from the end",
                log=True,
            )
        )
        panels.append(
            line_chart(
                {
                    label(curve): list(enumerate(sorted(curve.singular_values.ravel().tolist())[::-1], 1))
                    for curve in own
                    if not curve.pooled
                },
                f"{cell}: singular values of W",
                "from the largest",
                level=("1", 1.0),
            )
        )
    if history:
        acted = {}
        for network, entries in by_network(history):
            for key, said in (
                ("clipped", "share of steps clipped"),
                ("clip_factor", "left of the gradient"),
            ):
                points = [
                    (entry["epoch"], entry[key])
                    for entry in entries
                    if entry.get("epoch") is not None and entry.get(key) is not None
                ]
                if points:
                    acted[f"{network}: {said}"] = points
        panels.append(line_chart(acted, "clipping", "epoch"))
    return grid(panels, 2), "How far back gradients reach"
