"""The worked numbers of a name as tables and as JSON."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, TextIO

from rnn_names.base.text import printable
from rnn_names.show.explanation import shown_symbol

if TYPE_CHECKING:
    from rnn_names.insight.worked import Worked


def worked_json(numbers: Iterable["Worked"]) -> str:
    """A list with one object for each name: the fields of Worked, with all digits."""
    records = [
        {key: value.tolist() if hasattr(value, "tolist") else value for key, value in asdict(w).items()}
        for w in numbers
    ]
    return json.dumps(records, ensure_ascii=False, indent=2)


def write_worked(w: "Worked", file: TextIO) -> None:
    """The numbers of a name in the order of their computation, with four decimals."""
    T, H = w.h.shape
    units = [str(k + 1) for k in range(H)]
    U = [[f"U {shown_symbol(s)}", *_four(row)] for s, row in zip(w.alphabet, w.U, strict=True)]
    W = [[f"W {unit}", *_four(row)] for unit, row in zip(units, w.W, strict=True)]
    V_out = [[f"V_out {unit}", *_four(row)] for unit, row in zip(units, w.V_out, strict=True)]
    symbols = [[str(t), shown_symbol(symbol)] for t, symbol in enumerate(w.symbols)]
    x = ["".join(str(int(entry)) for entry in row) for row in w.x]
    true = [int(country == w.country) for country in w.countries]
    blocks = [
        (f"{w.name}, a name of {w.country}", [["parameters", *units], *U, *W, ["b", *_four(w.b)]]),
        ("", [["", *w.countries], *V_out, ["c_out", *_four(w.c_out)]]),
        (
            "forward: a_t = x_t U + h_{t-1} W + b, h_t = f(a_t)",
            [
                ["t", "symbol", "x_t", *(f"{q}{unit}" for q in ("a_t ", "h_t ") for unit in units)],
                *([*symbols[t], x[t], *_four(w.a[t]), *_four(w.h[t])] for t in range(T)),
            ],
        ),
        (
            f"loss: z = h_{T - 1} V_out + c_out, p = softmax(z), L = -log p_y = {w.loss:.4f}, dz = p - y",
            [
                ["country", "y", "z", "p", "dz"],
                *(
                    [country, str(true[c]), *_four((w.z[c], w.p[c], w.dz[c]))]
                    for c, country in enumerate(w.countries)
                ),
            ],
        ),
        (
            f"backward: dh_{T - 1} = dz V_outᵀ, da_t = dh_t ∘ f'(a_t), dh_{{t-1}} = da_t Wᵀ",
            [
                ["t", "symbol", *(f"{q}{unit}" for q in ("dh_t ", "da_t ") for unit in units), "‖dh_t‖"],
                *(
                    [*symbols[t], *_four(w.dh[t]), *_four(w.da[t]), *_four([math.hypot(*w.dh[t])])]
                    for t in reversed(range(T))
                ),
            ],
        ),
    ]
    for place, (title, rows) in enumerate(blocks):
        if place:
            file.write("\n")
        if title:
            file.write(f"{printable(title)}\n")
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = [printable(cell).rjust(size) for cell, size in zip(row, widths, strict=True)]
            file.write("  ".join(cells).rstrip() + "\n")


def _four(values: Iterable[float]) -> list[str]:
    return [f"{round(float(value), 4) + 0.0:.4f}" for value in values]  # + 0.0: never -0
