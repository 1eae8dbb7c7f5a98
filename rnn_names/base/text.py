"""Texts that are safe to print, and the nearest known word."""

import re
from collections.abc import Iterable

ESCAPES = {ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}
COMPARED = 80  # characters of a word: comparing longer ones takes too long


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean 'Poland'?` for the nearest known word, ignoring case; empty if none is near."""
    near = nearest_to(word, known, 0.6)
    return f"did you mean {near!r}?" if near else ""


def nearest_to(word: str, known: Iterable[str], alike: float = 0.8) -> str:
    """The nearest known word, ignoring case; "" if the similarity of none reaches `alike`, from 0 to 1."""
    from difflib import get_close_matches  # not above: importing it takes longer than a prediction

    folded = {each[:COMPARED].casefold(): each for each in known if each != word}
    near = get_close_matches(word[:COMPARED].casefold(), folded, 1, alike)
    return folded[near[0]] if near else ""


def behind(pattern: re.Pattern[str], text: str, at: int) -> int:
    """The place behind a match that begins here; this place if there is none."""
    found = pattern.match(text, at)
    return found.end() if found else at


def number_of(n: int, what: str) -> str:
    """A number of things: `1 name`, `1,204 names`."""
    return f"{n:,} {what}{'s' * (n != 1)}"


def in_shell(text: str) -> str:
    """A path or an option as bash takes it, printable: with a line break or the like it is $'…'."""
    import os
    from shlex import quote  # not above: few commands print commands

    if text.isprintable():
        return quote(text)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").translate(ESCAPES)
    return "$'" + "".join(c if c.isprintable() else _bytes_in_shell(os.fsencode(c)) for c in escaped) + "'"


def _bytes_in_shell(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)


def printable(text: str) -> str:
    """The text without control characters, which could steer a terminal."""
    shown = text.translate(ESCAPES)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)
