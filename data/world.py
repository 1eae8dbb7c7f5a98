"""Build the lists of people and of common names of the world from three lists with open terms.

`python data/world.py FOLDER` reads players.tsv.gz, politicians.tsv.gz and common.tsv.gz of the folder, and
writes world/ (what is learned from), test/ (a twentieth, held out) and their parts of README.md. The same
lists give the same names; with `--check` nothing is written, and it exits with 1 when a file differs.
"""

import argparse
import csv
import gzip
import hashlib
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from output import README, asks_for_check, renewed, table, update
from person import bag, clean_person, fault, scripts_of, unique_rows
from sources import HERE
from zawgyi import to_unicode

from rnn_names.names.spelling import split_key

HELD_OUT = 20  # one name in so many is in test/

# Territories of other states. Their people count to the state where they bear its names.
TO_STATE = {
    "Guernsey": "United Kingdom",
    "Isle of Man": "United Kingdom",
    "Jersey": "United Kingdom",
    "Saint Pierre and Miquelon": "France",
    "Åland Islands": "Finland",
}
# Otherwise they are left out.
NO_STATE = {
    "American Samoa": "Samoan names; the state is the United States",
    "Aruba": "Dutch, Spanish and Papiamento names; the state is the Netherlands",
    "Bermuda": "names of the British Isles and Portugal; the state is the United Kingdom",
    "British Virgin Islands": "names of the British Caribbean; the state is the United Kingdom",
    "Cayman Islands": "names of the British Caribbean; the state is the United Kingdom",
    "Cook Islands": "Māori names; associated with New Zealand",
    "Curaçao": "Dutch, Spanish and Papiamento names; the state is the Netherlands",
    "French Polynesia": "Tahitian names; the state is France",
    "Gibraltar": "Spanish, Italian and English names; the state is the United Kingdom",
    "Guam": "Chamorro and Spanish names; the state is the United States",
    "Montserrat": "names of the British Caribbean; the state is the United Kingdom",
    "New Caledonia": "Kanak names beside French ones; the state is France",
    "Niue": "Polynesian names; associated with New Zealand",
    "Northern Mariana Islands": "Chamorro and Spanish names; the state is the United States",
    "Sint Maarten": "Dutch and English names; the state is the Netherlands",
    "Turks and Caicos Islands": "names of the British Caribbean; the state is the United Kingdom",
    "U.S. Virgin Islands": "names of the Caribbean; the state is the United States",
    "Wallis and Futuna": "Polynesian names; the state is France",
}  # fmt: skip

# States of which all lists together have fewer than 30 names.
TOO_FEW = frozenset(
    {
        "Central African Republic", "Dominica", "Micronesia", "Saint Kitts and Nevis", "Saint Lucia",
        "Saint Vincent and the Grenadines", "São Tomé and Príncipe",
    }
)  # fmt: skip

# Spellings of names in Chinese that are those of another country's press.
CHINESE = {
    "Hong Kong": {"zh", "zh-hk", "zh-hant"},
    "Macao": {"zh", "zh-mo", "zh-hant"},
    "Malaysia": {"zh", "zh-my", "zh-hans"},
    "Singapore": {"zh", "zh-sg", "zh-hans"},
    "Taiwan": {"zh", "zh-tw", "zh-hant"},
}
# Professor, doctor, and Mister or Mistress; a soldier's honour only before the latter.
BURMESE_TITLES = re.compile(r"^(?:ပါမောက္ခ\s*)?(?:ဒေါက်တာ\s*)?(?:သူရ(?=ဦး))?(?:(?:ဦး|ဒေါ်)\s*)?(?=\S)")
KINDS = {"forename": "given", "surname": "family"}
# The source has the common names of Sweden among those of El Salvador, whose code is SV: all forenames, and
# these surnames.
SWEDISH = frozenset(
    {
        *("Jakobsson", "Johansson", "Jonsson", "Jönsson", "Karlsson", "Larsson", "Lindberg", "Olofsson"),
        "Pettersson",
    }
)


@dataclass
class Lists:
    """The cleaned rows of each file, and how many raw ones were left out, by source and reason."""

    players: list[tuple[str, ...]] = field(default_factory=list)
    politicians: list[tuple[str, ...]] = field(default_factory=list)
    common: list[tuple[str, ...]] = field(default_factory=list)
    test: list[tuple[str, ...]] = field(default_factory=list)
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter)


def raw_rows(path: Path) -> list[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def clean_lists(folder: Path) -> Lists:
    """Take the three lists through every step."""
    lists = Lists()
    people: dict[str, list[tuple[str, ...]]] = {"players": [], "politicians": []}
    for source, kept in people.items():
        for name, country, *language in raw_rows(folder / f"{source}.tsv.gz"):
            reason, row = person_row(name, country, language[0] if language else "en")
            if reason:
                lists.dropped[source, reason] += 1
            else:
                kept.append(row)
    common: list[tuple[str, ...]] = []
    for name, country, kind, _ in raw_rows(folder / "common.tsv.gz"):
        reason, row = common_row(name, country, kind)
        if reason:
            lists.dropped["common", reason] += 1
        else:
            common.append(row)
    named = [(*row, "full") for kept in people.values() for row in kept] + common
    lists.test = unique_rows(row for row in named if is_held_out(held_key(row[0])))
    out = {key for row in lists.test for key in keys(row[0])}
    lists.players, lists.politicians, lists.common = (
        unique_rows(row for row in rows if not out & keys(row[0]))
        for rows in (people["players"], people["politicians"], common)
    )
    return lists


def outside(country: str) -> str:
    """The reason why nobody of a country is taken, or ""."""
    if country in NO_STATE:
        return "of a territory that is left out"
    return "of a country with too few names" if country in TOO_FEW else ""


def person_row(raw: str, country: str, language: str) -> tuple[str, tuple[str, ...]]:
    """The reason why a person is left out, or "" and the row."""
    if reason := outside(country):
        return reason, ()
    country = TO_STATE.get(country, country)
    if language.startswith("zh") and country in CHINESE and language not in CHINESE[country]:
        return "spelled in Chinese for another country", ()
    if country == "Myanmar" and scripts_of(raw) == {"MYANMAR"}:
        raw = BURMESE_TITLES.sub("", to_unicode(raw), 1)
    if country == "DR Congo" and letters_lost() & set(re.split(r"[\s.-]+", raw)):
        return "letters lost", ()
    name = clean_person(raw, country, language)
    return (
        (reason, ()) if (reason := fault(name, country) if name else "no letter") else ("", (name, country))
    )


@cache
def letters_lost() -> frozenset[str]:
    """French given names from which every letter with an accent has gone: Andr, Franois."""
    given = (HERE / "given" / "France.txt").read_text(encoding="utf-8").split()
    return frozenset("".join(filter(str.isascii, name)) for name in given) - set(given)


def common_row(raw: str, country: str, kind: str) -> tuple[str, tuple[str, ...]]:
    if reason := outside(country):
        return reason, ()
    if country == "El Salvador" and (kind == "forename" or raw in SWEDISH):
        country = "Sweden"
    name = clean_person(raw, country, "en")
    reason = fault(name, country, full=False) if name else "no letter"
    return (reason, ()) if reason else ("", (name, TO_STATE.get(country, country), KINDS[kind]))


def held_key(name: str) -> str:
    """The key that all spellings of a name, and all orders of its words, share."""
    return split_key(bag(name))


def keys(name: str) -> set[str]:
    """Both keys: a name that shares one of them with test/ is held out from training."""
    return {held_key(name), split_key(name)}


def is_held_out(key: str) -> bool:
    digest = hashlib.blake2b(key.encode("utf-8"), digest_size=8).digest()
    return int.from_bytes(digest, "little") % HELD_OUT == 0


def files(lists: Lists) -> dict[Path, bytes]:
    """Every generated file with its unpacked bytes."""
    person = ("name", "country")
    named = ("name", "country", "kind")
    return {
        HERE / "world" / "players.tsv.gz": table(person, lists.players),
        HERE / "world" / "politicians.tsv.gz": table(person, lists.politicians),
        HERE / "world" / "common.tsv": table(named, lists.common),
        HERE / "test" / "names.tsv.gz": table(named, lists.test),
        README: renewed({"world dropped": dropped_table(lists), "territories": territories_table()}),
    }


def dropped_table(lists: Lists) -> str:
    rows = ["| list | left out, for it is | rows |", "| --- | --- | ---: |"]
    ordered = sorted(lists.dropped.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    rows += [f"| {source} | {reason} | {count} |" for (source, reason), count in ordered]
    return "\n".join(rows) + "\n"


def territories_table() -> str:
    rows = ["| territory | counts to | reason |", "| --- | --- | --- |"]
    rows += [f"| {name} | {state} | the same names |" for name, state in sorted(TO_STATE.items())]
    rows += [f"| {name} | left out | {reason} |" for name, reason in sorted(NO_STATE.items())]
    return "\n".join(rows) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the lists of people and common names of the world.")
    parser.add_argument("folder", type=Path, help="players.tsv.gz, politicians.tsv.gz and common.tsv.gz")
    arguments = asks_for_check(parser).parse_args()
    return update(lambda: files(clean_lists(arguments.folder)), arguments.check)


if __name__ == "__main__":
    sys.exit(main())
