"""Predictions as maps of the world: for each name the probability of every country."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from math import sqrt
from pathlib import Path
from typing import NamedTuple

from rnn_names.model.threshold import UNKNOWN
from rnn_names.names.countries import countries, country_named
from rnn_names.show.prediction import Prediction
from rnn_names.show.svg import SIZE, Panel, grid, number, shape, short, text, tip, width

WORLD = Path(__file__).with_name("world.txt")  # made by data/outlines.py, which describes its format
UNIT = 0.1  # pixels
LEAST, MOST = 20.0, 50.0  # radius of the dot of a small country, impossible and certain, in units
KEY = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0)  # probabilities in the legend
HATCHED = "unknown"  # the id of the pattern


class World(NamedTuple):
    """The size of the map, the outlines of large countries, and the places of small ones, by code."""

    width: float
    height: float
    outlines: dict[str, str]
    dots: dict[str, tuple[float, float]]


class Shade(NamedTuple):
    """How likely a country is, None if the model does not know it; and the text of its tooltip."""

    probability: float | None
    said: str


@cache
def world() -> World:
    """The map, read from the package."""
    size, *rows = WORLD.read_text(encoding="utf-8").splitlines()
    across, down = map(float, size.split())
    found = World(across, down, {}, {})
    for code, outline in (row.split("\t") for row in rows):
        if outline.startswith("M"):
            found.outlines[code] = outline
        else:
            x, y = map(float, outline.split())
            found.dots[code] = x, y
    return found


def draw(predictions: Sequence[Prediction]) -> tuple[Panel, str]:
    """A map for each name, one below the other, with a title.

    The predictions hold every label of the model, and each label is a country.
    """
    maps = [grid([_head(prediction), *_map(prediction)]) for prediction in predictions]
    return grid([_legend(), *maps]), "Where each name is common: " + "; ".join(map(_answer, predictions))


def _answer(prediction: Prediction) -> str:
    name = short(prediction.name) if prediction.name.strip() else "a blank name"
    if not prediction.guesses:
        return f"{name}: nothing to read"
    if prediction.country == UNKNOWN:
        return f"{name}: {UNKNOWN}"
    country, p = prediction.guesses[0]
    return f"{name}: {short(country)} {_percent(p)}"


def _head(prediction: Prediction) -> Panel:
    """The answer, and on its own line the other likely countries: a long name hides neither."""
    answer = _answer(prediction)
    unknown = prediction.country == UNKNOWN
    others = prediction.guesses[0 if unknown else 1 : 3]
    then = ", ".join(f"{short(country)} {_percent(p)}" for country, p in others)
    then = f"{'likeliest' if unknown else 'then'} {then}" if then else ""
    return Panel(
        text(0, SIZE, answer, size=1.3 * SIZE)
        + (text(0, 2.75 * SIZE, then, colour="faint") if then else ""),
        max(width(answer, 1.3 * SIZE), width(then)),
        3.5 * SIZE if then else 2 * SIZE,
    )


def _map(prediction: Prediction) -> list[Panel]:
    """The map of a name; empty for a name without a letter."""
    if not prediction.guesses:
        return []
    size, outlines, dots = world().width, world().outlines, world().dots
    shades = _shades(prediction)
    shapes = [
        shape("path", f"{_colour(shades[code])} border", tip(shades[code].said), d=outline,
              fill_rule="evenodd", **_fill(shades[code]))
        for code, outline in outlines.items()
    ]  # fmt: skip
    for code in sorted(dots, key=lambda code: shades[code].probability or 0):  # the likeliest on top
        shapes.append(_dot(dots[code], shades[code]))
    inside = shape("g", "", "\n" + "".join(shapes), transform=f"scale({UNIT})", stroke_width=0.5 / UNIT)
    return [Panel(inside, size * UNIT, world().height * UNIT)]


def _dot(place: tuple[float, float], shade: Shade) -> str:
    """A small country: the likelier, the larger. Paper covers what is drawn below it."""
    x, y = place
    r = LEAST + (MOST - LEAST) * sqrt(shade.probability or 0)
    paper = shape("circle", "paper", cx=x, cy=y, r=r, fill="currentColor")
    colour = f"{_colour(shade)} border"
    return paper + shape("circle", colour, tip(shade.said), cx=x, cy=y, r=r, **_fill(shade))


def _shades(prediction: Prediction) -> Mapping[str, Shade]:
    """The shade of every country of the world, by code. Labels of one country count together."""
    known: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for label, p in prediction.guesses:
        known[country_named(label).alpha2].append((label, p))
    shades = {
        country.alpha2: Shade(None, f"{country.name}: not known to the model") for country in countries()
    }
    for code, labels in known.items():
        said = ", ".join(f"{label}: {_percent(p)}" for label, p in labels)
        shades[code] = Shade(min(sum(p for _, p in labels), 1.0), said)
    return shades


def _percent(p: float) -> str:
    return f"{p:.1%}" if p >= 0.001 else "below 0.1%"


def _colour(shade: Shade) -> str:
    return "rule" if shade.probability is None else "heat"


def _fill(shade: Shade) -> dict[str, float | str]:
    """One hue, denser for likelier countries: by the root of the probability, to show small ones."""
    if shade.probability is None:
        return {"fill": f"url(#{HATCHED})"}
    return {"fill": "currentColor", "fill_opacity": sqrt(shade.probability)}


def _legend() -> Panel:
    """The legend. It also defines the pattern of unknown countries, once for all maps."""
    side, wide = 1.5 * SIZE, 4.0 * SIZE
    stripes = shape("rect", "paper", width=40, height=40, fill="currentColor") + shape(
        "path", "rule", d="M-10 10l20-20M0 40l40-40M30 50l20-20", stroke="currentColor", stroke_width=9
    )
    pattern = shape("pattern", "", stripes, id=HATCHED, width=40, height=40, patternUnits="userSpaceOnUse")
    title = "probability of a country"
    shapes, x = [shape("defs", "", pattern), text(0, side / 2, title)], width(title) + SIZE
    for p in KEY:
        shade = Shade(p, "")
        shapes.append(
            shape("rect", f"{_colour(shade)} border", "", x=x, y=0, width=wide, height=side, **_fill(shade))
            + text(x + wide / 2, 2.25 * SIZE, f"{p:.0%}", "middle", "faint")
        )
        x += wide
    said = "not known to the model"
    x += 2 * SIZE
    unknown = shape(
        "rect", "rule border", "", width=side / UNIT, height=side / UNIT, stroke_width=1 / UNIT,
        **_fill(Shade(None, "")),
    )  # fmt: skip
    shapes.append(shape("g", "", unknown, transform=f"translate({number(x)} 0) scale({UNIT})"))
    shapes.append(text(x + side + 6, side / 2, said))
    return Panel("".join(shapes), x + side + 6 + width(said), 3 * SIZE)
