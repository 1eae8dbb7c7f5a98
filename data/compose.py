"""Compose people/world/, the lists that the bundled model learns from, out of all lists in this folder.

`python data/compose.py` reads people/ (see people.py), world/, native/, surnames/ and given/, and writes
each name in the forms that people write, with its country and its weight among the names of the country.
Countries with few people get full names that are drawn from their family and given names. Where lists in
the letters of a country are few, its people are written in them, by sound or by rule.
The same lists give the same bytes. No name of test/ is in the result, in any spelling.
"""

import csv
import gzip
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import name as character_name

from by_rule import RULES, WRITERS, in_script, lao
from by_sound import LISTS_OF, Lists, drawn, drawn_from
from person import script
from romanise import ROMANISERS, serbian_cyrillic
from sources import HERE

from rnn_names.names.spelling import split_key

OUTPUT = HERE / "people" / "world"
PEOPLE = 40_000  # of a country, at most
FEWEST = 30  # names of a country
# How often a name counts. A row of a parliament or a team tells more about its country than a list does.
TIMES = {"players": 1.5, "politicians": 1.5, "surnames": 1.0, "given": 1.0, "native": 1.5}
COMMON = 0.004  # a common name is at least this share of the names of its kind, country and script
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
COMPOSED = 6000  # full names in Latin letters: a country with fewer gets composed ones, too
# How much the kinds of names of a country count together, and how often a name does, at most, because its
# kind is rare.
SHARES, MOST_TIMES = {"full": 0.5, "family": 0.35, "given": 0.15}, 4
# Countries whose romanisation is nearly one to one: a name is as frequent in its own letters as in Latin.
ALPHABETIC = {*ROMANISERS} - {"China", "Japan", "South Korea"}
# The share of names that are not in Latin letters. Otherwise the sources would decide it, and a script
# would tell the country with the longest list. Few names get less together: OF_ONE each.
OWN, OF_ONE = 0.25, 0.002
# In these countries a minority writes such letters: its names keep the share that they have.
OF_A_MINORITY = {"Malaysia", "Montenegro", "Singapore", "Vietnam"}
# This is subtracted from the number of times that a name was seen (absolute discounting: Ney, Essen, Kneser
# 1994): a name that was seen once may be there by chance. The kind's share falls by the same amount, for
# a family name alone says little about a country with few people.
DISCOUNT = 0.6
IN_DIGRAPHS = 0.2  # of the times that a name counts, its form in digraphs does
DIGRAPHS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "æ": "ae", "å": "aa", "ß": "ss"}
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Æ": "Ae", "Å": "Aa"}
)
WITH_DIGRAPHS = {
    *("Germany", "Austria", "Switzerland", "Liechtenstein", "Luxembourg", "Denmark", "Norway", "Sweden"),
    *("Finland", "Iceland", "Faroe Islands", "Greenland"),
}


class Name(NamedTuple):
    """How often a name counts among the names of its country, and its kind: full, family or given."""

    times: float
    kind: str


class Group(NamedTuple):
    """Names of a country that are alike: of a kind, in Latin letters or in others."""

    country: str
    kind: str
    latin: bool


class Table:
    """Names with their country and kind, and how often each counts."""

    def __init__(self) -> None:
        self.held_out = {split_key(row["name"]) for row in rows(HERE / "test" / "names.tsv.gz")}
        self.names: dict[tuple[str, str], Name] = {}
        self.taken = defaultdict[Group, float](float)  # by the discount
        self.seen = Counter[tuple[str, str, str]]()  # people of a country with a name of a kind, by its key
        self.reversed = set[tuple[str, str]]()  # other forms of full names

    def add(self, name: str, country: str, times: float, kind: str = "full") -> None:
        """Add a name, in digraphs too where they are written; of several counts the largest holds."""
        forms = {name: times}
        if country in WITH_DIGRAPHS:
            forms = {name.translate(DIGRAPHS): IN_DIGRAPHS * times, **forms}
        for form, of_form in forms.items():
            if form and split_key(form) not in self.held_out:
                before = self.names.get((form, country))
                if before is None or before.times < of_form:
                    self.names[form, country] = Name(of_form, kind)

    def add_other(self, name: str, country: str, times: float) -> None:
        """Add another form of a full name: its words do not stand where its country writes them."""
        self.add(name, country, times)
        self.reversed.add((name, country))

    def add_seen(self, people: Counter[tuple[str, str]], kind: str, times: float = 1.0) -> None:
        """Add family or given names alone, with the number of people of the country who have each."""
        for (name, country), count in people.items():
            self.add(name, country, times * (count - DISCOUNT), kind)
            self.taken[Group(country, kind, is_latin(name))] += times * DISCOUNT
            self.seen[split_key(name), country, kind] += count

    def balanced(self) -> dict[str, dict[str, float]]:
        """How often each name of each country counts, 1 on the mean, with the shares of SHARES and OWN."""
        of_country: dict[str, tuple[dict[str, Name], dict[str, Name]]] = defaultdict(lambda: ({}, {}))
        for (name, country), known in sorted(self.names.items()):
            of_country[country][is_latin(name)][name] = known
        return {
            country: in_letters(country, *(self._shared(country, names) for names in both))
            for country, both in of_country.items()
        }

    def _shared(self, country: str, names: dict[str, Name]) -> dict[str, float]:
        """`shared` for the names of a country that are in Latin letters, or for the others."""
        latin = any(map(is_latin, names))
        return shared(names, {kind: self.taken[Group(country, kind, latin)] for kind in SHARES})


def in_letters(country: str, own: dict[str, float], latin: dict[str, float]) -> dict[str, float]:
    """How often each name of a country counts, in its own letters and in Latin ones: 1 on the mean."""
    if not own or not latin or country in OF_A_MINORITY:
        return own | latin
    if country == "India":
        own = by_writers(own)
    count, of_own, of_latin = len(own) + len(latin), sum(own.values()), sum(latin.values())
    times = count * min(OWN, OF_ONE * len(own)) / of_own
    rest = (count - times * of_own) / of_latin
    return {name: times * of for name, of in own.items()} | {name: rest * of for name, of in latin.items()}


def by_writers(names: dict[str, float]) -> dict[str, float]:
    """How often each name of India counts: those of a script together as the people who write it."""
    of_script = defaultdict[str, float](float)
    for name, times in names.items():
        of_script[script(name[0])] += times
    total = sum(names.values()) / sum(WRITERS.values())
    return {
        name: times * total * WRITERS[script(name[0])] / of_script[script(name[0])]
        for name, times in names.items()
    }


def shared(names: dict[str, Name], taken: dict[str, float]) -> dict[str, float]:
    """How often each name of a country counts, scaled so that each kind has its share: 1 on the mean."""
    total, count = dict.fromkeys(SHARES, 0.0), Counter(known.kind for known in names.values())
    for known in names.values():
        total[known.kind] += known.times
    share = {kind: SHARES[kind] * total[kind] / (total[kind] + taken[kind]) for kind in count}
    share["full"] = 1 - sum(share[kind] for kind in share if kind != "full")
    of_kind = {
        kind: min(share[kind] * len(names), MOST_TIMES * count[kind]) / total[kind] for kind in count
    }
    return {name: known.times * of_kind[known.kind] for name, known in names.items()}


def rows(path: Path) -> Iterator[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


@cache
def latin(c: str) -> bool:
    return not c.isalpha() or "LATIN" in character_name(c, "")


def is_latin(name: str) -> bool:
    return all(map(latin, name))


def family_name(name: str, country: str) -> str:
    """The last word, or the first where family names stand first; "" for one word."""
    words = name.split()
    if len(words) < 2:
        return ""
    return words[0] if country in FAMILY_FIRST else words[-1]


def given_name(name: str) -> str:
    """The first word, where given names stand first; "" for one word and for an initial."""
    first, *others = name.split()
    return first if others and len(first) > 1 and not first.endswith(".") else ""


def other_form(name: str, comma: int, reverse: int, initial: int) -> str:
    """Another way to write some names: "Doe, Jo", "Doe Jo", "J. Doe"; else "".

    The name determines a number from 0 to 255. The form is the first one whose bound is above it.
    """
    *given, last = name.split()
    of_256 = drawn(f"x{name}")[0]
    if not given or of_256 >= initial:
        return ""
    if of_256 < comma:
        return f"{last}, {' '.join(given)}"
    if of_256 < reverse:
        return f"{last} {' '.join(given)}"
    return f"{given[0][0]}. {last}"


def add_people(table: Table) -> None:
    """Full names and family names, some reversed, some with a comma, some with an initial."""
    of_country: dict[str, list[tuple[bytes, str, float]]] = defaultdict(list)
    for row in rows(HERE / "people" / "people.tsv"):
        of_country[row["country"]].append((drawn(row["name"]), row["name"], float(row["weight"])))
    families, given_names = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for country, people in of_country.items():
        for _, name, weight in sorted(people)[:PEOPLE]:
            table.add(name, country, weight)
            families[family_name(name, country), country] += 1
            if country not in FAMILY_FIRST:
                given_names[given_name(name), country] += 1
                table.add_other(other_form(name, comma=20, reverse=40, initial=50), country, weight)
    table.add_seen(families, "family")
    table.add_seen(given_names, "given")


def add_world(table: Table) -> None:
    """Footballers and members of parliaments, in any letters, and common names."""
    for kind in ("players", "politicians"):
        times, families, given_names = TIMES[kind], Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for row in rows(HERE / "world" / f"{kind}.tsv.gz"):
            name, country = row["name"], row["country"]
            table.add(name, country, times)
            families[family_name(name, country), country] += 1
            if country not in FAMILY_FIRST:
                given_names[given_name(name), country] += 1
                if is_latin(name):
                    table.add_other(other_form(name, comma=30, reverse=60, initial=60), country, times)
        table.add_seen(families, "family", times)
        table.add_seen(given_names, "given", times)


def add_common(table: Table) -> None:
    """Common names, each with the least count of a common name."""
    total = defaultdict[Group, float](float)
    for (name, country), known in table.names.items():
        total[Group(country, known.kind, is_latin(name))] += known.times
    for row in rows(HERE / "world" / "common.tsv"):
        group = Group(row["country"], row["kind"], is_latin(row["name"]))
        of_kind = total[group] + table.taken[group]
        table.add(row["name"], row["country"], max(TIMES["native"], COMMON * of_kind), row["kind"])


def listed(folder: str, path: Path) -> Iterator[tuple[str, float]]:
    """The names of a list in Latin letters, and how often each counts."""
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, bearers = line.partition("\t")
        yield name, float(bearers or 1) * TIMES[folder]


def add_lists(table: Table) -> None:
    """Surnames and given names in Latin letters."""
    for folder, kind in (("surnames", "family"), ("given", "given")):
        for path in sorted((HERE / folder).glob("*.txt")):
            for name, times in listed(folder, path):
                table.add(name, path.stem, times, kind)


def drawn_pairs(
    rng: random.Random, families: dict[str, float], given_names: dict[str, float], draws: int
) -> Iterator[tuple[str, str]]:
    """Pairs of a family name and a given name, each drawn by how often it counts."""
    return zip(
        rng.choices([*families], [*families.values()], k=draws),
        rng.choices([*given_names], [*given_names.values()], k=draws),
        strict=True,
    )


def add_composed(table: Table) -> None:
    """Full names in Latin letters for countries of few people, drawn from their family and given names."""
    parts: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: {"family": {}, "given": {}})
    full = Counter[str]()
    for (name, country), known in sorted(table.names.items()):
        if is_latin(name) and country not in NO_BLANK:
            if known.kind == "full":
                full[country] += 1
            else:
                parts[country][known.kind][name] = known.times
    rng = random.Random(2)
    for country, of_kind in sorted(parts.items()):
        families, given_names = of_kind["family"], of_kind["given"]
        draws = min(COMPOSED - full[country], 4 * (len(families) + len(given_names)))
        if draws < 1 or not families or not given_names:
            continue
        for family, given in drawn_pairs(rng, families, given_names, draws):
            first = country in FAMILY_FIRST
            table.add(f"{family} {given}" if first else f"{given} {family}", country, 1.0)


def add_written(table: Table) -> None:
    """People of some countries in the letters of their country, and their family and given names."""
    native = [row for kind in ("family", "given") for row in rows(HERE / "native" / f"{kind}.tsv")]
    native += [row for row in rows(HERE / "world" / "politicians.tsv.gz") if not is_latin(row["name"])]
    lists = Lists((row["name"], row["country"]) for row in native)
    families, given_names = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for (name, country), known in sorted(table.names.items()):
        if known.kind != "full" or not is_latin(name) or "," in name or "." in name:
            continue
        forms = [RULES[country](name)] if country in RULES else []
        if country in LISTS_OF:
            forms.append(lists.write(name, country))
        for form in forms:
            if country == "India":
                form = in_script(form, drawn_from(WRITERS, f"{name} in India"))
            if not form or any(c.isalpha() and latin(c) for c in form):  # a letter that no rule knows
                continue
            table.add(form, country, known.times)
            if (name, country) not in table.reversed:
                families[family_name(form, country), country] += 1
                given_names[given_name(form), country] += 1
    table.add_seen(families, "family")
    table.add_seen(given_names, "given")


def native_times(table: Table, name: str, country: str, kind: str) -> float:
    """How often a name in its own letters counts: as often as people have it in Latin ones."""
    if country not in ALPHABETIC:
        return TIMES["native"]
    (latin, *_) = ROMANISERS[country](name, "surnames" if kind == "family" else "given")
    return max(TIMES["native"], table.seen[split_key(latin), country, kind] - DISCOUNT)


def add_native(table: Table) -> None:
    """Family and given names in their own letters, and full names drawn from them.

    Serbia writes both alphabets: its lists in Latin letters are lists in Cyrillic ones. Names of Laos are
    like those of Thailand.
    """
    full = Counter(
        country
        for (name, country), known in table.names.items()
        if known.kind == "full" and not is_latin(name)
    )
    lists: dict[str, dict[str, dict[str, float]]] = {
        "family": defaultdict(dict),
        "given": defaultdict(dict),
    }
    for kind, of_kind in lists.items():
        for row in rows(HERE / "native" / f"{kind}.tsv"):
            times = native_times(table, row["name"], row["country"], kind)
            of_kind[row["country"]][row["name"]] = times
            table.add(row["name"], row["country"], times, kind)
            if row["country"] == "Thailand":
                of_kind["Laos"][lao(row["name"])] = times
                table.add(lao(row["name"]), "Laos", times, kind)
    for folder, kind in (("surnames", "family"), ("given", "given")):
        for latin, times in listed(folder, HERE / folder / "Serbia.txt"):
            lists[kind]["Serbia"][serbian_cyrillic(latin)] = times
            table.add(serbian_cyrillic(latin), "Serbia", times, kind)
    rng = random.Random(1)
    for country, families in sorted(lists["family"].items()):
        given_names = lists["given"][country]
        if not given_names:
            continue
        most = NATIVE - full[country] if country in LISTS_OF else NATIVE
        draws = max(0, min(most, 2 * len(families) + len(given_names)))
        for family, given in drawn_pairs(rng, families, given_names, draws):
            if country in NO_BLANK:
                name = family + given
            elif script(family[0]) != script(given[0]):
                continue
            else:
                name = f"{given} {family}" if rng.random() < 0.6 else f"{family} {given}"
            table.add(name, country, 1.0)


def main() -> None:
    table = Table()
    for add in (add_people, add_world, add_written, add_lists, add_native, add_common, add_composed):
        add(table)
    lists = {
        country: [f"{name}\t{times**2:g}\n" for name, times in names.items()]  # training takes the root
        for country, names in table.balanced().items()
    }
    OUTPUT.mkdir(exist_ok=True)
    for old in OUTPUT.glob("*.txt"):
        old.unlink()
    for country, lines in lists.items():
        if len(lines) >= FEWEST:
            (OUTPUT / f"{country}.txt").write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
