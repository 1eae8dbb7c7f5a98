"""Full names as lists of people write them, brought to one form: given names first, no titles.

`clean_person` takes one raw string through all steps. FAULTS and the tables of `titles.py` say what is
left out, and why. Names that are left out are counted by reason, so that nothing is lost unseen.
"""

import re
import unicodedata
from collections.abc import Iterable

from clean import CAPITAL_FOLLOWS, SAME
from titles import (
    AFTER_COMMA_IS_A_PLACE,
    ANYWHERE,
    BEFORE,
    BEFORE_GLUED,
    BEFORE_IN,
    CUT_OFF,
    DEGREES,
    FAMILY_FIRST,
    FAMILY_PARTICLES,
    GENERATIONS,
    MONONYMS,
    NO_BLANKS,
    PEERAGE,
    SMALL,
    SUFFIXES,
)

LONGEST = 9  # words; what has more is a sentence, or a person with all titles
JOINERS = "\u200c\u200d"  # part of the writing in Persian and Sinhala
SIGNS = str.maketrans(
    {sign: written for sign, written in SAME.items() if chr(sign) not in JOINERS}
    | {
        "\x92": "'",
        "\u201b": "'",
        "\u02bd": "'",
        "\u2019": "'",
        "\u2014": "-",
        "\u200f": None,
        "|": "ǀ",
        "ª": "aría",
    }
)

# A list of Kosovo in Windows-1250 that was read as Windows-1252.
KOSOVO = str.maketrans(
    {"\x9a": "š", "\x8a": "Š", "\x9e": "ž", "\x8e": "Ž", "æ": "ć", "è": "č", "ð": "đ", "Ð": "Đ"}
)
# Letters of a Persian or Urdu keyboard, in Arabic.
ARABIC = str.maketrans("یھہک", "يههك")
PERSIAN = str.maketrans("يكى", "یکی")
WRITES_ARABIC = frozenset(
    {
        "Algeria",
        "Bahrain",
        "Egypt",
        "Iraq",
        "Jordan",
        "Kuwait",
        "Lebanon",
        "Morocco",
        "Oman",
        "Palestine",
        "Qatar",
        "Saudi Arabia",
        "Syria",
        "Tunisia",
        "United Arab Emirates",
        "Yemen",
    }
)

QUOTED = re.compile(r"""["“”«‘][^"“”«»‘’]*["“”»’]|(?<![^\s])'[^']+'(?![^\s])""")
ROMAN = re.compile(r"(?i)^(?=[ivx])(i{1,3}|iv|v|vi{1,3}|ix|x{1,2}i{0,3}|xi?v)$")
GLUED = re.compile(r"([^\W\d_]{2,}\.)(?=\w)")  # Dr.Hanan
NOT_A_SIGN = re.compile(r"[^\w' .·-]|_")
SINHALA_BLANK = re.compile("(?<=(?:\u0db4|\u0d9a)\u0dca) (?=ර)")  # where a joiner was lost


def clean_person(raw: str, country: str, language: str = "") -> str:
    """The name as it is kept: one form of each sign, no titles, given names first, small letters."""
    name = signs(raw, country)
    name = QUOTED.sub(" ", name)
    name = without_commas(" ".join(name.split()), country)
    words = [word for word in name.split() if word.casefold() not in ANYWHERE]
    words = without_suffixes(words)
    if (country, language) in FAMILY_FIRST and "," not in raw:
        words = given_first(words)
    return trimmed(" ".join(map(cased, all_small(words, country))))


def trimmed(name: str) -> str:
    """The name without signs at its ends, except the full stop of a last initial and a first ʻokina."""
    name = re.sub(r"^[ .-]+|^'+(?!\w)", "", " ".join(name.split()))
    return re.sub(r"(?:(?<!\b\w)\.|[ '-])+$", "", name)


def signs(raw: str, country: str) -> str:
    """NFC, one apostrophe, one hyphen, the letters of the country's own keyboard."""
    name = raw.translate(KOSOVO) if country == "Kosovo" else raw
    name = unicodedata.normalize("NFC", name).translate(SIGNS)
    name = "".join(letter for letter in name if unicodedata.category(letter) not in ("Cc", "Co", "Cs"))
    if country in WRITES_ARABIC:
        name = name.translate(ARABIC)
    elif country == "Iran":
        name = name.translate(PERSIAN)
    if country == "Italy":  # Calabro'
        name = re.sub(
            "[aeiou]'(?= |,|$)", lambda end: unicodedata.normalize("NFC", end[0][0] + "\u0300"), name
        )
    name = re.sub("(?<=[А-я])\u0301", "", name)  # the stress of a dictionary
    if country == "Namibia":
        name = re.sub(r"(?<!\S)!", "ǃ", name)  # a click
    name = SINHALA_BLANK.sub(JOINERS[1], name)
    name = re.sub(r" +[-.] +|(?<=\w) - ?(?=\w)", lambda sign: "-" if "-" in sign[0] else " ", name)
    name = re.sub(r"(?<=')\s+(?=\S)", "", name) if re.match(r"\w'\s", name) else name  # K` KRáh
    name = re.sub(r"(?<=[^\W\d_]\.)(?=[^\W\d_]{3})", " ", name)  # S.Amaral
    return " ".join(name.split())


def before(part: str, country: str) -> str:
    """The name without the titles at its beginning."""
    here = BEFORE | BEFORE_IN.get(country, frozenset())
    while True:
        shorter = BEFORE_GLUED.sub("", part)
        first, _, rest = shorter.partition(" ")
        if rest and (first.casefold() in here or first.casefold().rstrip(".") in here):
            shorter = rest
        elif (glued := GLUED.match(shorter)) and {glued[1].casefold(), glued[1][:-1].casefold()} & here:
            shorter = shorter[glued.end() :]
        if shorter == part:
            return part
        part = shorter


def without_commas(name: str, country: str) -> str:
    """`Family, Given` as `Given Family`; a title, a degree or a place behind a comma is left out."""
    if country == "Indonesia":
        return before(" ".join(word for word in re.split(r"[\s,]+", name) if not is_degree(word)), country)
    first, *others = (part.strip() for part in name.split(","))
    if country in AFTER_COMMA_IS_A_PLACE:
        others = []
    return " ".join(
        before(part, country) for part in [*(o for o in others if o and not is_title(o)), first]
    )


def is_title(part: str) -> bool:
    """Whether the text behind a comma is not part of the name: `Jr.`, `M.P.`, `Baron Spicer`."""
    words = [word.casefold().replace(".", "") for word in part.split()]
    return words[0] in PEERAGE or all(
        word in SUFFIXES or (len(word) > 1 and ROMAN.match(word)) for word in words
    )


def is_degree(word: str) -> bool:
    """Whether a word of an Indonesian list is a degree: `M.Si.`, `Drs.`, `SH`."""
    bare = word.replace(".", "").casefold()
    return (
        not bare
        or bare in DEGREES
        or bool(re.fullmatch(r"(?:[A-Z][A-Za-z]{0,4}\.)+[A-Za-z]{1,6}\.?", word))
    )


def without_suffixes(words: list[str]) -> list[str]:
    """Without `Jr.`, `III` and the like at the end of two words or more."""
    while len(words) > 2 and (
        words[-1].casefold().replace(".", "") in GENERATIONS or _is_number(words[-1])
    ):
        words = words[:-1]
    return words


def _is_number(word: str) -> bool:
    """Whether it is a Roman numeral of two letters or more: V may be an initial, Xi and Ii are names."""
    return word == "Iii" or (len(word) > 1 and word.isupper() and bool(ROMAN.match(word)))


def given_first(words: list[str]) -> list[str]:
    """The family name, with its particle, behind the others."""
    family = 2 if len(words) > 2 and words[0].casefold() in FAMILY_PARTICLES else 1
    return words[family:] + words[:family]


def all_small(words: list[str], country: str) -> list[str]:
    """Capitals for a name that has none, or where a list leaves them out in one word and not in another."""
    small = " ".join(words).islower() or country == "Afghanistan"
    # No particle has six letters. Title case is none in Georgian, which has capitals of a kind.
    return [
        word[:1].title() + word[1:]
        if small or (word.islower() and (len(word) > 5 or (at == 0 and word not in SMALL)))
        else word
        for at, word in enumerate(words)
    ]


def cased(word: str) -> str:
    """Small letters within a word, and glued words apart: ИВАНОВ, SHarif, BILjANA, TolegenToktasynovich."""
    if word in ("AL", "EL", "DE", "DA", "LA", "DI"):
        return word.title()
    letters = sum(map(str.isalpha, word))
    if letters > 2 and word.replace("Lj", "LJ").replace("Nj", "NJ").isupper() and "." not in word:
        return re.sub(r"(^|['-])(\w)([^'-]*)", lambda part: part[1] + part[2] + part[3].lower(), word)
    if (
        len(word) > 3
        and word[0].isupper()
        and word[1].isupper()
        and word[2].islower()
        and not word.startswith("IJ")
    ):
        word = word[0] + word[1].lower() + word[2:]
    for at in range(len(word) - 1, 0, -1):
        if not (word[at].isupper() and word[at - 1].islower()):
            continue
        head, tail = word[:at], word[at:]
        if CAPITAL_FOLLOWS.search(head) or len(re.split("['-]", head)[-1]) <= 3:
            word = head + (tail.capitalize() if tail.isupper() and len(tail) > 1 else tail)
        elif len(tail.split()[0]) >= 3:
            word = f"{head} {tail}"
        else:
            word = head + tail.lower()
    return word


def fault(name: str, country: str, *, full: bool = True) -> str:
    """The reason why a name cannot be taken, or "". A full name must pass more tests than a single word."""
    words = name.split()
    scripts = {script(letter) for letter in name if letter.isalpha()}
    if re.search(r"\d", name):
        return "a digit"
    if "," in name:
        return "a comma left over"
    if "(" in name or "）" in name or "[" in name:
        return "a bracket"
    if any(map(is_sign, name)):
        return "another sign"
    if not scripts:
        return "no letter"
    if len(scripts) > 1 and not scripts <= {"CJK", "HIRAGANA", "KATAKANA"}:
        return "letters of two scripts"
    if not full:
        return ""
    if not any(sum(map(str.isalpha, word)) > 1 for word in words):
        return "initials only"
    if len(words) == 1 and not scripts & NO_BLANKS and country not in MONONYMS:
        return "one word"
    if words[-1].casefold() in CUT_OFF or re.fullmatch("\\w['-]", words[-1]):
        return "cut off"
    if len(words) > LONGEST:
        return f"more than {LONGEST} words"
    return ""


def is_sign(sign: str) -> bool:
    """Whether it is anything but a letter, mark, joiner, hyphen, apostrophe, full stop or middle dot."""
    marked = sign in JOINERS or unicodedata.category(sign).startswith("M")
    return not marked and bool(NOT_A_SIGN.match(sign))


def script(letter: str) -> str:
    """The first word of the letter's Unicode name, which is its script's; Latin for clicks and ʻokina."""
    first = unicodedata.name(letter, "?").partition(" ")[0].partition("-")[0]
    if first == "MODIFIER" or letter in "ǃǀǁǂ":
        return "LATIN"
    return "CJK" if first == "IDEOGRAPHIC" else first  # 々


def scripts_of(name: str) -> frozenset[str]:
    return frozenset(script(letter) for letter in name if letter.isalpha())


def bag(name: str) -> str:
    """The words of the name in one order: the same for `Iosif Brodsky` and `Brodsky, Iosif`."""
    return " ".join(sorted(re.split(r"[\s.-]+", name.casefold().strip(" .-"))))


def unique_rows(rows: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted(set(rows))
