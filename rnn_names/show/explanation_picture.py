"""Explanations as a picture: the effect of each letter, and a row of shares for each symbol read."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING

from rnn_names.show.explanation import prominent, ranked, shown_symbol
from rnn_names.show.svg import COLOURS, SIZE, Panel, grid, shape, short, text, tip, width

if TYPE_CHECKING:
    from rnn_names.insight.explain import Belief, Explanation


ROW, LONG, HALF = (
    1.75 * SIZE,
    600.0,
    120.0,
)  # pixels: height of a row, length of a full row, of the longest effect
LEFT, TOP, TITLE = 5.0 * SIZE, 2.0 * SIZE, 1.15 * SIZE
OTHERS = "others", "faint"  # the less likely countries, in grey
LEAST = 1e-3  # smallest visible share of a row


def draw(explanations: Sequence["Explanation"], countries: Sequence[str], top_k: int) -> tuple[Panel, str]:
    """The names one below the other, with a title; a country has one colour in all of them."""
    coloured = prominent(explanations, countries, top_k)[:COLOURS]
    colours = {country: f"c{k}" for k, country in enumerate(coloured)}
    panels = [grid(_panels(e, countries, top_k, colours)) for e in explanations]
    key = [_legend([*colours.items(), OTHERS])] if colours else []
    title = "What moved the answer: " + ", ".join(e.name for e in explanations)
    return grid([*key, *panels]), title


def _legend(entries: Iterable[tuple[str, str]]) -> Panel:
    """The colour of each country, side by side, in as many rows as needed."""
    shapes, x, y = [], 0.0, 0.0
    for label, colour in entries:
        long = 1.5 * SIZE + width(short(label))
        if x and x + long > LEFT + LONG:
            x, y = 0.0, y + 1.5 * SIZE
        shapes.append(
            shape("rect", colour, x=x, y=y + 2, width=SIZE, height=SIZE, fill="currentColor")
            + text(x + 1.5 * SIZE, y + 2 + SIZE / 2, short(label))
        )
        x += long + SIZE
    return Panel("".join(shapes), LEFT + LONG, y + 1.5 * SIZE)


def _panels(
    e: "Explanation", countries: Sequence[str], top_k: int, colours: Mapping[str, str]
) -> list[Panel]:
    answer, p = ranked(e.p, countries, 1)[0]
    said = f": {short(answer)} {p:.0%}" if e.country else ": nothing to read"
    title = short(e.name) + said
    head = Panel(text(0, SIZE, title, size=1.3 * SIZE), width(title, 1.3 * SIZE), TOP)
    if e.country is None:
        return [head]
    read = [
        _beliefs(direction, beliefs, countries, top_k, colours) for direction, beliefs in e.beliefs.items()
    ]
    return [head, _effects(e, countries, colours), *read]


def _effects(e: "Explanation", countries: Sequence[str], colours: Mapping[str, str]) -> Panel:
    """A bar for each letter: to the right if it speaks for the country, to the left if for the others."""
    about = e.country or ""
    title = f"log-odds of {short(about)}, by letter"
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
        colour = colours.get(about, OTHERS[1]) if towards else OTHERS[1]
        shapes.append(shape("rect", colour, x=x, y=y + 2, width=long, height=ROW - 4, fill="currentColor"))
        (country, p), *_ = ranked(letter.p, countries, 1)
        said = f"{letter.effect:+.2f}, without it {short(country)} {p:.0%}"
        at = middle + (long if towards else 0) + 6
        shapes.append(text(at, y + ROW / 2, said, colour="faint"))
        wide = max(wide, at + width(said))
    return Panel("".join(shapes), wide, TOP + len(e.letters) * ROW)


def _beliefs(
    direction: str,
    beliefs: Iterable["Belief"],
    countries: Sequence[str],
    top_k: int,
    colours: Mapping[str, str],
) -> Panel:
    """A row for each symbol read: the likeliest countries side by side, each as wide as its probability.

    All other countries follow as one, as wide as their joint probability.
    """
    shapes = [text(0, SIZE, f"{direction}, after each letter", size=TITLE)]
    y = TOP
    for belief in beliefs:
        shapes.append(text(LEFT - 6, y + ROW / 2, shown_symbol(belief.symbol), "end"))
        x = LEFT
        likeliest = ranked(belief.p, countries, top_k)
        rest = 1 - sum(p for _, p in likeliest)
        for country, p in [*likeliest, *([(OTHERS[0], rest)] if rest > LEAST else [])]:
            said = f"{country} {p:.0%}"
            # A pixel of paper between two countries separates them without colours.
            shapes.append(
                shape("rect", colours.get(country, OTHERS[1]), tip(said), x=x, y=y + 2,
                      width=max(LONG * p - 1, 0), height=ROW - 4, fill="currentColor")
            )  # fmt: skip
            if inside := _fitting(short(country), f"{short(country)} {p:.0%}", LONG * p - 8):
                shapes.append(text(x + 4, y + ROW / 2, inside, colour="paper"))
            x += LONG * p
        y += ROW
    return Panel("".join(shapes), LEFT + LONG, y)


def _fitting(country: str, said: str, room: float) -> str:
    """The text, the country alone, its beginning, or nothing: the longest that fits."""
    cuts = (country[:k] + "…" for k in range(len(country) - 1, 1, -1))
    return next((label for label in (said, country, *cuts) if width(label) <= room), "")
