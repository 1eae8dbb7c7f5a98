"""Words beside a name: whether they are titles or degrees, by the tables of `titles`.

A word that is also a name needs more evidence: a full stop, another title, a longer name.
"""

import re
from functools import lru_cache

from rnn_names.names import titles
from rnn_names.names.dirt import CLOSING, COMMAS, OPENING, QUOTES
from rnn_names.names.spelling import fold_case

VOWELS = "AEIOUY"

_SIGNS = str.maketrans(dict.fromkeys(f"{OPENING}{CLOSING}{QUOTES}{COMMAS}|<>=", " "))
_INITIALS = re.compile(r"(?:[A-Za-z]\.-?)+")
_PIECES = re.compile(r"(?<=[^ .-][^ ]\.)(?=[^\W\d_])")


@lru_cache(1 << 12)
def key_of(word: str) -> str:
    """The word as the tables have it."""
    return fold_case(word.rstrip(":"), "KC").replace(".", "").replace("’", "'").replace("״", '"')


def title_words(words: list[str], at: int) -> int:
    """How many words from this place on are a title; at least one word is left behind them."""
    rest = len(words) - at - 1
    if rest < 1:
        return 0
    word, key = words[at], key_of(words[at])
    two = f"{key} {key_of(words[at + 1])}"
    if rest > 1 and (two in titles.BEFORE or (at and two in titles.BEHIND_A_TITLE)):
        return 2
    if rest > 1 and key in titles.BEFORE_A_TITLE and (more := title_words(words, at + 1)):
        return 1 + more
    if at and key in titles.BEHIND_A_TITLE:
        return 1
    if _are_initials(word, key):
        return 0
    return int(
        key in titles.BEFORE
        or (key in titles.BEFORE_LONG and rest > 1)
        or (key in titles.BEFORE_DOTTED and word.endswith((".", ".:")))
    )


def are_titles(text: str) -> bool:
    """Whether a text is titles with their full stops, perhaps among signs: `Mr.`, `(Prof. Dr.) <>`."""
    words = [word for word in text.translate(_SIGNS).split() if any(map(str.isalpha, word))]
    return bool(words) and all(word.endswith(".") and key_of(word) in titles.BEFORE for word in words)


def _are_initials(word: str, key: str) -> bool:
    """`M.D.`, or two capitals as in SR Nathan; but MR and DR are titles."""
    if len(key) == 2 and word.isupper() and word.isalpha():
        return key not in ("mr", "dr", "ms", "mx")
    return bool(_INITIALS.fullmatch(word))


def apart(word: str) -> list[str]:
    """`Dr.Smith` as `Dr.` and `Smith`, `Prof.Dr.Kern` as three words; else the word."""
    if key_of(word) in titles.BEFORE:
        return [word]
    first, *others = _PIECES.split(word, maxsplit=1)
    known = key_of(first) in titles.BEFORE or key_of(first) in titles.BEFORE_DOTTED
    return [first, *apart(others[0])] if others and known else [word]


def is_behind(part: str, family: str) -> bool:
    """Whether the part behind a comma consists of degrees and the like."""
    several, capitals = " " in family, family.isupper()
    for word in part.split():
        key = key_of(word)
        if key in titles.BEHIND or key in titles.BEHIND_LONG:
            continue
        known = key in titles.BEHIND_A_COMMA or key in titles.BEHIND_IN_CAPITALS
        marked = "." in word[:-1] or (word.isupper() and (several or not capitals)) or len(key) > 3
        if not (marked and known) and not (several and _is_abbreviation(word)):
            return False
    return True


def _is_abbreviation(word: str) -> bool:
    """Whether it looks like a degree that no table has: capitals without a vowel, or full stops within."""
    letters = word.replace(".", "")
    return letters.isalpha() and (
        ("." in word[:-1] and not _INITIALS.fullmatch(word))
        or (letters.isupper() and len(letters) > 2 and not set(letters) & set(VOWELS))
    )


def is_title(part: str) -> bool:
    """Whether the part consists of titles: `Smith, Dr.`."""
    return all(
        (key := key_of(word)) in titles.BEFORE or (word.endswith(".") and key in titles.BEFORE_DOTTED)
        for word in part.split()
    )


def ends(word: str, left: int) -> bool:
    """Whether a word behind `left` others is not part of the name."""
    key, dots = key_of(word), word.count(".")
    return (
        key in titles.BEHIND
        or (key in titles.BEHIND_LONG and (left > 1 or dots > 0))
        or (key in titles.BEHIND_IN_CAPITALS and left > 1 and (word.isupper() or dots > 1))
        or (key in titles.BEHIND_A_COMMA and left > 1 and len(key) > 1 and "." in word[:-1])
    )
