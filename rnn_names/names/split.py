"""Training, validation and test part: a split that every spelling of a name falls in alike."""

from collections.abc import Iterable
from typing import NamedTuple

from rnn_names.names.example import Example
from rnn_names.names.spelling import RULE, RULES, has_letters


class Split(NamedTuple):
    """Three parts of the data that share no name."""

    train: list[Example]
    val: list[Example]
    test: list[Example]


def split(examples: Iterable[Example], val: float, test: float, seed: int, rule: int = RULE) -> Split:
    """Divide the examples by a hash of the name, spelled by the rule.

    Raises ValueError for a seed that is no whole number from 0 below 2^63, and for shares that are none.

    Whatever the file or the order, all spellings of a name fall into one part, and a name added
    tomorrow moves no other. `val` and `test` are the parts' expected shares.
    """
    import hashlib  # not above: to predict takes no hash

    if not isinstance(seed, int) or not 0 <= seed < 1 << 63:
        raise ValueError(f"seed cannot be {seed!r}; give a whole number, 0<=x<2^63")
    if not (val >= 0 and test >= 0 and val + test <= 1):
        raise ValueError(f"val and test cannot be {val!r} and {test!r}; give shares of at most 1 together")
    parts = Split([], [], [])
    salt = seed.to_bytes(8, "little")
    split_key = RULES[rule].split_key
    for example in examples:
        key = split_key(example.name).encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(key, digest_size=8, salt=salt).digest()
        u = int.from_bytes(digest, "little") / 2**64
        part = parts.test if u < test else parts.val if u < test + val else parts.train
        part.append(example)
    return parts


def unique(examples: Iterable[Example], rule: int = RULE) -> list[Example]:
    """One example for each (normalised name, country), sorted, with the largest of their weights.

    Of spellings that differ in case alone the first is kept. What has no letter is no name, and left out,
    but for the first rule: models of before were trained on it.
    """
    normalise = RULES[rule].normalise
    found: dict[tuple[str, str], Example] = {}
    for example in examples:
        if rule == RULE and not has_letters(example.name):
            continue
        pair = (normalise(example.name), example.country)
        kept = found.setdefault(pair, example)
        if example.weight > kept.weight:
            found[pair] = kept._replace(weight=example.weight)
    return [found[key] for key in sorted(found)]


def fingerprint(examples: Iterable[Example], rule: int = RULE) -> str:
    """SHA-256 of the set of (normalised name, country): whether data are the same, but for weights."""
    import hashlib  # as in split

    normalise = RULES[rule].normalise
    pairs = sorted({f"{normalise(e.name)}\t{e.country}\n" for e in examples})
    return hashlib.sha256("".join(pairs).encode("utf-8", "surrogatepass")).hexdigest()
