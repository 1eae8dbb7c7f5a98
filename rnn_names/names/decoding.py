"""The encoding of a text that is not UTF-8 and does not say what it is."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, pairwise

# The encodings of people's files, the more frequent ones first.
ENCODINGS = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "koi8_r",
    "cp932",
    "cp949",
    "gb18030",
    "big5",
    "cp1256",
    "cp1255",
    "cp874",
    "mac_roman",
    "cp850",
]
LINE = re.compile(rb"[\r\n]")
CELL_ENDS = re.compile(rb'[,;\t|"\r\n]')
EVIDENCE = 1 << 14  # bytes that are looked at
ENOUGH = 100  # bytes beyond ASCII; fewer say little about the frequencies of letters
TOLD = 3  # encodings
SHOWN = 40  # characters of a cell


def guessed(blocks: Iterator[bytes]) -> tuple[str, str] | None:
    """The likeliest encoding of a text without a mark, and what a user should know of it; None for UTF-8.

    A text in which most lines beyond ASCII are UTF-8 is UTF-8 with some bad bytes.
    """
    first = next(blocks, b"")
    for begins, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if first[begins::2].count(0) * 4 > len(first):
            return encoding, f"the NULs in the text show that it is {encoding} without a mark"
    good = odd = kept = 0
    bad: list[bytes] = []
    for line in _lines(chain([first], blocks)):
        if line.isascii():
            continue
        try:
            line.decode()
            good += 1
        except UnicodeDecodeError:
            odd += 1
            if kept < EVIDENCE:
                bad.append(line)
                kept += len(line)
    text = b"\n".join(bad)
    ranked = likely(text) if odd > good else []
    if not ranked:
        return None
    at = next(place for place, byte in enumerate(text) if byte > 127)
    return ranked[
        0
    ], f"the text is not UTF-8, and {ranked[0]} is a guess: {_told(text[slice(*_cell(text, at))], ranked)}"


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        *lines, rest = LINE.split(rest + block)
        yield from lines
    yield rest


def read_otherwise(data: bytes, at: int) -> str:
    """The cell with the byte at this place in the likeliest encodings, as part of an error message."""
    begins, ends = _cell(data, at)
    told = _told(data[begins:ends], likely(data[begins : begins + EVIDENCE]))
    return f"{told}; " if told else ""


def _cell(data: bytes, at: int) -> tuple[int, int]:
    """Where the cell with the byte at this place begins, and where it ends."""
    begins = max((match.end() for match in CELL_ENDS.finditer(data, 0, at)), default=0)
    ends = CELL_ENDS.search(data, at)
    return begins, ends.start() if ends else len(data)


def _told(cell: bytes, encodings: list[str]) -> str:
    """How a cell reads in the first of the encodings that read it, or nothing."""
    said: dict[str, str] = {}
    for encoding in encodings:
        with suppress(UnicodeError):  # the cell may be cut
            said.setdefault(cell.decode(encoding).strip(), encoding)
    told = [f"{text[:SHOWN]!r} in {encoding}" for text, encoding in [*said.items()][:TOLD]]
    return f"it may be {', or '.join(told)}" if told else ""


def likely(data: bytes) -> list[str]:
    """The encodings in which the text makes sense, the likeliest first.

    Charset-normalizer's opinion comes first, if it is installed and the text has ENOUGH letters. The
    rest is sorted by `_sense`; ties keep the order of ENCODINGS.
    """
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    scores: dict[str, float] = {}
    for encoding in ENCODINGS:
        with suppress(UnicodeError):
            scores[encoding] = _sense(b"\n".join(lines).decode(encoding))
    ranked = sorted((one for one in scores if scores[one] > 0), key=lambda one: -scores[one])
    text = b"\n".join(lines)
    if sum(byte > 127 for byte in text) < ENOUGH:
        return ranked
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        return ranked
    best = from_bytes(text, cp_isolation=ENCODINGS).best()
    if best is None or (ranked and str(best) == text.decode(ranked[0])):  # it says nothing else
        return ranked
    return [best.encoding, *(one for one in ranked if one != best.encoding)]


def _sense(text: str) -> float:
    """The share of characters beyond ASCII that are plausible in a name, minus twice the share of others.

    A letter is not plausible next to a letter of another script, as a capital behind a small letter, or as
    the third accented Latin letter in a row. Signs and rare ideographs are not plausible, either.
    """
    good = bad = row = 0
    for before, c in pairwise(f"\n{text}"):
        if c.isascii():
            if c.isalpha() and not before.isascii() and before.isalpha() and _script(before) != "LATIN":
                bad += 1
            row = 0
            continue
        script = _script(c)
        row = row + 1 if script == "LATIN" else 0
        apart = before.isalpha() and _script(before) != script and not {_script(before), script} <= JAPANESE
        strange = not c.isalpha() and unicodedata.category(c) not in ("Mn", "Mc")
        if strange or apart or row > 2 or (before.islower() and c.isupper()) or c > "\uffff":
            bad += 1
        else:
            good += 1
    return (good - 2 * bad) / max(1, good + bad)


JAPANESE = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}


def _script(letter: str) -> str:
    return "LATIN" if letter.isascii() else unicodedata.name(letter, "").partition(" ")[0]
