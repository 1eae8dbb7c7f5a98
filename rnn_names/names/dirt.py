"""Quick tests for text beside a name. Every name passes them."""

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

MANY = 64  # for so many texts, one test of all together is faster
THAI = "\u0e00"  # scripts from here on may have titles without a blank
_ROMANISED_ENDS = tuple(f"-{word}" for word in titles.ROMANISED)

# None of these is in a name that has nothing to clean. Compiled on first use: most names need none.
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
    """Titles without a blank between them and the name, at either end of it."""
    return re.compile(f"^(?:(?:{titles.GLUED_BEFORE})\\s*)+|(?<=\\w)(?:{titles.GLUED_BEHIND})+$")


def suspects(texts: Sequence[str]) -> list[int]:
    """The places of the texts that may not be plain. `is_plain` holds for all others.

    Among many texts, these others consist of letters before THAI and blanks, without a word of _SUSPECTS,
    and without a capital as second or third character.
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
    """For each code point, whether it is a letter or a blank, and whether it is a capital."""
    characters = [*map(chr, range(ord(THAI) + 1))]
    letter = [c.isalpha() or c in " \n" for c in characters[:-1]] + [False]
    return np.array(letter), np.array([*map(str.isupper, characters)])
