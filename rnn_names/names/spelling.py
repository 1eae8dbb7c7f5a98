"""A name is the same name however it is written: its forms, from a cell of a file to the split key.

    form         what it is for                       the name in it
    written      as the file has it                   ` O‘Brien–González`
    tidy         shown to people                      `O‘Brien–González`
    normalise    read by the network                  `o'brien-gonzález`
    fold         read by it as well, in training;     `o'brien-gonzalez`
                 compared, where labels are
    split_key    the same for all spellings, so       `obriengonzalez`
                 that no two of them part

`normalise` writes every character in one way, whatever the training data happened to hold (`WRITTEN`):
one apostrophe, one hyphen, one blank, no invisible characters, plain forms for compatibility forms (NFKC),
small letters, marks on their letters. It is linear in the length of the name, reads no more than
LONGEST letters, and changes nothing the second time. `nearest` spells what an alphabet
still lacks with the letters that it has.

The rule has a number, RULE. Each model keeps the number of the rule by which its data were divided.
"""  # fmt: skip

import re
import unicodedata
from collections.abc import Callable
from itertools import groupby
from typing import Literal, NamedTuple

from rnn_names.names import spelling1
from rnn_names.names.letters import IGNORABLE, JOINERS, WRITTEN, base

LONGEST = 256  # letters of a name that are read; what follows them is not
READ = 1 << 17  # characters of a cell that are looked at, to find those letters
MARKS = 30  # on one letter, as in the Stream-Safe Text Format (Unicode, UAX #15): no script has as many
EXPANSION = 18  # letters that one character becomes at most, in NFKC: U+FDFA, a whole sentence

# Joiners say something between letters of Arabic, of its kin and of the scripts of India and Sri Lanka.
_JOINED = re.compile(f"([\u0600-\u0dff][{JOINERS}])[{JOINERS}]*(?=[\u0600-\u0dff])|[{JOINERS}]")
_TOWER = re.compile("(?s:.)[^\x00-\u02ff]{10,}")  # marks may decompose into three: see _bounded
_DOTLESS = re.compile("([ıȷ])(?=[\u0300-\u036f])")
_DOTTED = re.compile("i\N{COMBINING DOT ABOVE}+")


def tidy(text: str) -> str:
    """Collapse every run of white space, no-break spaces included, to one blank; none at the ends."""
    return " ".join(text.split())


def fold_case(text: str, form: str = "C") -> str:
    """The text in NFC, or NFKC for form KC, and its case folded.

    Case folding is Unicode's: ß becomes ss, and a name's capitals fold to what the name does, but for
    Turkish ı, whose capital is everybody else's I.
    """
    if text.isascii():
        return text.lower()
    # Decomposed first: folding the case of composed and decomposed letters must give the same
    # (Unicode 15, section 3.13, D145). A dotted capital İ folds to i and a stray dot.
    text = unicodedata.normalize("NFKD" if form == "KC" else "NFD", text).casefold()
    if "ı" in text or "ȷ" in text:  # under an accent no i has its dot: ı there is a slip of the keyboard
        text = _DOTLESS.sub(lambda match: "i" if match[1] == "ı" else "j", text)
    text = _DOTTED.sub("i", text)
    if form == "KC" and "·" in text:
        text = re.sub("(?<=l)·(?=l)", "", text).replace("·", " ")
    return unicodedata.normalize("NFKC" if form == "KC" else "NFC", text)


def fold_lines(text: str) -> str:
    """`normalise` of many tidy names at once, each between \\n and \\r, but for the cut."""
    if text.isascii():
        return text.lower().replace("`", "'")
    changed = {ord(c): written for c in set(text) if (written := WRITTEN[c]) != c}
    if changed:
        text = text.translate(changed)
    if JOINERS[0] in text or JOINERS[1] in text:
        text = _JOINED.sub(r"\1", text)
    return tidy_lines(fold_case(_bounded(text, "NFKD"), "KC"))


def tidy_lines(text: str) -> str:
    """Collapse blanks to one in each of many names, and take off those at their ends."""
    if "  " in text or "\n " in text or " \r" in text:
        text = re.sub(" +", " ", text).replace("\n ", "\n").replace(" \r", "\r")
    return text


def _bounded(text: str, form: "Literal['NFD', 'NFKD']") -> str:
    """The text with no more than MARKS on a letter, those that come first in canonical order.

    `unicodedata.normalize` takes a time of n² to put n marks in order.
    """

    def low(match: re.Match[str]) -> str:
        if not any(map(unicodedata.combining, match[0])):
            return match[0]
        decomposed = "".join(unicodedata.normalize(form, c) for c in match[0])
        return "".join(
            "".join(sorted(run, key=unicodedata.combining)[:MARKS] if marks else run)
            for marks, run in groupby(decomposed, lambda c: unicodedata.combining(c) > 0)
        )

    return _TOWER.sub(low, text)


def _whole(name: str) -> str:
    return fold_lines(tidy(name)[:READ]).strip(" ")


def normalise(name: str) -> str:
    """The spelling that the network reads: every character in one form, the longest names cut."""
    name = _whole(name)
    return name if len(name) <= LONGEST else name[:LONGEST].rstrip(" " + JOINERS)


def is_cut(name: str) -> bool:
    """Whether a part of the name is not read, because it has more than LONGEST letters."""
    if len(name) <= (LONGEST if name.isascii() else LONGEST // EXPANSION):
        return False
    return len(tidy(name)) > READ or len(_whole(name)) > LONGEST


def has_letters(name: str) -> bool:
    """Whether the part that is read has a letter. A text without one, `12345` or `-`, is no name."""
    if name[:1].isascii() and name[:1].isalpha():  # nearly always
        return True
    if name.isascii():
        return any(map(str.isalpha, name[:LONGEST]))
    # A sign that only goes with letters, as the long-vowel mark of kana, is a letter to isalpha.
    return any(c.isalpha() and unicodedata.category(c) != "Lm" for c in normalise(name))


def fold(name: str) -> str:
    """The normalised name in base letters: é becomes e, ł l, æ ae. Other scripts keep their letters.

    Optional marks go: accents, points of Arabic and Hebrew. Marks that are vowels stay.
    """
    name = normalise(name)
    if name.isascii():
        return name
    return normalise("".join(map(base, unicodedata.normalize("NFKD", name))))


def split_key(name: str) -> str:
    """The key that all spellings of a name share: Müller, Mueller; O'Brien, Obrien; Al-Masri, al masri."""
    letters = "".join(filter(str.isalnum, fold(name)))
    return re.sub("([aou])e+", r"\1", letters) or normalise(name)


def label(text: str) -> str:
    """A label as it is shown: tidy, in NFC, without invisible characters."""
    if text.isascii():
        return tidy(text)
    text = _JOINED.sub(r"\1", IGNORABLE.sub("", text))
    return unicodedata.normalize("NFC", _bounded(tidy(text), "NFD"))


def label_key(label: str) -> str:
    """The key that all spellings of a label share: case, accents and the form of signs do not count."""
    return fold(label)


class Rule(NamedTuple):
    """How names were compared when the data of a model were divided."""

    normalise: Callable[[str], str]
    split_key: Callable[[str], str]


RULE = 2  # of new models
RULES = {1: Rule(spelling1.normalise, spelling1.split_key), RULE: Rule(normalise, split_key)}
