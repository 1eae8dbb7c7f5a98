"""The countries of the world: ISO 3166 codes, names, population and region of each.

The table is countries.tsv, made from the Unicode CLDR by data/territories.py.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rnn_names.names.spelling import fold

TABLE = Path(__file__).with_name("countries.tsv")


class Country(NamedTuple):
    """A row of the table: ISO 3166 codes, English name, people, M49 region, other names."""

    alpha2: str
    alpha3: str
    name: str
    population: int
    region: str
    other_names: tuple[str, ...]


@cache
def countries() -> tuple[Country, ...]:
    """Every country of the table, sorted by name."""
    _, *rows = TABLE.read_text(encoding="utf-8").splitlines()
    cells = (row.split("\t") for row in rows)
    return tuple(
        Country(alpha2, alpha3, name, int(people), region, tuple(filter(None, others.split(";"))))
        for alpha2, alpha3, name, people, region, others in cells
    )


def _key(text: str) -> str:
    """What all spellings of a country's name share: small base letters, no signs, no article."""
    return "".join(filter(str.isalnum, fold(text.replace("&", " and ")).removeprefix("the ")))


@cache
def _exact() -> dict[str, Country]:
    """Every country by its name as it is written here: most labels are, and folding takes time."""
    return {country.name: country for country in countries()}


@cache
def _names() -> dict[str, Country]:
    """Every country by the key of each of its names."""
    named = {_key(country.name): country for country in countries()}
    for country in countries():
        for name in country.other_names:
            named.setdefault(_key(name), country)
    return named


@cache
def _codes() -> dict[str, Country]:
    return {_key(code): country for country in countries() for code in country[:2]}


def country_of(text: str) -> Country | None:
    """The country with this name or ISO 3166 code, in any case, with or without accents; else None."""
    key = _key(text)
    return _names().get(key) or _codes().get(key)


def all_countries(labels: Iterable[str]) -> bool:
    """Whether every label is the name of a country: codes do not count, for `IT` may be a department."""
    return all(label in _exact() or _key(label) in _names() for label in labels)


def country_named(label: str) -> Country:
    """The country that a label names. Raises KeyError."""
    return _exact().get(label) or _names()[_key(label)]
