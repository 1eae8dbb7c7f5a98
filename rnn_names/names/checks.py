"""What a user should know about names before they are answered or trained on."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache

from rnn_names.base.text import nearest_to
from rnn_names.names.alphabet import script
from rnn_names.names.beside import are_titles
from rnn_names.names.cleaning import cleaned
from rnn_names.names.dirt import CLOSING, OPENING, QUOTES
from rnn_names.names.example import Example
from rnn_names.names.findings import EXAMPLES, FEW, LONG, Check, Found, Label, warnings
from rnn_names.names.letters import BETWEEN, JOINERS
from rnn_names.names.spelling import has_letters, label_key, normalise, split_key

TITLES = 20
RARE = 3  # rows: a label of so few may be another one misspelled
SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")  # they share shapes: a mixture is a mistake, or made to deceive


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
    """Look through the examples, at least one. A label of "" is none.

    A set of labels is held as the bits of a number.
    """
    bits: dict[str, int] = {}  # of each label
    labels_of: dict[str, int] = {}  # of each name
    written: dict[str, str] = {}  # under each key of the split, its first name
    others: dict[str, set[str]] = defaultdict(set)  # and those after it
    rows, names = Counter[str](), Counter[str]()
    duplicates, mixed, long, no_letters, no_label = _Finds(), _Finds(), _Finds(), _Finds(), _Finds()
    beside, lone_titles = _Finds(), _Finds()
    scripts, titles = Counter[str](), Counter[str]()
    odd: dict[str, _Finds] = defaultdict(_Finds)
    usual = set[str]()  # characters that are not odd
    longest = blank = 0
    for example in examples:
        name, label = normalise(example.name), example.country
        bit = bits.setdefault(label, 1 << len(bits))
        rows[label] += 1
        names[label] += 0
        if not has_letters(name):
            no_letters.add(example.name)
            blank += not name
            continue
        if not label:
            no_label.add(example.name)
        known = labels_of.get(name, 0)
        labels_of[name] = known | bit
        if known & bit:
            duplicates.add(f"{example.name} ({label})" if label else example.name)
        else:
            names[label] += 1
        if known:
            continue
        longest = max(longest, len(name))
        scripts[next(filter(None, map(script, name)), "").capitalize() or "none"] += 1
        if are_titles(example.name):
            lone_titles.add(example.name)
        elif not_read := cleaned(example.name).not_read:
            beside.add(example.name)
            titles.update(each for each in not_read if _is_title(each))
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

    none = bits.get("", 0)
    del names[""]
    spellings = sorted(others, key=lambda key: (-len(others[key]), key))
    shared = sorted(
        (name for name, mask in labels_of.items() if (mask & ~none) & ((mask & ~none) - 1)),
        key=lambda name: (-labels_of[name].bit_count(), name),
    )
    similar = defaultdict(list)
    for label in sorted(names):
        similar[label_key(label)].append(label)
    result = Check(
        rows=rows.total(),
        blank=blank,
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
        titles=dict(titles.most_common(TITLES)),
        lone_titles=lone_titles.found(),
        scripts=dict(scripts.most_common()),
        no_letters=no_letters.found(),
        no_label=no_label.found(),
        similar_labels=[labels for labels in similar.values() if len(labels) > 1],
        misspelled=_misspelled(rows),
        single=[label for label in sorted(names) if rows[label] == 1],
        few=[label for label, n in sorted(names.items(), key=_most_first) if n < FEW],
        warnings=[],
    )
    result.warnings.extend(warnings(result))
    return result


def _misspelled(rows: Counter[str]) -> dict[str, str]:
    """Each rare label whose spelling is close to that of a more frequent one, and that one."""
    near = {
        label: nearest_to(label, [other for other, more in rows.items() if more > n and other])
        for label, n in sorted(rows.items())
        if n <= RARE and label
    }
    return {label: meant for label, meant in near.items() if meant and label_key(label) != label_key(meant)}


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    label, n = item
    return -n, label


def _is_title(not_read: str) -> bool:
    """Whether what is not read is a title or a degree, and no address, nickname or remark."""
    return not any(c in not_read for c in f"@{OPENING}{CLOSING}{QUOTES}")


def _odd(c: str) -> bool:
    return not (c.isalpha() or unicodedata.category(c).startswith("M") or c in BETWEEN or c in JOINERS)


@cache
def _script(c: str) -> str:
    first = unicodedata.name(c, "").partition(" ")[0]
    return first if first in SCRIPTS else ""
