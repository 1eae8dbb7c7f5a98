"""Names of plain characters as the indices of symbols, by one table: nearly all names are plain."""

import unicodedata

import numpy as np

from rnn_names.base.arrays import IntArray
from rnn_names.names.encoded import END_INDEX, START_INDEX, Encoded
from rnn_names.names.spelling import LONGEST, fold_lines

KINDS = {"Ll", "Lu", "Lt", "Lo", "Pd", "Po"}  # of characters: letters, and signs between them


def plain_table(letters: str, symbols: str) -> IntArray:
    """The index of the symbol that a character is read as, by its code point, or -1; -1 at the end.

    The table has only characters that are read alike in any company: small letters and their capitals. It
    has no mark, and nothing that may become one letter with the character before it.
    """
    plain = {}
    for letter in letters:
        for c in {letter, letter.upper(), letter.title()}:
            kind = unicodedata.category(c) if len(c) == 1 and c != "·" else ""
            alone = kind in KINDS and not "\u1100" <= c <= "\u11ff"  # jamo make syllables
            if c == " " or (alone and fold_lines(c) == letter):
                plain[ord(c)] = symbols.index(letter)
    index = np.full(max(plain, default=0) + 2, -1, np.int32)
    index[[*plain]] = [*plain.values()]
    return index


def encode_plain(words: list[str], table: IntArray) -> tuple[Encoded, IntArray]:
    """The names of plain characters, each between start and end, and the places of all others.

    The others are empty, are too long, have a blank too many, or a character that is not in the table.
    """
    sizes = np.fromiter(map(len, words), np.intp, len(words))
    ends = np.cumsum(sizes)
    codes = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), "<u4")
    symbols = np.take(table, codes, mode="clip")
    blank = codes == ord(" ")
    at_end = np.zeros(len(codes) + 1, bool)  # whether a name ends before a character
    at_end[ends] = True
    at_end[0] = True
    stray = blank & (at_end[:-1] | at_end[1:])
    stray[1:] |= blank[1:] & blank[:-1]
    kept = (sizes > 0) & (sizes <= LONGEST)
    kept[np.searchsorted(ends, np.flatnonzero(stray | (symbols < 0)), "right")] = False
    lengths = sizes[kept] + 2
    stops = np.cumsum(lengths)
    read = np.empty(stops[-1] if len(stops) else 0, symbols.dtype)
    inner = np.ones(len(read), bool)
    for mark, places in ((START_INDEX, stops - lengths), (END_INDEX, stops - 1)):
        read[places] = mark
        inner[places] = False
    read[inner] = symbols if kept.all() else symbols[np.repeat(kept, sizes)]
    return Encoded(read, stops - lengths, lengths), np.flatnonzero(~kept)
