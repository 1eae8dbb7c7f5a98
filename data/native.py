"""Build the lists of names in their own letters: native/family.tsv and native/given.tsv.

`python data/native.py` takes them from the archives that the Latin lists are romanised from, and from
locales that romanise badly. A name is kept if all its letters belong to the script of its entry: a
locale without names of its own, or a stray, gives none. With `--check` nothing is written, and it exits
with 1 when a file differs.
"""

import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from build import SOURCE_TITLES
from output import README, renewed, run, table
from person import fault, scripts_of, signs, unique_rows
from romanise import Kind
from sources import HERE, faker_columns, read

KINDS: dict[str, Kind] = {"family": "surnames", "given": "given"}
BOTH = ("family", "given")
HAN, KANA = frozenset({"CJK"}), frozenset({"CJK", "HIRAGANA", "KATAKANA"})


@dataclass(frozen=True)
class Entry:
    """One list of a source: its script, and what is taken from it."""

    country: str
    scripts: frozenset[str]
    source: str
    locale: str
    kinds: tuple[str, ...] = BOTH


def entries(script: str, country: str, *lists: tuple[str, str] | tuple[str, str, str]) -> list[Entry]:
    scripts = {"HAN": HAN, "KANA": KANA}.get(script, frozenset({script}))
    return [Entry(country, scripts, one[0], one[1], tuple(one[2:]) or BOTH) for one in lists]


# In mimesis one list of given names serves nine Arabic-speaking countries, and another three of the
# Maghreb. Names do have many countries; the family names are each country's own.
ARABIC_GIVEN = "ar-ae"
ENTRIES: list[Entry] = [
    *entries("ARMENIAN", "Armenia", ("faker", "hy_AM"), ("faker-js", "hy")),
    *entries("ARABIC", "Algeria", ("faker", "ar_DZ"), ("mimesis", "ar-dz")),
    *entries("BENGALI", "Bangladesh", ("faker", "bn_BD")),
    *entries("CYRILLIC", "Bulgaria", ("faker", "bg_BG")),
    *entries("HAN", "China", ("faker", "zh_CN"), ("mimesis", "zh"), ("faker-js", "zh_CN")),
    *entries("ARABIC", "Egypt", ("mimesis", "ar-eg")),
    *entries("GEORGIAN", "Georgia", ("faker", "ka_GE"), ("faker-js", "ka_GE")),
    *entries("GREEK", "Greece", ("faker", "el_GR"), ("mimesis", "el"), ("faker-js", "el")),
    *entries("DEVANAGARI", "India", ("faker", "hi_IN"), ("faker", "mr_IN")),
    *entries("GUJARATI", "India", ("faker", "gu_IN")),
    *entries("ORIYA", "India", ("faker", "or_IN")),
    *entries("TAMIL", "India", ("faker", "ta_IN", "given")),
    *entries("ARABIC", "Iran", ("faker", "fa_IR"), ("mimesis", "fa"), ("faker-js", "fa")),
    *entries("ARABIC", "Iraq", ("faker-js", "ku_ckb", "given")),
    *entries("HEBREW", "Israel", ("faker", "he_IL"), ("faker-js", "he")),
    *entries("KANA", "Japan", ("faker", "ja_JP"), ("mimesis", "ja"), ("faker-js", "ja"), ("japanese", "")),
    *entries("ARABIC", "Jordan", ("mimesis", "ar-jo")),
    *entries("CYRILLIC", "Kazakhstan", ("mimesis", "kk")),
    *entries("ARABIC", "Kuwait", ("mimesis", "ar-kw")),
    *entries("THAANA", "Maldives", ("faker-js", "dv")),
    *entries("ARABIC", "Morocco", ("mimesis", "ar-ma")),
    *entries("DEVANAGARI", "Nepal", ("faker", "ne_NP"), ("faker-js", "ne")),
    *entries("CYRILLIC", "North Macedonia", ("faker", "mk_MK"), ("faker-js", "mk")),
    *entries("ARABIC", "Oman", ("mimesis", "ar-om")),
    *entries("ARABIC", "Pakistan", ("faker-js", "ur")),
    *entries("ARABIC", "Palestine", ("faker", "ar_PS", "family"), ("mimesis", ARABIC_GIVEN, "given")),
    *entries("ARABIC", "Qatar", ("mimesis", "ar-qa")),
    *entries("CYRILLIC", "Russia", ("faker", "ru_RU"), ("mimesis", "ru"), ("faker-js", "ru")),
    *entries("ARABIC", "Saudi Arabia", ("faker", "ar_SA", "family"), ("mimesis", "ar-sa")),
    *entries("HANGUL", "South Korea", ("faker", "ko_KR"), ("mimesis", "ko", "given"), ("faker-js", "ko")),
    *entries("SINHALA", "Sri Lanka", ("faker", "si_LK")),
    *entries("ARABIC", "Syria", ("mimesis", "ar-sy")),
    *entries("HAN", "Taiwan", ("faker", "zh_TW"), ("faker-js", "zh_TW")),
    *entries("THAI", "Thailand", ("faker", "th_TH"), ("faker-js", "th")),
    *entries("ARABIC", "Tunisia", ("mimesis", "ar-tn")),
    *entries("CYRILLIC", "Ukraine", ("faker", "uk_UA"), ("mimesis", "uk"), ("faker-js", "uk")),
    *entries("ARABIC", "United Arab Emirates", ("mimesis", "ar-ae")),
    *entries("ARABIC", "Yemen", ("mimesis", "ar-ye")),
]
LEFT_OUT = {
    "Faker `ar_AA`, mimesis `ar`, faker-js `ar`": "of no one country",
    "surnames of faker-js `ku_ckb`, surnames of Faker `ta_IN`": "given names, or their parts, glued",
    "surnames of mimesis `ko`": "syllables that are nobody's surname among real ones",
    "faker-js `sr_RS_latin`, `uz_UZ_latin` and the like": "in Latin letters, of countries with two scripts",
}


def raw_list(entry: Entry, kind: str) -> list[str]:
    """The strings of an entry as the source has them."""
    if entry.source == "japanese":  # the kanji of a family name stand behind its reading; both are written
        return [part for name in read("japanese", "", KINDS[kind]) for part in name.split()]
    if entry.locale == "ja_JP":
        columns = faker_columns(entry.locale)
        wanted = re.compile(("last" if kind == "family" else "first") + r"(_kana)?_names")
        return [name for column, names in columns.items() if wanted.fullmatch(column) for name in names]
    return read(entry.source, entry.locale, KINDS[kind])


def clean_name(raw: str, entry: Entry) -> tuple[str, str]:
    """A name, and the reason why it is left out, if it is."""
    name = signs(raw, "" if entry.locale == "ku_ckb" else entry.country).strip(" \u200c\u200d-.'")
    if not name:
        return name, "no letter"
    if not scripts_of(name) <= entry.scripts:
        return name, "letters of another script"
    return name, fault(name, entry.country, full=False)


def native_lists() -> tuple[dict[str, list[tuple[str, ...]]], Counter[str]]:
    """The rows of each kind, and how many strings were left out for which reason."""
    rows: dict[str, list[tuple[str, ...]]] = {kind: [] for kind in BOTH}
    dropped: Counter[str] = Counter()
    for entry in ENTRIES:
        for kind in entry.kinds:
            for raw in raw_list(entry, kind):
                name, reason = clean_name(raw, entry)
                if reason:
                    dropped[reason] += 1
                else:
                    rows[kind].append((name, entry.country))
    return {kind: unique_rows(listed) for kind, listed in rows.items()}, dropped


def native_table(rows: dict[str, list[tuple[str, ...]]]) -> str:
    counts = {kind: Counter(country for _, country in listed) for kind, listed in rows.items()}
    scripts: dict[str, set[str]] = {}
    lists: dict[str, list[str]] = {}
    for entry in ENTRIES:
        scripts.setdefault(entry.country, set()).update(entry.scripts)
        only = "" if entry.kinds == BOTH else f" ({', '.join(entry.kinds)} only)"
        title = f"{SOURCE_TITLES[entry.source]} `{entry.locale}`".removesuffix(" ``")
        lists.setdefault(entry.country, []).append(title + only)
    lines = ["| country | script | family | given | lists |", "| --- | --- | ---: | ---: | --- |"]
    for country in sorted(lists):
        shown = ", ".join(sorted(name.title().replace("Cjk", "Han") for name in scripts[country]))
        family, given = (counts[kind][country] for kind in BOTH)
        lines.append(f"| {country} | {shown} | {family} | {given} | {', '.join(lists[country])} |")
    lines.append(f"| {len(lists)} countries | | {len(rows['family'])} | {len(rows['given'])} | |")
    return "\n".join(lines) + "\n"


def left_out_list(dropped: Counter[str]) -> str:
    lines = [f"- {lists}: {reason}.\n" for lists, reason in LEFT_OUT.items()]
    lines += [f"- {count} strings: {reason}.\n" for reason, count in sorted(dropped.items())]
    return "".join(lines)


def files() -> dict[Path, bytes]:
    rows, dropped = native_lists()
    made = {HERE / "native" / f"{kind}.tsv": table(("name", "country"), rows[kind]) for kind in BOTH}
    parts = {"native": native_table(rows), "native left out": left_out_list(dropped)}
    return made | {README: renewed(parts)}


if __name__ == "__main__":
    sys.exit(run("Build the lists of names in their own letters.", files))
