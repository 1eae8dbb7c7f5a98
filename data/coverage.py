"""Renew the table of the number of names of each country of the world, by source.

`python data/coverage.py` counts the committed lists and people/people.tsv, which data/people.py makes, and
writes the table into README.md; with `--check` nothing is written, and it exits with 1 when it differs.
"""

import sys
from collections import Counter
from pathlib import Path

from output import README, renewed, run, unpacked
from sources import HERE, SourceError
from world import NO_STATE, TO_STATE, TOO_FEW, raw_rows

from rnn_names.names.countries import countries


def rows_of(name: str) -> list[list[str]]:
    """The rows of a committed table, gzipped or not; none if it does not exist."""
    path = HERE / name
    if path.suffix == ".gz":
        return raw_rows(path) if path.exists() else []
    return [line.split("\t") for line in unpacked(path).decode("utf-8").splitlines()[1:]]


def listed(kind: str) -> Counter[str]:
    """How many names each list of one kind has."""
    return Counter(
        {
            path.stem: len(path.read_text(encoding="utf-8").splitlines())
            for path in (HERE / kind).glob("*.txt")
        }
    )


def coverage_table(people: Counter[str]) -> str:
    """A row for each country of the world, with a dash where a source has nothing."""
    columns: dict[str, Counter[str]] = {
        "players": Counter(row[1] for row in rows_of("world/players.tsv.gz")),
        "politicians": Counter(row[1] for row in rows_of("world/politicians.tsv.gz")),
        "common": Counter(row[1] for row in rows_of("world/common.tsv")),
        "surnames": listed("surnames"),
        "given": listed("given"),
        "native": Counter(row[1] for kind in ("family", "given") for row in rows_of(f"native/{kind}.tsv")),
        "people": people,
    }
    rows = [
        f"| country | {' | '.join(columns)} | |",
        f"| --- | {' | '.join('---:' for _ in columns)} | --- |",
    ]
    told = 0
    for country in sorted({each.name for each in countries()}):
        counts = [column[country] for column in columns.values()]
        total = sum(counts)
        if country in TO_STATE:
            note = f"counts to {TO_STATE[country]}"
        elif country in NO_STATE:
            note = "a territory that is left out"
        elif country in TOO_FEW:
            note = "fewer than 30: left out"
        elif not total:
            note = "none"
        else:
            note, told = "", told + 1
        rows.append(f"| {country} | {' | '.join(str(count or '-') for count in counts)} | {note} |")
    totals = [str(sum(column.values())) for column in columns.values()]
    rows.append(f"| *{told} countries* | {' | '.join(totals)} | |")
    return "\n".join(rows) + "\n"


def files() -> dict[Path, bytes]:
    if not (HERE / "people" / "people.tsv").exists():
        raise SourceError(f"{HERE / 'people' / 'people.tsv'}: no such file; run data/people.py")
    people = Counter(row[1] for row in rows_of("people/people.tsv"))
    return {README: renewed({"coverage": coverage_table(people)})}


if __name__ == "__main__":
    sys.exit(run("Count the names of each country.", files))
