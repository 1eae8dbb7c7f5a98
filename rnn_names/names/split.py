"""Training, validation and test part: every spelling of a name falls into the same part."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rnn_names.names.example import Example
from rnn_names.names.spelling import RULE, RULES, has_letters


class Split(NamedTuple):
    """Three parts of the data that share no name."""

    train: list[Example]
    val: list[Example]
    test: list[Example]


VERSION = 2  # of the split that trainings make
VERSIONS = (1, 2)  # those that models were trained on


def split(
    examples: Iterable[Example],
    val: float,
    test: float,
    seed: int,
    rule: int = RULE,
    version: int = VERSION,
) -> Split:
    """Divide the examples by a hash of the name, spelled by the rule.

    Raises ValueError for a seed that is no whole number from 0 below 2^63, and for shares that are none.

    All spellings of a name fall into one part, whatever the file or the order. `val` and `test` are the
    parts' shares. In version 2 they are the shares of each label: the names of a label are sorted by their
    hashes; the first ones are the test part, the next ones the validation part. A name added later moves at
    most two others of its label, and none while the sizes of the parts stay the same. The last name of a
    label is always kept in training. A name of several labels counts as one of the rarest label.
    Version 1 looks at the hash alone: the shares hold on average, and by chance for a label of few names.
    """
    if not (val >= 0 and test >= 0 and val + test <= 1):
        raise ValueError(f"val and test cannot be {val!r} and {test!r}; give shares of at most 1 together")
    examples = list(examples)
    keys, hashes = _hashed(examples, seed, rule)
    part: dict[str, int] = {}  # of each key: 0 test, 1 validation, 2 training
    if version == 1:
        part = {key: (u >= test) + (u >= test + val) for key, u in hashes.items()}
    else:
        for label, of_label in _by_label(examples, keys, hashes).items():
            n, odd = len(of_label), uniform(label, seed)
            # Rounded up or down by chance, which is the label's own: the mean over labels is exact.
            stop = min(int((test + val) * n + odd), n - 1)
            first = min(int(test * n + odd), stop)
            part |= {key: (k >= first) + (k >= stop) for k, key in enumerate(of_label)}
    parts = Split([], [], [])
    lists = (parts.test, parts.val, parts.train)
    for example, key in zip(examples, keys, strict=True):
        lists[part[key]].append(example)
    return parts


def folds(examples: Sequence[Example], count: int, seed: int, rule: int = RULE) -> list[list[Example]]:
    """The examples in so many folds, every spelling of a name in one of them, the labels spread evenly.

    A label's only name is in none of them.
    """
    keys, hashes = _hashed(examples, seed, rule)
    fold: dict[str, int] = {}
    at = 0
    for of_label in _by_label(examples, keys, hashes).values():
        if len(of_label) == 1:
            continue
        fold |= {key: (at + k) % count for k, key in enumerate(of_label)}
        at += len(of_label)  # the next label goes on where this one stops: the folds are of one size
    found: list[list[Example]] = [[] for _ in range(count)]
    for example, key in zip(examples, keys, strict=True):
        if key in fold:
            found[fold[key]].append(example)
    return found


def _hashed(examples: Iterable[Example], seed: int, rule: int) -> tuple[list[str], dict[str, float]]:
    """The key of each example's name, in which all of its spellings agree, and the hash of each key."""
    if not isinstance(seed, int) or not 0 <= seed < 1 << 63:
        raise ValueError(f"seed cannot be {seed!r}; give a whole number, 0<=x<2^63")
    split_key = RULES[rule].split_key
    keys = [split_key(example.name) for example in examples]
    return keys, {key: uniform(key, seed) for key in dict.fromkeys(keys)}


def uniform(text: str, seed: int) -> float:
    """A number from 0 below 1 that follows from the text and the seed."""
    import hashlib  # not above: to predict takes no hash

    digest = hashlib.blake2b(
        text.encode("utf-8", "surrogatepass"), digest_size=8, salt=seed.to_bytes(8, "little")
    ).digest()
    return int.from_bytes(digest, "little") / 2**64


def _by_label(
    examples: Sequence[Example], keys: Sequence[str], hashes: dict[str, float]
) -> dict[str, list[str]]:
    """The keys of each label, sorted by their hashes; one of several labels stands under the rarest."""
    labels: dict[str, set[str]] = {}
    for example, key in zip(examples, keys, strict=True):
        labels.setdefault(key, set()).add(example.country)
    names: dict[str, int] = {}
    for of_key in labels.values():
        for label in of_key:
            names[label] = names.get(label, 0) + 1
    found: dict[str, list[str]] = {label: [] for label in sorted(names)}
    for key in sorted(labels, key=lambda key: (hashes[key], key)):
        found[min(labels[key], key=lambda label: (names[label], label))].append(key)
    return {label: of_label for label, of_label in found.items() if of_label}


def unique(examples: Iterable[Example], rule: int = RULE) -> list[Example]:
    """One example for each (normalised name, country), sorted, with the largest of their weights.

    Of spellings that differ only in case the first is kept. Examples without a label are left out. So are
    those without a letter, except under the first rule: older models were trained on them.
    """
    normalise = RULES[rule].normalise
    found: dict[tuple[str, str], Example] = {}
    for example in examples:
        if not example.country or (rule == RULE and not has_letters(example.name)):
            continue
        pair = (normalise(example.name), example.country)
        kept = found.setdefault(pair, example)
        if example.weight > kept.weight:
            found[pair] = kept._replace(weight=example.weight)
    return [found[key] for key in sorted(found)]


def fingerprint(examples: Iterable[Example], rule: int = RULE) -> str:
    """The SHA-256 of the set of (normalised name, country): equal for equal data, whatever the weights.

    Examples without a label do not count.
    """
    import hashlib  # as in split

    normalise = RULES[rule].normalise
    pairs = sorted({f"{normalise(e.name)}\t{e.country}\n" for e in examples if e.country})
    return hashlib.sha256("".join(pairs).encode("utf-8", "surrogatepass")).hexdigest()
