"""Whether a text has anything beside a name: quick tests, because they are asked of every name."""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from rnn_names.base.arrays import IntArray
from rnn_names.names import titles

COMMAS = ",;،؛、，；"
DASHES = "-–—/·•"
QUOTES = '"“”„‟«»‹›「」『』〝〞〟＂'
OPENING, CLOSING = "([{<（［【〔〈《", ")]}>）］】〕〉》"

MANY = 64  # texts, from which a look at all of them at once pays
THAI = "\u0e00"  # from here on there are scripts whose titles stand without a blank
_ROMANISED_ENDS = tuple(f"-{word}" for word in titles.ROMANISED)

# What a name that has nothing to clean is without: compiled on first use, which most names never make.
_SIGNS = f"[{re.escape(COMMAS + QUOTES + OPENING + CLOSING)}@|=‚`´]"
_APOSTROPHES = "(?:^|\\s)['‘]|['‘´’]$"
_DOTS = r"[^ .-][^ ][.:]|\.\w|[.:]$|^[^\x00-\x7f]\."
_TABLES = (titles.BEFORE, titles.BEFORE_LONG, titles.BEHIND, titles.BEHIND_LONG, titles.BETWEEN)
_SUSPECTS = frozenset(
    variant
    for word in (entry.split()[-1] for table in _TABLES for entry in table)
    for variant in (word, word.capitalize(), word.upper())
).union(map(str.upper, titles.BEHIND_IN_CAPITALS), titles.ROMANISED, titles.MIXED, DASHES)


def is_plain(text: str) -> bool:
    """Whether there is certainly nothing to clean."""
    return not begins_in_capitals(text) and not has_dirt(text)


def begins_in_capitals(text: str) -> bool:
    """Whether the family name may come first: `SMITH John`."""
    return text[1:3].isupper() and not text.isupper()


def has_dirt(text: str) -> bool:
    """Whether something may stand beside the name."""
    if not _SUSPECTS.isdisjoint(text.split()):
        return True
    if text < THAI:
        letters = text.replace(" ", "").replace("-", "")
        if letters.isalpha():  # nearly always
            return "-" in text and text.endswith(_ROMANISED_ENDS)
    elif glued().search(text):
        return True
    if re.search(_SIGNS, text) or text.endswith(_ROMANISED_ENDS):
        return True
    return bool(
        (("'" in text or "‘" in text or "’" in text) and re.search(_APOSTROPHES, text))
        or (("." in text or ":" in text) and re.search(_DOTS, text))
    )


@cache
def glued() -> re.Pattern[str]:
    """Titles that stand at a name without a blank, at either end."""
    return re.compile(f"^(?:(?:{titles.GLUED_BEFORE})\\s*)+|(?<=\\w)(?:{titles.GLUED_BEHIND})+$")


def suspects(texts: Sequence[str]) -> list[int]:
    """The places of the texts that may not be plain: `is_plain` is true of all others.

    Of many texts these others have nothing but letters before THAI and blanks, no word of _SUSPECTS, and
    no capital as their second or third character.
    """
    if len(texts) < MANY:
        return [k for k, text in enumerate(texts) if not is_plain(text)]
    block = "\n".join(texts) + "\n"
    codes = np.frombuffer(block.encode("utf-32-le", "surrogatepass"), "<u4")
    ends = np.flatnonzero(codes == ord("\n"))
    if len(ends) != len(texts):  # some text has a line end
        return [*range(len(texts))]
    letter, capital = _kinds()
    odd = [np.flatnonzero(~letter.take(codes, mode="clip"))]
    starts = np.append(0, ends[:-1] + 1)
    for place in (starts + 1, starts + 2):
        place = place[place < ends]
        odd.append(place[capital.take(codes[place], mode="clip")])
    known = [k for k, word in enumerate(block.replace("\n", " ").split(" ")) if word in _SUSPECTS]
    odd.append(np.flatnonzero((codes == ord(" ")) | (codes == ord("\n")))[known])  # the ends of such words
    found: list[int] = np.unique(np.searchsorted(ends, np.concatenate(odd))).tolist()
    return found


@cache
def _kinds() -> tuple[IntArray, IntArray]:
    """By code point, whether a character is a letter or stands between words; whether it is a capital."""
    characters = [*map(chr, range(ord(THAI) + 1))]
    letter = [c.isalpha() or c in " \n" for c in characters[:-1]] + [False]
    return np.array(letter), np.array([*map(str.isupper, characters)])
