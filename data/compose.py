"""Compose the lists that the bundled model learns from, people/world/, of all lists in this folder.

`python data/compose.py` reads people/ (see people.py), world/, native/, surnames/ and given/, and writes
each name in the forms that people write, with its country and its weight among the names of the country.
The same lists give the same bytes. No name of test/ is in it, however it is spelled.
"""

import csv
import gzip
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from unicodedata import name as character_name

from sources import HERE

from rnn_names.names.spelling import split_key

OUTPUT = HERE / "people" / "world"
FULL, LAST = (
    30_000,
    15_000,
)  # people of a country, at most, whose full names, and family names alone, are read
FEWEST = 30  # names of a country
# A row of a parliament or a team says more of its country than one of an encyclopaedia; a common name most.
WEIGHTS = {"players": 2.0, "politicians": 2.0, "common": 9.0, "surnames": 1.0, "given": 0.5, "native": 2.0}
FAMILY_FIRST = {
    "China",
    "Taiwan",
    "South Korea",
    "North Korea",
    "Vietnam",
    "Hong Kong",
    "Macao",
    "Cambodia",
}
NO_BLANK = {"China", "Taiwan", "Hong Kong", "Japan", "South Korea", "North Korea"}  # 王伟 is one word
NATIVE = 3000  # full names of a country, at most, that are composed of names in its own letters


class Table:
    """Names with their country and weight."""

    def __init__(self) -> None:
        self.held_out = {split_key(row["name"]) for row in rows(HERE / "test" / "names.tsv.gz")}
        self.weights: dict[tuple[str, str], float] = {}

    def add_families(self, times: Counter[tuple[str, str]], weight: float) -> None:
        """Add family names alone, that so many people of a country have.

        Training weighs a name by the root of its weight: with a power of 2 a family name would count as
        often as people have it. With less no batch is all Smith, and full names are read better.
        """
        for (name, country), count in times.items():
            self.add(name, country, weight * count**1.5)

    def add(self, name: str, country: str, weight: float) -> None:
        """Add a name; of several weights the largest counts."""
        if name and split_key(name) not in self.held_out:
            self.weights[name, country] = max(self.weights.get((name, country), 0.0), weight)


def rows(path: Path) -> Iterator[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def is_latin(name: str) -> bool:
    return all("LATIN" in character_name(c, "") for c in name if c.isalpha())


def family_name(name: str, country: str) -> str:
    """The last word, or the first where family names stand first; "" of one word."""
    words = name.split()
    if len(words) < 2:
        return ""
    return words[0] if country in FAMILY_FIRST else words[-1]


def drawn(text: str, size: int = 8) -> bytes:
    """Bytes that depend on the text alone: a draw that no other row changes."""
    return blake2b(text.encode(), digest_size=size).digest()


def other_form(name: str, comma: int, reverse: int, initial: int, given_name: int) -> tuple[str, float]:
    """Another way to write some names, and its weight: "Doe, Jo", "Doe Jo", "J. Doe", "Jo"; else "".

    A number from 0 to 255 is drawn by the name. The form is the first one whose bound is above it.
    """
    *given, last = name.split()
    of_256 = drawn(f"x{name}")[0]
    if not given or of_256 >= given_name:
        return "", 0.0
    if of_256 < comma:
        return f"{last}, {' '.join(given)}", 1.0
    if of_256 < reverse:
        return f"{last} {' '.join(given)}", 1.0
    if of_256 < initial:
        return f"{given[0][0]}. {last}", 1.0
    return given[0], 0.5


def add_people(table: Table) -> None:
    """Full names and family names, some reversed, some with a comma, some with an initial."""
    of_country: dict[str, list[tuple[bytes, str, float]]] = defaultdict(list)
    for row in rows(HERE / "people" / "people.tsv"):
        of_country[row["country"]].append((drawn(row["name"]), row["name"], float(row["weight"])))
    families = Counter[tuple[str, str]]()
    for country, people in of_country.items():
        for place, (_, name, weight) in enumerate(sorted(people)[: max(FULL, LAST)]):
            if place < FULL:
                table.add(name, country, weight)
            if place < LAST:
                families[family_name(name, country), country] += 1
            if place < FULL and country not in FAMILY_FIRST:
                form, of_it = other_form(name, comma=20, reverse=40, initial=50, given_name=60)
                table.add(form, country, weight * of_it)
    table.add_families(families, 1.0)


def add_world(table: Table) -> None:
    """Footballers and members of parliaments, in any letters, and common names."""
    for kind in ("players", "politicians"):
        weight, families = WEIGHTS[kind], Counter[tuple[str, str]]()
        for row in rows(HERE / "world" / f"{kind}.tsv.gz"):
            name, country = row["name"], row["country"]
            table.add(name, country, weight)
            *given, last = name.split()
            if is_latin(name):
                families[family_name(name, country), country] += 1
            if not is_latin(name) or country in FAMILY_FIRST:
                if given and drawn(f"y{name}")[0] < 128:
                    table.add(last, country, weight)
            else:
                form, _ = other_form(name, comma=30, reverse=60, initial=60, given_name=100)
                table.add(form, country, weight)
        table.add_families(families, weight)
    for row in rows(HERE / "world" / "common.tsv"):
        table.add(row["name"], row["country"], WEIGHTS["common"])


def add_lists(table: Table) -> None:
    """Surnames and given names in Latin letters."""
    for kind in ("surnames", "given"):
        for path in sorted((HERE / kind).glob("*.txt")):
            for line in path.read_text(encoding="utf-8").splitlines():
                name, _, bearers = line.partition("\t")
                table.add(name, path.stem, float(bearers or 1) * WEIGHTS[kind])


def add_native(table: Table) -> None:
    """Family and given names in their own letters, and full names drawn from them."""
    lists: dict[str, dict[str, list[str]]] = {"family": defaultdict(list), "given": defaultdict(list)}
    for kind, of_kind in lists.items():
        for row in rows(HERE / "native" / f"{kind}.tsv"):
            of_kind[row["country"]].append(row["name"])
            table.add(row["name"], row["country"], WEIGHTS["native"])
    rng = random.Random(1)
    for country, families in sorted(lists["family"].items()):
        given_names = lists["given"][country]
        for _ in range(min(NATIVE, 2 * len(families) + len(given_names)) if given_names else 0):
            family, given = rng.choice(families), rng.choice(given_names)
            if country in NO_BLANK:
                name = family + given
            else:
                name = f"{given} {family}" if rng.random() < 0.6 else f"{family} {given}"
            table.add(name, country, 1.0)


def main() -> None:
    table = Table()
    for add in (add_people, add_world, add_lists, add_native):
        add(table)
    lists: dict[str, list[str]] = defaultdict(list)
    for (name, country), weight in sorted(table.weights.items()):
        lists[country].append(f"{name}\t{weight:g}\n")
    OUTPUT.mkdir(exist_ok=True)
    for old in OUTPUT.glob("*.txt"):
        old.unlink()
    for country, lines in lists.items():
        if len(lines) >= FEWEST:
            (OUTPUT / f"{country}.txt").write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
