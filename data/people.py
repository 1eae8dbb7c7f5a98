"""Build the list of people of an encyclopaedia: data/people/people.tsv, with name, country and weight.

`python data/people.py` fetches PyPI's name2nat, reads the people in it, cleans their names and turns their
demonyms into countries. The list is derived from Wikipedia (CC BY-SA): git ignores it, no wheel holds it,
and its notice stands beside it. People who are in data/test/ are left out, so that a model can be scored on
those. The parts of README.md about the people are renewed; with `--check` nothing is written.
"""

import html
import pickle
import re
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from demonyms import COUNTRY_OF, DECIDED, DROPPED, NORTH_KOREAN, countries_of
from output import README, renewed, run, table
from person import clean_person, fault
from sources import HERE, SourceError, fetch
from world import keys, raw_rows

FOLDER = HERE / "people"
NOTICE = """\
people.tsv is derived from the English Wikipedia, by way of name2nat 0.5.1 (Kyubyong Park, PyPI): titles of
articles on people and the nationalities of their categories, from the dump of 1 June 2020.

© the contributors of Wikipedia, https://en.wikipedia.org. Licensed under the Creative Commons Attribution-
ShareAlike 3.0 Unported licence, https://creativecommons.org/licenses/by-sa/3.0/. Changes: demonyms are
turned into countries, titles and brackets are taken off, and names are left out, as data/README.md of
rnn-names says. Whoever passes the list on passes it on under the same licence.
"""

# Words of articles about a ruler, a saint, a role or a group. Names that are offices too
# (Khan, Sri, Imam, Raja) are not among them.
OFFICE = re.compile(
    r"(?i)^(king|queen|prince|princess|emperor|empress|consort|crown|pope|saint|st\.?|sultan|archduke|archduchess|"
    r"duke|duchess|count|countess|baron|baroness|lord|lady|blessed|patriarch|bishop|archbishop|cardinal|sheikh|"
    r"shaikh|rabbi|maharaja|maharani|nawab|tulku|swami|ayatollah|mullah|chief|captain|major|colonel|general|"
    r"sister|brother|mother)\s"
)
STAGE = re.compile(r"(?i)^(dj|mc|lil'?|big|lady|kid|baby|daddy|the|og)\s\S+$")
INSIDE = re.compile(
    r"\b(of|the|and|in|from)\b|(?i:\b(rinpoche|rimpoche|karmapa|sayadaw|brothers|sisters|twins|family|murder|"
    r"killing|disappearance)\b|\bcase$)"
)
NUMBER = re.compile(r"\b[IVX]{2,}\b|\b[IVX]$")
LEADING = re.compile(r"^(?:Sir|Dame|Dr\.?|Prof\.?|Professor|Rev\.?|Mr\.?|Mrs\.?|Ms\.?)\s+(?=\S+\s\S)")
SUFFIX = re.compile(r",?\s+(?:Jr\.?|Sr\.?|II|III|IV|V|PhD|MBE|OBE|CBE)$")


class _Containers(pickle.Unpickler):
    """Reads dicts, lists, strings and numbers: a pickle that names anything else is refused."""

    def find_class(self, module: str, name: str) -> Any:
        raise SourceError(f"name2nat: the pickle asks for {module}.{name}; it should hold containers alone")


def raw_people() -> dict[str, list[str]]:
    """The titles of the articles, each with its demonyms, as the archive has them."""
    with zipfile.ZipFile(fetch("name2nat")) as wheel, wheel.open("name2nat/name2nats.pkl") as file:
        people = _Containers(file).load()
    if not isinstance(people, dict):
        raise SourceError("name2nat: the pickle holds no dict")
    return people


def clean_title(title: str) -> tuple[str, str]:
    """The name in the title of an article, and the reason if it is no name."""
    name = html.unescape(html.unescape(title)).strip()
    name = re.sub(r"\s*\([^()]*\)$", "", name)
    while (shorter := SUFFIX.sub("", name)) != name and " " in shorter:
        name = shorter
    name = name.partition(", ")[0]
    name = LEADING.sub("", name)
    if re.search(r"\d", name):
        return name, "a digit"
    if NUMBER.search(name):
        return name, "a ruler's number"
    if INSIDE.search(name):
        return name, "a place or an office in it"
    if OFFICE.match(name):
        return name, "an office before it"
    if STAGE.match(name):
        return name, "a stage name"
    if re.search(r"[a-z]{2}[A-Z]{2}|[$!?&/@*+=~#%^<>:;]", name):
        return name, "another sign"
    return name, ""


def clean_people() -> tuple[list[tuple[str, ...]], Counter[str]]:
    """The rows, and how many people were left out for which reason."""
    test = {key for row in raw_rows(HERE / "test" / "names.tsv.gz") for key in keys(row[0])}
    rows: dict[tuple[str, str], float] = {}
    dropped: Counter[str] = Counter()
    for title, demonyms in raw_people().items():
        countries = countries_of(demonyms)
        name, reason = clean_title(title)
        if not countries:
            reason = (
                f"only {' and '.join(sorted(demonyms))}"
                if len(demonyms) == 1
                else "no demonym of a country"
            )
        elif not reason:
            name = clean_person(name, countries[0] if len(countries) == 1 else "", "en")
            reason = fault(name, countries[0]) if name else "no letter"
            if demonyms == ["Korean"] and not reason and name.split()[0] in NORTH_KOREAN:
                reason = "a family name as the North of Korea spells it"
        if not reason and keys(name) & test:
            reason = "in data/test"
        if reason:
            dropped[reason] += 1
            continue
        for country in countries:
            weight = 1 / len(countries)
            if weight > rows.get((name, country), 0):
                rows[name, country] = weight
    return [(*pair, f"{weight:.3g}") for pair, weight in sorted(rows.items())], dropped


def demonyms_table() -> str:
    """The hard cases: the country of each demonym, and the reason."""
    rows = ["| demonym | country | why |", "| --- | --- | --- |"]
    decided = {demonym: (country, why) for demonym, (country, why) in DECIDED.items()}
    decided |= {demonym: ("none", why) for demonym, why in DROPPED.items()}
    rows += [f"| {demonym} | {country} | {why} |" for demonym, (country, why) in sorted(decided.items())]
    rows.append(f"| {len(COUNTRY_OF)} others | | one word, one country |")
    return "\n".join(rows) + "\n"


def dropped_table(dropped: Counter[str], kept: int) -> str:
    rows = ["| left out, for it is | people |", "| --- | ---: |"]
    rows += [
        f"| {reason} | {count} |" for reason, count in sorted(dropped.items(), key=lambda i: (-i[1], i[0]))
    ]
    rows.append(f"| *kept: rows of a person and a country* | {kept} |")
    return "\n".join(rows) + "\n"


def files() -> dict[Path, bytes]:
    rows, dropped = clean_people()
    parts = {"demonyms": demonyms_table(), "people dropped": dropped_table(dropped, len(rows))}
    return {
        FOLDER / "people.tsv": table(("name", "country", "weight"), rows),
        FOLDER / "NOTICE.txt": NOTICE.encode("utf-8"),
        README: renewed(parts),
    }


if __name__ == "__main__":
    sys.exit(run("Build the list of people.", files))
