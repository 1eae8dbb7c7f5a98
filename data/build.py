"""Build the lists of names: source, raw list, clean, romanise, merge, write.

`python data/build.py` writes surnames/, given/ and the generated parts of README.md; with `--check`
it writes nothing, and exits with 1 when a committed file differs.
"""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from clean import bare, clean, fault, unique
from countries import BOTH, COUNTRIES, LEFT_OUT, ONE_LETTER, ONLY_ACCENTED, STRAYS, Entry
from output import README, asks_for_check, between
from romanise import ROMANISERS, Kind
from sources import ARCHIVES, HERE, SourceError, read

SOURCE_TITLES = {
    "faker": "Faker",
    "mimesis": "mimesis",
    "faker-js": "faker-js",
    "japanese": "japanese-personal-name-dataset",
    "extra": "extra",
}

# Bearers in a thousand, where a few names cover nearly everybody; they stand behind a tab. From Lê Trung
# Hoa, Họ và tên người Việt Nam, 2005, where Hoàng and Huỳnh, and Vũ and Võ, are one: halved here.
BEARERS = {
    "Nguyễn": 384, "Trần": 121, "Lê": 95, "Phạm": 70, "Hoàng": 25.5, "Huỳnh": 25.5, "Phan": 45,
    "Vũ": 19.5, "Võ": 19.5, "Đặng": 21, "Bùi": 20, "Đỗ": 14, "Hồ": 13, "Ngô": 13, "Dương": 10, "Lý": 5,
}  # fmt: skip
WEIGHTS = {("surnames", "Vietnam"): {name: f"\t{n}" for name, n in BEARERS.items()}}


@dataclass
class Built:
    """One list: its names, and how many raw strings were left out for which reason."""

    names: list[str] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def build(country: str, kind: Kind) -> Built:
    """Take the raw lists of a country through every step."""
    raw = [name for entry in COUNTRIES[country] for name in raw_list(entry, kind)]
    cleaned = [clean(name) for name in raw]
    romanised = [spelling for name in cleaned for spelling in romanise(country, kind, name)]
    kept, dropped = sift(country, kind, romanised)
    names = unique(kept)
    if country in ONLY_ACCENTED:
        names = without_bare_doubles(names)
    return Built(names, dropped)


def raw_list(entry: Entry, kind: Kind) -> list[str]:
    return read(entry.source, entry.locale, kind) if kind in entry.kinds else []


def romanise(country: str, kind: Kind, name: str) -> tuple[str, ...]:
    return ROMANISERS[country](name, kind) if country in ROMANISERS else (name,)


def sift(country: str, kind: Kind, names: list[str]) -> tuple[list[str], Counter[str]]:
    """Divide names into those to keep, and counted reasons why the others are left out."""
    strays = {name: reason for reason, listed in STRAYS.get((country, kind), {}).items() for name in listed}
    kept: list[str] = []
    dropped: Counter[str] = Counter()
    for name in names:
        reason = "" if (country, name) in ONE_LETTER else strays.get(name) or fault(name)
        if reason:
            dropped[reason] += 1
        else:
            kept.append(name)
    return kept, dropped


def without_bare_doubles(names: list[str]) -> list[str]:
    """Leave out a name without diacritics when the list has it with them."""
    accented = {bare(name) for name in names if bare(name) != name.casefold()}
    return [name for name in names if name.casefold() not in accented]


def files() -> dict[Path, str]:
    """Return every generated file with its text."""
    built = {(kind, country): build(country, kind) for country in COUNTRIES for kind in BOTH}
    texts = {
        HERE / kind / f"{country}.txt": "".join(
            f"{name}{WEIGHTS.get((kind, country), {}).get(name, '')}\n" for name in one.names
        )
        for (kind, country), one in built.items()
        if one.names
    }
    readme = README.read_text(encoding="utf-8")
    for marker, text in {
        "counts": counts_table(built),
        "left out": left_out_list(),
        "dropped": dropped_table(built),
        "sources": sources_table(),
    }.items():
        readme = between(readme, marker, text)
    return texts | {README: readme}


def counts_table(built: dict[tuple[Kind, str], Built]) -> str:
    rows = ["| country | surnames | given names | lists |", "| --- | ---: | ---: | --- |"]
    for country, entries in sorted(COUNTRIES.items(), key=lambda item: item[0]):
        surnames, given = (len(built[kind, country].names) for kind in BOTH)
        rows.append(f"| {country} | {surnames} | {given} | {lists_of(entries)} |")
    totals = [sum(len(one.names) for (k, _), one in built.items() if k == kind) for kind in BOTH]
    rows.append(f"| {len(COUNTRIES)} countries | {totals[0]} | {totals[1]} | |")
    return "\n".join(rows) + "\n"


def lists_of(entries: tuple[Entry, ...]) -> str:
    return ", ".join(
        f"{SOURCE_TITLES[entry.source]} `{entry.locale}`".removesuffix(" ``")
        + ("" if entry.kinds == BOTH else f" ({', '.join(entry.kinds)} only)")
        for entry in entries
    )


def left_out_list() -> str:
    return "".join(f"- {lists}: {reason}.\n" for lists, reason in LEFT_OUT.items())


def dropped_table(built: dict[tuple[Kind, str], Built]) -> str:
    rows = ["| reason | strings | in |", "| --- | ---: | --- |"]
    total: Counter[str] = Counter()
    where: dict[str, set[str]] = {}
    for (_, country), one in built.items():
        total += one.dropped
        for reason in one.dropped:
            where.setdefault(reason, set()).add(country)
    for reason, count in sorted(total.items(), key=lambda item: (-item[1], item[0])):
        rows.append(f"| {reason} | {count} | {', '.join(sorted(where[reason]))} |")
    return "\n".join(rows) + "\n"


def sources_table() -> str:
    rows = ["| source | registry | licence | sha256 of the archive |", "| --- | --- | --- | --- |"]
    for archive in ARCHIVES.values():
        row = (archive.title, archive.registry, archive.licence, f"`{archive.sha256}`")
        rows.append(f"| {' | '.join(row)} |")
    return "\n".join(rows) + "\n"


def differing(texts: dict[Path, str]) -> list[Path]:
    """Return the generated files that are missing, other than generated, or too many."""
    there = {path for kind in BOTH for path in (HERE / kind).glob("*")}
    changed = {
        path
        for path, text in texts.items()
        if not path.exists() or path.read_bytes() != text.encode("utf-8")
    }
    return sorted(changed | (there - set(texts)))


def write(texts: dict[Path, str]) -> None:
    """Write the files and remove those that are no longer generated."""
    for path in differing(texts):
        if path in texts:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(texts[path].encode("utf-8"))
        else:
            path.unlink()


def main() -> int:
    parser = asks_for_check(argparse.ArgumentParser(description="Build the lists of names."))
    check: bool = parser.parse_args().check
    try:
        texts = files()
    except SourceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    changed = differing(texts)
    if not check:
        write(texts)
    for path in changed:
        print(f"{'differs' if check else 'written'}: {path.relative_to(HERE)}")
    print(f"{len(texts)} files, {len(changed)} {'differing' if check else 'written'}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
