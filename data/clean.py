"""From raw strings to clean names: one spelling for each character, and a reason for every reject."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

# Characters that stand for the same thing. Control characters U+0096 are a mis-decoded en dash.
SAME = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u02bb": "'",  # the turned comma of Uzbek o' and g'
        "\u02bc": "'",
        "\u0060": "'",
        "\u00b4": "'",
        "\u2010": "-",
        "\u2011": "-",
        "\u2013": "-",
        "\u00a0": " ",
        "\u200b": None,
        "\u200c": None,
        "\u200e": None,
        "\ufeff": None,
        "\u00ad": None,
    }
)

# After these a capital inside a word is spelling: McKay, MacDonald, DeLuca, FitzGerald, O'Brien.
CAPITAL_FOLLOWS = re.compile(
    r"(?<![^\W_])(Mc|Mac|Mag|Fitz|Mhac|Nic|De|Di|Da|Do|Du|Del|Della|La|Le|Lo|Van|Von)$"
)

# What a clean name must not contain; the first match is the reason why a name is left out.
FAULTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a digit", re.compile(r"\d")),
    ("a bracket, a question mark or other punctuation", re.compile(r"[^\w' -]|_")),
    # "van 't Riet" and "'s Gravensande" are Dutch spelling.
    ("a hyphen or apostrophe out of place", re.compile(r"^[ -]|(?! '[st])[' -]{2}|[' -]$")),
)


def clean(raw: str) -> str:
    """Return the name in NFC with plain apostrophes and hyphens, single blanks and a capital."""
    name = unicodedata.normalize("NFC", raw).translate(SAME)
    name = re.sub(r" *- *", "-", " ".join(name.split()))
    name = re.sub(r"\b([dD])' (?=\w)", r"\1'", name)  # d' Heripon
    name = re.sub(r"-[^\W\d_]{3,}", lambda part: part[0][:2].upper() + part[0][2:], name)
    if (name.isupper() and len(name) > 1) or name.islower():
        name = re.sub(r"(^|[ '-])(\w)(\w*)", _title, name)
    return name


def _title(match: re.Match[str]) -> str:
    return match[1] + match[2].upper() + match[3].lower()


def fault(name: str) -> str:
    """Return why a name (already romanised) cannot be taken, or the empty string."""
    for reason, pattern in FAULTS:
        if pattern.search(name):
            return reason
    if any(unicodedata.combining(letter) for letter in name):
        return "a stray combining mark"
    if not all(letter in "' -" or is_latin(letter) for letter in name):
        return "letters that are not Latin"
    if has_two_capitals(name):
        return "two capitals running"
    if is_glued(name):
        return "two names glued together"
    if len(name) < 2:
        return "a single letter"
    return ""


def is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN ")


def has_two_capitals(name: str) -> bool:
    """Tell "COmfort" and "Koch II" from the Dutch IJ."""
    return any(a.isupper() and b.isupper() and a + b != "IJ" for a, b in pairwise(name))


def is_glued(name: str) -> bool:
    """Tell a capital inside a word, as in "DavidovićAmić", from a capital behind a prefix."""
    return any(
        name[at].isupper() and name[at - 1].islower() and not CAPITAL_FOLLOWS.search(name[:at])
        for at in range(1, len(name))
    )


def fold(name: str) -> str:
    """The key under which two spellings are the same name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def unique(names: Iterable[str]) -> list[str]:
    """Sort by code point; of the spellings of a name keep the one with the most capitals."""
    best: dict[str, str] = {}
    for name in names:
        key = fold(name)
        if key not in best or _rank(name) < _rank(best[key]):
            best[key] = name
    return sorted(best.values())


def _rank(name: str) -> tuple[int, str]:
    return (-sum(letter.isupper() for letter in name), name)


def bare(name: str) -> str:
    """The name without diacritics and case, đ as d."""
    decomposed = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
