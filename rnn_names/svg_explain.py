"""Explanations as SVG: for each name what each letter did, and a row of shares for each letter read."""

from collections.abc import Iterable, Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_names.report_explain import ranked, shown_countries, shown_symbol
from rnn_names.svg import COLOURS, SIZE, Panel, grid, shape, text, tip, width, write

if TYPE_CHECKING:
    from rnn_names.explain import Belief, Explanation

ROW, LONG, HALF = 1.75 * SIZE, 600.0, 120.0  # pixels: a row's height, a full row, the longest effect
LEFT, TOP, TITLE = 5.0 * SIZE, 2.0 * SIZE, 1.15 * SIZE


def write_picture(
    path: Path, explanations: Sequence["Explanation"], countries: Sequence[str], top_k: int
) -> None:
    """Draw the names one below the other. Raises OutputError."""
    panels = [grid(_panels(e, countries, top_k)) for e in explanations]
    write(path, grid(panels), "What moved the answer: " + ", ".join(e.name for e in explanations))


def _panels(e: "Explanation", countries: Sequence[str], top_k: int) -> list[Panel]:
    answer, p = ranked(e.p, countries, 1)[0]
    title = f"{e.name}: " + (f"{answer} {p:.0%}" if e.country else "nothing to read")
    head = Panel(text(0, SIZE, title, size=1.3 * SIZE), width(title, 1.3 * SIZE), TOP)
    if e.country is None:
        return [head]
    others = [country for country in shown_countries(e, countries, top_k) if country != e.country]
    colours = {country: f"c{1 + k % (COLOURS - 1)}" for k, country in enumerate(others)} | {e.country: "c0"}
    read = [
        _beliefs(direction, beliefs, countries, top_k, colours) for direction, beliefs in e.beliefs.items()
    ]
    return [head, _effects(e, countries), *read]


def _effects(e: "Explanation", countries: Sequence[str]) -> Panel:
    """A bar for each letter: to the right where it is for the country, to the left where against it."""
    title = f"log-odds of {e.country}, by letter"
    most = max((abs(x.effect) for x in e.letters if isfinite(x.effect)), default=0.0) or 1.0
    middle = LEFT + HALF
    shapes = [text(0, SIZE, title, size=TITLE)]
    wide = width(title, TITLE)
    for row, letter in enumerate(e.letters):
        y = TOP + row * ROW
        shapes.append(text(LEFT - 6, y + ROW / 2, shown_symbol(letter.letter), "end"))
        if not isfinite(letter.effect):
            continue
        long = abs(letter.effect) / most * HALF
        towards = letter.effect >= 0
        x = middle if towards else middle - long
        shapes.append(
            shape("rect", "c0" if towards else "c1", x=x, y=y + 2, width=long, height=ROW - 4,
                  fill="currentColor")
        )  # fmt: skip
        (country, p), *_ = ranked(letter.p, countries, 1)
        said = f"{letter.effect:+.2f}, without it {country} {p:.0%}"
        at = middle + (long if towards else 0) + 6
        shapes.append(text(at, y + ROW / 2, said, colour="faint"))
        wide = max(wide, at + width(said))
    return Panel("".join(shapes), wide, TOP + len(e.letters) * ROW)


def _beliefs(
    direction: str,
    beliefs: Iterable["Belief"],
    countries: Sequence[str],
    top_k: int,
    colours: dict[str, str],
) -> Panel:
    """A row for each symbol read: the likeliest countries side by side, each as wide as it is likely."""
    shapes = [text(0, SIZE, f"{direction}, after each letter", size=TITLE)]
    y = TOP
    for belief in beliefs:
        shapes.append(text(LEFT - 6, y + ROW / 2, shown_symbol(belief.symbol), "end"))
        shapes.append(
            shape("rect", "rule", x=LEFT, y=y + 2, width=LONG, height=ROW - 4, fill="none",
                  stroke="currentColor")
        )  # fmt: skip
        x = LEFT
        for country, p in ranked(belief.p, countries, top_k):
            said = f"{country} {p:.0%}"
            # A pixel of paper between two: so they are told apart without colours.
            shapes.append(
                shape("rect", colours[country], tip(said), x=x, y=y + 2, width=max(LONG * p - 1, 0),
                      height=ROW - 4, fill="currentColor")
            )  # fmt: skip
            if inside := _fitting(country, said, LONG * p - 8):
                shapes.append(text(x + 4, y + ROW / 2, inside, colour="paper"))
            x += LONG * p
        y += ROW
    return Panel("".join(shapes), LEFT + LONG, y)


def _fitting(country: str, said: str, room: float) -> str:
    """What is said, or the country alone, or the beginning of it, or nothing: what there is room for."""
    cuts = (country[:k] + "…" for k in range(len(country) - 1, 1, -1))
    return next((label for label in (said, country, *cuts) if width(label) <= room), "")
