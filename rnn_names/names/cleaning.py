"""The name in a text, as people have it in their lists: `Dr. John Smith, PhD <js@x.org>` is John Smith.

A step takes one kind of thing away, or puts the name in order. The steps are repeated until none changes
anything, so a clean name is left as it is. A step that leaves no letter does not count: `Sir` alone is a
name. But a text of titles with full stops, `Mr.`, holds no name. Words that are names as well, as Dean or
Ma, need a full stop, a comma or a longer name: see `titles`.
"""

import re
from typing import NamedTuple

from rnn_names.names import titles
from rnn_names.names.beside import VOWELS, apart, are_titles, ends, is_behind, is_title, key_of, title_words
from rnn_names.names.dirt import CLOSING, COMMAS, DASHES, OPENING, QUOTES, glued, has_dirt, is_plain
from rnn_names.names.spelling import has_letters, tidy

LONGEST_CELL = 500  # characters of a text that is cleaned; a longer one is no name

_PAIRS = re.compile("|".join(rf"{o}[^{o}{c}]*{c}" for o, c in zip(
    map(re.escape, OPENING), map(re.escape, CLOSING), strict=True)))  # fmt: skip
_STRAY = re.compile(f"[{re.escape(OPENING + CLOSING)}]")
_QUOTED = re.compile(f"(?<!\\w)[{QUOTES}][^{QUOTES}]*[{QUOTES}](?!\\w)")
_NICKNAME = re.compile("(?<=\\w\\s)['‘‚`´][^\\s'’‘`´]+['’‘´](?=\\s\\w)")
_AROUND = re.compile("['‘‚`´]+([^'’‘`´]*)['’‘´]+")
_ADDRESS = re.compile(r"[<(\[]?\s*(?:mailto:)?([^\s<>()\[\],;:\"@]+)@[\w.-]+\s*[>)\]]?", re.IGNORECASE)
_FIELD = re.compile(r"^(?:from|to|cc|bcc|sender|reply-to|von|an|de|para|da|mailto):\s*", re.IGNORECASE)
_ENCODED_WORD = re.compile(r"=\?[\w-]+\?[bq]\?[^?\s]*\?=", re.IGNORECASE)
_ROLE = re.compile(rf"(\S+ \S.*?) [{DASHES}] +(.+)")  # behind two words: `Garcia - Lopez` is one name
_COMMA = re.compile(f"[{COMMAS}]")
_ROMANISED = re.compile(f"([^\\W\\d_]+-|.*[^\\W\\d_] )({'|'.join(titles.ROMANISED)})")


class Cleaned(NamedTuple):
    """The name in a text, and what is beside it, in the order of the text."""

    name: str
    not_read: tuple[str, ...]


class Step(NamedTuple):
    """The text that a step leaves, and the parts that it took away."""

    name: str
    taken: list[str]


def clean(text: str) -> str:
    """The name in the text; "" for titles alone, and the text itself where there is nothing to clean."""
    return text if is_plain(text) else cleaned(text).name


def cleaned(text: str) -> Cleaned:
    """As `clean`, with what is not read."""
    if len(text) > LONGEST_CELL or is_plain(text):
        return Cleaned(text, ())
    name, not_read = tidy(text), list[str]()
    before = None
    while name != before and not is_plain(name):
        before = name
        for step in STEPS if has_dirt(name) else (_capitals_last,):
            new, taken = step(name)
            if new == name:
                continue
            new = tidy(new)
            if new != name and has_letters(new) and not are_titles(new):
                name = new
                not_read += taken
    if are_titles(name):
        name, not_read = "", [*not_read, name]
    return Cleaned(text if name == tidy(text) else name, tuple(sorted(not_read, key=text.find)))


def _decoded(name: str) -> Step:
    """Words of a mail's header that are not ASCII: `=?UTF-8?Q?J=C3=BCrgen?=`."""
    if not _ENCODED_WORD.search(name):
        return Step(name, [])
    from email.header import decode_header, make_header  # not above: seldom needed

    try:
        return Step(str(make_header(decode_header(name))), [])
    except (LookupError, ValueError):  # UnicodeError and binascii.Error are ValueErrors
        return Step(name, [])


def _without_address(name: str) -> Step:
    """The text beside an address; for an address alone its local part, split at dots and digits."""
    if "@" not in name:
        return Step(name, [])
    first = _ADDRESS.search(name)
    if first is None:
        return Step(name, [])
    beside = _FIELD.sub("", _ADDRESS.sub(" ", name).strip())
    if has_letters(beside):
        return Step(beside, [match[0].strip() for match in _ADDRESS.finditer(name)])
    local = first[1].partition("+")[0]
    words = " ".join(re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", local))
    return Step(words, [first[0][first.end(1) - first.start() :].rstrip(" >)]")])


def _without_brackets(name: str) -> Step:
    """The text outside brackets; if there is none, the text inside them."""
    if not _STRAY.search(name):
        return Step(name, [])
    inside = _PAIRS.findall(name)
    outside = _STRAY.sub(" ", _PAIRS.sub(" ", name))
    if inside and has_letters(outside):
        return Step(outside, inside)
    return Step(_STRAY.sub(" ", name), [])


def _without_quotes(name: str) -> Step:
    """The text without a nickname in quotes; if under two words would be left, only without the quotes."""
    for pattern in (_QUOTED, _NICKNAME):
        quoted = pattern.findall(name)
        rest = pattern.sub(" ", name)
        if quoted and len(rest.split()) > 1:
            return Step(rest, quoted)
    around = _AROUND.fullmatch(name)
    if around:
        return Step(around[1], [])
    return Step(_QUOTED.sub(lambda match: f" {match[0][1:-1]} ", name).strip(QUOTES + " "), [])


def _in_order(name: str) -> Step:
    """`Smith, John` becomes John Smith, without degrees, and without what follows a bar or a dash."""
    name, bar, behind = name.partition("|")
    if bar and has_letters(name):
        return Step(name, [behind.strip()] if behind.strip() else [])
    name += bar + behind
    if role := _ROLE.fullmatch(name):
        return Step(role[1], [role[2]])
    if not _COMMA.search(name):
        return Step(name, [])
    family, *others = [part for part in map(tidy, _COMMA.split(name)) if part] or [""]
    given, taken = list[str](), list[str]()
    for part in others:
        (taken if is_behind(part, family) or is_title(part) else given).append(part)
    return Step(" ".join([*given, family]), taken)


def _without_titles(name: str) -> Step:
    words = name.split()
    words[:1] = apart(words[0]) if words else []
    at = 0
    while count := title_words(words, at):
        at += count
    return Step(" ".join(words[at:]), words[:at])


def _without_degrees(name: str) -> Step:
    words = name.split()
    end = len(words)
    while end > 1:
        two = words[end - 2 : end]
        if end > 2 and all(word.endswith(".") for word in two) and ends("".join(two), end - 2):
            end -= 2
        elif ends(words[end - 1], end - 1):
            end -= 1
        else:
            break
    return Step(" ".join(words[:end]), words[end:])


def _without_words_between(name: str) -> Step:
    first, *others = name.split() or [""]
    taken = [word for word in others[:-1] if key_of(word) in titles.BETWEEN]
    return Step(" ".join([first, *(word for word in others if word not in taken)]), taken)


def _apart_in_other_scripts(name: str) -> Step:
    """The name without `様` or `นาย`, which have no blank between them and the name, and without `-san`."""
    if name.isascii():
        romanised = _ROMANISED.fullmatch(name)
        return Step(romanised[1].rstrip(" -"), [romanised[2]]) if romanised else Step(name, [])
    return Step(glued().sub(" ", name), [match[0].strip() for match in glued().finditer(name)])


def _capitals_last(name: str) -> Step:
    """`SMITH John` becomes John SMITH; possible initials, such as AKM or DJ, stay where they are."""
    words = name.split()
    count = next((k for k, word in enumerate(words) if not word.isupper() or "." in word), len(words))
    family, given = words[:count], words[count:]
    if not given or all(len(w) < 3 or (len(w) == 3 and w[1] not in VOWELS) for w in family):
        return Step(name, [])
    if any(word.isupper() and len(word.strip(".")) > 1 for word in given):
        return Step(name, [])
    return Step(" ".join(given + family), [])


STEPS = (
    _decoded,
    _without_address,
    _without_brackets,
    _without_quotes,
    _in_order,
    _apart_in_other_scripts,
    _without_titles,
    _without_degrees,
    _without_words_between,
    _capitals_last,
)
