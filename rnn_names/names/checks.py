"""What to know of names before a network is trained on them."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from rnn_names.base.text import nearest_to
from rnn_names.names.alphabet import script
from rnn_names.names.cleaning import cleaned
from rnn_names.names.example import Example
from rnn_names.names.letters import BETWEEN, JOINERS
from rnn_names.names.spelling import has_letters, label_key, normalise, split_key

FEW = 50  # names of a label, below which its scores say little: a tenth of them is tested
UNEVEN = 100  # times as many names, beyond which the largest label drowns the smallest
SHARED = 0.1  # of the names under several labels, beyond which no model can be right
LONG = 64  # letters
RARE = 3  # rows of a label, up to which it may be another one misspelled
EXAMPLES = 5
SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")  # they share shapes: a mixture is a mistake, or made to deceive


@dataclass(frozen=True)
class Found:
    """So many of a kind, and some of them."""

    n: int
    examples: list[str]


@dataclass(frozen=True)
class Label:
    """The rows of a label, and the different names in them."""

    rows: int
    names: int


@dataclass(frozen=True)
class Check:
    """What was found. Names are counted as the network reads them, whatever their capitals.

    labels          by label, most names first
    duplicates      rows with a name and label that an earlier row has: training takes each once
    several_labels  names under more than one label
    spellings       keys of the split that names of several spellings share: Müller, Mueller, Muller.
                    `train` keeps them in one part; a split by rows would test what was learned
    odd_characters  for each character that is neither letter nor stands between letters, the names with it
    mixed_scripts   names of letters of several of SCRIPTS
    long            names of more than LONG letters
    beside          cells in which something stands beside the name: a title, an address, brackets
    scripts         the names of each script, by the first letter; most first
    no_letters      cells without a letter, which are no names: they count in `rows` alone
    similar_labels  labels that differ in case, accents or blanks alone
    misspelled      labels of at most RARE rows, each with the nearest one of more rows
    few             labels of fewer than FEW names
    warnings        what to mend, or to know, as sentences
    """

    rows: int
    names: int
    longest: int
    labels: dict[str, Label]
    duplicates: Found
    several_labels: Found
    spellings: Found
    odd_characters: dict[str, Found]
    mixed_scripts: Found
    long: Found
    beside: Found
    scripts: dict[str, int]
    no_letters: Found
    similar_labels: list[list[str]]
    misspelled: dict[str, str]
    few: list[str]
    warnings: list[str]


class _Finds:
    """Counts what is found, and keeps the first few."""

    def __init__(self) -> None:
        self.n, self.examples = 0, list[str]()

    def add(self, text: str) -> None:
        self.n += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(text)

    def found(self) -> Found:
        return Found(self.n, self.examples)


def check(examples: Iterable[Example]) -> Check:
    """Look through the examples, at least one; a set of labels is the bits of a number."""
    bits: dict[str, int] = {}  # of each label
    labels_of: dict[str, int] = {}  # of each name
    written: dict[str, str] = {}  # under each key of the split, its first name
    others: dict[str, set[str]] = defaultdict(set)  # and those after it
    rows, names = Counter[str](), Counter[str]()
    duplicates, mixed, long, no_letters, beside = _Finds(), _Finds(), _Finds(), _Finds(), _Finds()
    scripts = Counter[str]()
    odd: dict[str, _Finds] = defaultdict(_Finds)
    usual = set[str]()  # characters that are not odd
    longest = 0
    for example in examples:
        name, label = normalise(example.name), example.country
        bit = bits.setdefault(label, 1 << len(bits))
        rows[label] += 1
        names[label] += 0
        if not has_letters(name):
            no_letters.add(example.name)
            continue
        known = labels_of.get(name, 0)
        labels_of[name] = known | bit
        if known & bit:
            duplicates.add(f"{example.name} ({label})")
        else:
            names[label] += 1
        if known:
            continue
        longest = max(longest, len(name))
        scripts[next(filter(None, map(script, name)), "").capitalize() or "none"] += 1
        if cleaned(example.name).not_read:
            beside.add(example.name)
        if len(name) > LONG:
            long.add(example.name)
        if not name.isalpha():
            for c in set(name) - usual:
                if _odd(c):
                    odd[c].add(example.name)
                else:
                    usual.add(c)
        if not name.isascii() and len({_script(c) for c in name} - {""}) > 1:
            mixed.add(example.name)
        key = split_key(name)
        first = written.setdefault(name if key == name else key, name)
        if first != name:
            others[key].add(name)

    spellings = sorted(others, key=lambda key: (-len(others[key]), key))
    shared = sorted(
        (name for name, mask in labels_of.items() if mask & (mask - 1)),
        key=lambda name: (-labels_of[name].bit_count(), name),
    )
    similar = defaultdict(list)
    for label in sorted(bits):
        similar[label_key(label)].append(label)
    result = Check(
        rows=rows.total(),
        names=len(labels_of),
        longest=longest,
        labels={label: Label(rows[label], n) for label, n in sorted(names.items(), key=_most_first)},
        duplicates=duplicates.found(),
        several_labels=Found(
            len(shared),
            [
                f"{name} ({', '.join(label for label, bit in bits.items() if labels_of[name] & bit)})"
                for name in shared[:EXAMPLES]
            ],
        ),
        spellings=Found(
            len(spellings),
            [", ".join([written[key], *sorted(others[key])]) for key in spellings[:EXAMPLES]],
        ),
        odd_characters={
            c: finds.found() for c, finds in sorted(odd.items(), key=lambda item: (-item[1].n, item[0]))
        },
        mixed_scripts=mixed.found(),
        long=long.found(),
        beside=beside.found(),
        scripts=dict(scripts.most_common()),
        no_letters=no_letters.found(),
        similar_labels=[labels for labels in similar.values() if len(labels) > 1],
        misspelled=_misspelled(rows),
        few=[label for label, n in sorted(names.items(), key=_most_first) if n < FEW],
        warnings=[],
    )
    result.warnings.extend(_warnings(result))
    return result


def _misspelled(rows: Counter[str]) -> dict[str, str]:
    """Each rare label that is spelled nearly as one of more rows, and that one."""
    near = {
        label: nearest_to(label, [other for other, more in rows.items() if more > n])
        for label, n in sorted(rows.items())
        if n <= RARE
    }
    return {label: meant for label, meant in near.items() if meant and label_key(label) != label_key(meant)}


def _warnings(found: Check) -> Iterable[str]:
    sizes = [(label, counts.names) for label, counts in found.labels.items()]
    (largest, most), (smallest, least) = sizes[0], sizes[-1]
    if len(sizes) == 1:
        yield f"every name has the label {largest!r}: to train takes two labels or more"
    if found.few:
        listed = [f"{label} ({found.labels[label].names})" for label in found.few]
        yield (
            f"{len(listed)} of {len(sizes)} labels have fewer than {FEW} names, too few to learn or to "
            f"score: {_some(listed)}"
        )
    if most > UNEVEN * least > 0:
        yield (
            f"{largest!r} has {most // least:,} times as many names as {smallest!r}: "
            "weigh labels with train --class-weight, or choose a --prior"
        )
    for labels in found.similar_labels:
        yield f"labels that are nearly the same, {', '.join(map(repr, labels))}: make them one"
    for label, meant in found.misspelled.items():
        yield f"the label {label!r} ({found.labels[label].rows}) may be {meant!r} misspelled"
    if found.several_labels.n > SHARED * found.names:
        share = found.several_labels.n / found.names
        yield f"{share:.0%} of the names stand under several labels: of these no model can always be right"
    if found.odd_characters:
        listed = [f"{c} in {some.examples[0]!r}" for c, some in found.odd_characters.items()]
        yield (
            f"{len(listed)} characters are neither letters nor stand between letters: {_some(listed)}: "
            "clean these names"
        )
    if found.mixed_scripts.n:
        yield (
            f"{found.mixed_scripts.n:,} names mix letters of different scripts that look alike: "
            f"{', '.join(map(repr, found.mixed_scripts.examples))}"
        )
    for label in found.labels:
        if label_key(label) == "unknown":
            yield f"the label {label!r} is the answer below a threshold: train refuses it, so rename it"
    if found.no_letters.n:
        some = _some([each for each in found.no_letters.examples if each.strip()])
        n = found.no_letters.n
        told = (
            "1 cell has no letter, is no name, and is"
            if n == 1
            else f"{n:,} cells have no letter, are no names, and are"
        )
        yield f"{told} left out" + (f": {some}" if some else "")
    if found.long.n:
        yield f"{found.long.n:,} names have more than {LONG} letters: are they names?"


def _some(texts: list[str]) -> str:
    rest = len(texts) - EXAMPLES
    return ", ".join(texts[:EXAMPLES]) + (f" and {rest:,} more" if rest > 0 else "")


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    label, n = item
    return -n, label


def _odd(c: str) -> bool:
    return not (c.isalpha() or unicodedata.category(c).startswith("M") or c in BETWEEN or c in JOINERS)


@cache
def _script(c: str) -> str:
    first = unicodedata.name(c, "").partition(" ")[0]
    return first if first in SCRIPTS else ""
