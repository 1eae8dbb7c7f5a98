"""Explanations and worked numbers as tables for people and as JSON for programs."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

from rnn_names.report import new_console, printable

if TYPE_CHECKING:  # rich and NumPy are loaded only where they are needed
    from rich.console import Console
    from rich.text import Text

    from rnn_names.classifier import NameClassifier
    from rnn_names.encoding import FloatArray
    from rnn_names.explain import Belief, Explanation
    from rnn_names.worked import Worked

WIDEST = 100  # columns, where there is no terminal to fit
BAR, LEAST_BAR = 30, 5  # cells of the longest bar, and of one that is worth its room
LABEL = 16  # cells of a country's name in a row of bars; the rest is cut
OTHERS = ("cyan", "magenta", "yellow", "blue")  # colours of countries; the one in question is green


def explanations_json(
    explanations: Iterable["Explanation"], classifier: "NameClassifier", top_k: int
) -> str:
    """A list of one object for each name, in order: what `predict` says, and why. Log-odds are in nats."""
    return json.dumps([_record(e, classifier, top_k) for e in explanations], ensure_ascii=False, indent=2)


def _record(e: "Explanation", classifier: "NameClassifier", top_k: int) -> dict[str, Any]:
    def top(p: "FloatArray") -> list[dict[str, Any]]:
        guesses = ranked(p, classifier.countries, top_k)
        return [{"country": country, "probability": round(value, 6)} for country, value in guesses]

    best = top(e.p) if e.country else []
    return {
        "name": e.name,
        "country": best[0]["country"] if best else None,
        "probability": best[0]["probability"] if best else None,
        "top": best,
        "unknown_letters": classifier.unknown_letters(e.name),
        "about": e.country,
        "log_odds": _rounded(e.log_odds),
        "letters": [
            {"letter": x.letter, "effect": _rounded(x.effect), "top_without": top(x.p)} for x in e.letters
        ],
        **{
            direction: [
                {
                    "symbol": belief.symbol,
                    "log_odds": _rounded(belief.log_odds),
                    "change": _rounded(belief.change),
                    "top": top(belief.p),
                }
                for belief in beliefs
            ]
            for direction, beliefs in e.beliefs.items()
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 6)


def ranked(p: "FloatArray", countries: Sequence[str], top_k: int) -> list[tuple[str, float]]:
    """The `top_k` likeliest countries and their probabilities, likeliest first."""
    best = (-p).argsort(kind="stable")[:top_k]
    return [(countries[c], float(p[c])) for c in best]


def write_explanations(
    explanations: Iterable["Explanation"], classifier: "NameClassifier", top_k: int, file: TextIO
) -> None:
    """For each name the answer, what each letter did to it, and a row of bars for each letter read.

    Bars are full for the country in question and shaded for others, or against it: no colour is needed.
    """
    console = new_console(file)
    width = console.width if file.isatty() else WIDEST
    for place, e in enumerate(explanations):
        if place:
            console.print()
        name = printable(e.name)
        if e.country is None:
            console.print(f"{name}: nothing to read")
            continue
        answer = ranked(e.p, classifier.countries, top_k)
        letters = classifier.unknown_letters(e.name)
        mark = f" (unknown letters: {printable(letters)})" if letters else ""
        console.print(f"{name}{mark}: " + ", ".join(f"{printable(c)} {p:.0%}" for c, p in answer))
        _write_letters(e, classifier.countries, console, width)
        colours = _colours(e, classifier.countries, top_k)
        for direction, beliefs in e.beliefs.items():
            _write_beliefs(direction, beliefs, classifier.countries, top_k, colours, console, width)


def _write_letters(e: "Explanation", countries: Sequence[str], console: "Console", width: int) -> None:
    from rich.text import Text

    read = {
        direction: beliefs if direction == "forward" else beliefs[::-1]
        for direction, beliefs in e.beliefs.items()
    }
    effects = [None, *(letter.effect for letter in e.letters), None]
    answers = ["{} {:.0%}".format(*ranked(letter.p, countries, 1)[0]) for letter in e.letters]
    columns = [
        ["letter", *(shown_symbol(belief.symbol) for belief in read["forward"])],
        *([direction, *(_signed(b.change) for b in beliefs)] for direction, beliefs in read.items()),
        ["left out", *map(_signed, effects)],
        ["without it", "", *map(printable, answers), ""],
    ]
    widths = [min(max(map(_cells, column)), LABEL + len(" 100%")) for column in columns]
    longest = max(min(width - sum(widths) - 2 * len(widths), BAR), 0)
    most = max((abs(x) for x in effects if x is not None and math.isfinite(x)), default=0.0) or 1.0

    console.print(
        f"\nlog-odds of {printable(e.country or '')} moved by each letter (█ for, ▒ against)", style="bold"
    )
    for effect, row in zip([None, *effects], zip(*columns, strict=True), strict=True):
        letter, *numbers, answer = (_cut(cell, size) for cell, size in zip(row, widths, strict=True))
        right = [cell.rjust(size) for cell, size in zip(numbers, widths[1:], strict=False)]
        line = Text("  ".join([_padded(letter, widths[0]), *right, _padded(answer, widths[-1]), ""]))
        if effect is not None and math.isfinite(effect):
            size = round(abs(effect) / most * longest)
            line.append(*(("█" * size, "green") if effect > 0 else ("▒" * size, "red")))
        _print_line(line, console)


def _write_beliefs(
    direction: str,
    beliefs: Sequence["Belief"],
    countries: Sequence[str],
    top_k: int,
    colours: dict[str, str],
    console: "Console",
    width: int,
) -> None:
    from rich.text import Text

    rows = [(shown_symbol(belief.symbol), ranked(belief.p, countries, top_k)) for belief in beliefs]
    first = max(_cells(symbol) for symbol, _ in rows)
    label = min(max(_cells(printable(country)) for _, top in rows for country, _ in top), LABEL)

    def room(shown: int) -> int:
        return (width - first) // shown - label - len("   100% ")

    # As many countries side by side as leave each a bar.
    shown = next((k for k in range(len(rows[0][1]), 1, -1) if room(k) >= LEAST_BAR), 1)
    longest = max(min(room(shown), BAR), 0)
    country = next((printable(country) for country, colour in colours.items() if colour == "green"))
    console.print(f"\n{direction}, after each letter (█ {country}, ▒ others)", style="bold")
    for symbol, top in rows:
        line = Text(_padded(symbol, first))
        for country, p in top[:shown]:
            mark = "█" if colours[country] == "green" else "▒"
            line.append(f"  {_padded(printable(country), label)} {p:4.0%} ")
            line.append((mark * round(p * longest)).ljust(longest), colours[country])
        _print_line(line, console)


def _print_line(line: "Text", console: "Console") -> None:
    line.rstrip()
    console.print(line, no_wrap=True, overflow="ellipsis")


def shown_countries(e: "Explanation", countries: Sequence[str], top_k: int) -> list[str]:
    """The countries of which a belief is shown, each once, in the order in which they come."""
    beliefs = [belief for read in e.beliefs.values() for belief in read]
    return list(dict.fromkeys(c for belief in beliefs for c, _ in ranked(belief.p, countries, top_k)))


def _colours(e: "Explanation", countries: Sequence[str], top_k: int) -> dict[str, str]:
    """A colour for each country that is shown, the same wherever it is."""
    others = [country for country in shown_countries(e, countries, top_k) if country != e.country]
    colours = {country: OTHERS[k % len(OTHERS)] for k, country in enumerate(others)}
    return colours if e.country is None else {**colours, e.country: "green"}


def shown_symbol(symbol: str) -> str:
    """A letter or the word for what is none; a blank as a sign."""
    return "␣" if symbol == " " else printable(symbol)


def _signed(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:+.2f}"


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _cut(text: str, cells: int) -> str:
    from rich.cells import set_cell_size

    return text if _cells(text) <= cells else set_cell_size(text, cells - 1) + "…"


def _padded(text: str, cells: int) -> str:
    from rich.cells import set_cell_size

    return set_cell_size(_cut(text, cells), cells)


def worked_json(numbers: Iterable["Worked"]) -> str:
    """A list of one object for each name: the fields of Worked, with all digits."""
    records = [
        {key: value.tolist() if hasattr(value, "tolist") else value for key, value in asdict(w).items()}
        for w in numbers
    ]
    return json.dumps(records, ensure_ascii=False, indent=2)


def write_worked(w: "Worked", file: TextIO) -> None:
    """The numbers of a name in the order in which they are worked out, four decimals of each."""
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
