"""One letter, however it is written: its normal form, and the nearest letter that an alphabet knows."""

import re
import unicodedata
from collections.abc import Container, Iterator
from functools import cache
from itertools import combinations

BETWEEN = " -',."  # what stands between letters, when normalised, and is none
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"

# Default_Ignorable_Code_Point of Unicode 14 to 16, DerivedCoreProperties.txt, but for the JOINERS.
IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
# Letters and signs that look alike, where Unicode has no rule for them.
SAME = {
    c: plain
    for plain, characters in {
        "'": "`\u00b4‘’‛❛❜\u02b9ʺʻʼʽʾʿˀˁˈˊˋˮ\u02f4′‵ꞌꞋՙ՚׳ߴߵ\u0384\u1fbd\u1fbf\u1ffd\u1ffe",
        "-": "−⁃˗⁓∼➖",
        ".": "。۔܁܂",
        ",": "、،‚՝⹁᠂",
        "·": "·‧•‣◦∙⋅⸱ꞏ・᛫●∘▪",  # between words; but between l and l it is a sign of Catalan
        " ": "\N{BRAILLE PATTERN BLANK}",
        "\u0302": "ˆ",  # these three have no decomposition; see _Written
        "\u0304": "ˉ",
        "\u030c": "ˇ",
        "": "\N{ARABIC TATWEEL}\N{NKO LAJANYALAN}\N{MONGOLIAN NIRUGU}",  # they stretch a word
    }.items()
    for c in characters
}
# Letters whose names do not say which letter they are made of; see `plain`.
PLAIN = {
    "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ə": "a", "ŋ": "n", "ĸ": "k", "ƿ": "w", "ȝ": "g", "ß": "ss",
    "ɣ": "g", "ɑ": "a", "ɩ": "i", "ʊ": "u", "ʃ": "sh", "ʒ": "z", "ʔ": "'", "ʕ": "'", "ɂ": "'",
    "ی": "ي", "ى": "ي", "ک": "ك", "ہ": "ه", "ە": "ه",
}  # fmt: skip
# Letters in their own right, each with the nearest letters that an alphabet without it may have.
NEAR = {
    "ʉ": "u", "ɵ": "o", "ɨ": "i",
    "ә": "а", "ө": "о", "ү": "у", "ұ": "у", "һ": "х", "і": "и", "є": "е", "ґ": "г", "ђ": "д", "ћ": "ч",
    "ٱ": "ا", "ة": "ه", "گ": "ك", "پ": "ب", "چ": "ج", "ژ": "ز", "ڤ": "ف", "ے": "ي", "ں": "ن", "ھ": "ه",
    "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
}  # fmt: skip
CEDILLA_OR_COMMA = str.maketrans("\u0326\u0327", "\u0327\u0326")  # ş for ș, and ț for ţ: often confused
TONES = "\u0300\u0301\u0303\u0309\u0323"  # of Vietnamese: without them the letter is still another one

_SHAPE = re.compile(r"(?<=LETTER )(?:TURNED |REVERSED |OPEN |CLOSED |DOTLESS |SIDEWAYS |LONG |SHARP )+")


class _Written(dict[str, str]):
    """The normal form of a character. Each is worked out once."""

    def __missing__(self, c: str) -> str:
        self[c] = self._one(c)
        return self[c]

    def _one(self, c: str) -> str:
        if c in "\r\n":  # they part the names of `fold_lines`
            return c
        if c in SAME:
            return SAME[c]
        if IGNORABLE.match(c):
            return ""
        if c.isspace():
            return " "
        if unicodedata.category(c) == "Pd":
            return "-"
        parts = unicodedata.normalize("NFKD", c)
        if parts == c:
            return c
        # A spacing accent is a blank with a mark, to Unicode: here it is the mark of the letter before it.
        shown = parts[1:] if parts[0] == " " else parts
        written = "".join(self[part] for part in shown)
        return c if written == parts else written


WRITTEN = _Written()


@cache
def base(c: str) -> str:
    """The base letters of a decomposed character: nothing for a mark that is no vowel."""
    if c.isascii():
        return c
    name = unicodedata.name(c, "")
    if unicodedata.category(c).startswith("M"):
        optional = name.startswith(("COMBINING ", "ARABIC ", "HEBREW ", "SYRIAC ")) and "KANA" not in name
        return "" if optional else c
    if c in JOINERS:
        return ""
    letters = plain(c) if c in PLAIN or name.startswith("LATIN ") else ""
    return "".join(map(base, letters)) or c


@cache
def plain(letter: str) -> str:
    """The letter that this one is made of, by its name in Unicode: ł is an L WITH STROKE; else nothing."""
    if letter in PLAIN:
        return PLAIN[letter]
    name = unicodedata.name(letter, "").replace("KANA LETTER SMALL ", "KANA LETTER ")
    base = _SHAPE.sub("", name.partition(" WITH ")[0]).replace("LETTER SMALL CAPITAL", "SMALL LETTER")
    if base == unicodedata.name(letter, "") or "LETTER" not in name:
        return ""
    try:
        return unicodedata.lookup(base)
    except KeyError:
        return ""


def nearest(c: str, letters: Container[str]) -> str | None:
    """The normalised character in these letters: itself, or with fewer marks, or plainer; None for none.

    A sign between letters becomes a blank; an apostrophe, or a mark without its letter, becomes nothing.
    """
    if c in letters:
        return c
    if c in BETWEEN:
        return " " if c != "'" and " " in letters else ""
    if c in JOINERS or unicodedata.category(c).startswith("M"):
        return ""
    letter, *marks = list(unicodedata.normalize("NFD", c))
    if all(unicodedata.category(mark).startswith("M") for mark in marks):
        other = tuple(mark.translate(CEDILLA_OR_COMMA) for mark in marks)
        for kept in (other, *_fewer(marks)):
            spelled = unicodedata.normalize("NFC", letter + "".join(kept))
            if all(part in letters for part in spelled):
                return spelled
        c = letter
    parts = [nearest(part, letters) for part in plain(c) or NEAR.get(c, "")]
    return "".join(part or "" for part in parts) if parts and None not in parts else None


def _fewer(marks: list[str]) -> Iterator[tuple[str, ...]]:
    """The marks without one of them, without two, and so on; those without a tone come first."""
    for size in range(len(marks) - 1, -1, -1):
        yield from sorted(combinations(marks, size), key=lambda kept: sum(mark in TONES for mark in kept))
