"""Explanations as tables for people and as JSON for programs."""

import json
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from rnn_names.base.text import printable
from rnn_names.show.tables import left_out_line, new_console

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from rnn_names.base.arrays import FloatArray
    from rnn_names.insight.explain import Belief, Explanation
    from rnn_names.model.classifier import NameClassifier


WIDEST = 100  # columns without a terminal; many countries may take more
BAR, LEAST_BAR = 30, 5  # cells of the longest bar, and of the shortest useful one
LABEL = 16  # cells of a country's name in a row of bars; longer names are cut
COLOURS = ("green", "cyan", "magenta", "yellow", "blue", "red")  # of the likeliest countries


def explanations_json(
    explanations: Iterable["Explanation"], classifier: "NameClassifier", top_k: int
) -> str:
    """A list with one object for each name, in order: the answer and why. Log-odds are in nats."""
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
        "not_read": list(e.not_read),
        "about": e.country,
        "log_odds": _rounded(e.log_odds),
        "letters": [
            {"letter": x.letter, "effect": _rounded(x.effect), "top_without": top(x.p)} for x in e.letters
        ],
        "ngrams": [{"ngram": x.ngram, "effect": _rounded(x.effect)} for x in e.ngrams],
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
    """For each name the answer, the effect of each letter on it, and a row of bars for each symbol read.

    Bars are full for the country in question, and shaded for other countries or effects against it: no
    colour is needed. A country has one colour throughout.
    """
    console, narrow = new_console(file), file.isatty()
    colours = dict(zip(prominent(explanations, classifier.countries, top_k), COLOURS, strict=False))
    width = console.width if narrow else WIDEST
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
        if e.not_read:
            console.print(f"not read: {printable(', '.join(e.not_read))}")
        _write_letters(e, classifier.countries, colours.get(e.country, ""), console, width)
        strongest = [x for x in e.ngrams if abs(x.effect) >= 0.05][:STRONGEST]
        if strongest:
            told = ", ".join(f"{printable(x.ngram)} {x.effect:+.2f}" for x in strongest)
            console.print(f"\nn-grams that counted: {told}")
        left_out = [
            _write_beliefs(
                *(e.country, direction, beliefs, classifier.countries, top_k),
                *(colours, console, width, narrow),
            )
            for direction, beliefs in e.beliefs.items()
        ]
        if any(left_out):
            of_all = f"{len(answer)} {classifier.labels.words}"
            what = f"the {max(left_out)} least likely of {of_all} after each letter"
            console.print(f"\n{left_out_line([what])}")


STRONGEST = 6  # n-grams that are listed
TEXTS = ("letter", "without it")  # columns of texts; the others hold numbers


def _write_letters(
    e: "Explanation", countries: Sequence[str], colour: str, console: "Console", width: int
) -> None:
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
    left_out: list[str] = []
    while len(columns) > 2 and sum(widths) + 2 * (len(widths) - 1) > width:
        left_out.insert(0, columns.pop()[0])
        widths.pop()
    longest = max(min(width - sum(widths) - 2 * len(widths), BAR), 0)
    most = max((abs(x) for x in effects if x is not None and math.isfinite(x)), default=0.0) or 1.0

    console.print(
        f"\nlog-odds of {printable(e.country or '')} moved by each letter (█ for, ▒ against)", style="bold"
    )
    for effect, row in zip([None, *effects], zip(*columns, strict=True), strict=True):
        cells = [
            _padded(cell, size) if column[0] in TEXTS else cell.rjust(size)
            for cell, size, column in zip(row, widths, columns, strict=True)
        ]
        line = Text("  ".join([*cells, ""]))
        if effect is not None and math.isfinite(effect):
            size = round(abs(effect) / most * longest)
            line.append(*(("█" * size, colour) if effect > 0 else ("▒" * size, "")))
        _print_line(line, console)
    if left_out:
        console.print(left_out_line(left_out))


def _write_beliefs(
    about: str,
    direction: str,
    beliefs: Sequence["Belief"],
    countries: Sequence[str],
    top_k: int,
    colours: dict[str, str],
    console: "Console",
    width: int,
    narrow: bool,
) -> int:
    """Write the rows of a direction; return how many countries found no room on the terminal."""
    from rich.text import Text

    rows = [(shown_symbol(belief.symbol), ranked(belief.p, countries, top_k)) for belief in beliefs]
    first = max(_cells(symbol) for symbol, _ in rows)
    label = min(max(_cells(printable(country)) for _, top in rows for country, _ in top), LABEL)

    def room(shown: int) -> int:
        return (width - first) // shown - label - len("   100% ")

    # As many countries side by side as leave room for a bar each.
    shown = every = len(rows[0][1])
    while narrow and shown > 1 and room(shown) < LEAST_BAR:
        shown -= 1
    longest = max(min(room(shown), BAR), 0 if narrow else LEAST_BAR)
    console.print(f"\n{direction}, after each letter (█ {printable(about)}, ▒ others)", style="bold")
    for symbol, top in rows:
        line = Text(_padded(symbol, first))
        for country, p in top[:shown]:
            mark = "█" if country == about else "▒"
            line.append(f"  {_padded(printable(country), label)} {p:4.0%} ")
            line.append((mark * round(p * longest)).ljust(longest), colours.get(country, ""))
        _print_line(line, console)
    return every - shown


def _print_line(line: "Text", console: "Console") -> None:
    line.rstrip()
    console.print(line, no_wrap=True, overflow="ellipsis")


def prominent(explanations: Iterable["Explanation"], countries: Sequence[str], top_k: int) -> list[str]:
    """The countries of these beliefs, each once: those in question first, then the likeliest."""
    asked: dict[str, float] = {}
    largest: dict[str, float] = {}
    for e in explanations:
        if e.country is not None:
            asked[e.country] = 1.0
        for belief in (belief for read in e.beliefs.values() for belief in read):
            for country, p in ranked(belief.p, countries, top_k):
                largest[country] = max(p, largest.get(country, 0.0))
    return list(asked | dict(sorted(largest.items(), key=lambda item: -item[1])))


def shown_symbol(symbol: str) -> str:
    """A letter, or the word for another symbol; a blank as ␣."""
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
