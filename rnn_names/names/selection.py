"""Which labels and names of the data are taken: a sample of large labels, and no small labels."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from rnn_names.base.errors import DataError
from rnn_names.base.text import number_of
from rnn_names.names.example import Example
from rnn_names.names.spelling import RULE, RULES, has_letters
from rnn_names.names.split import uniform


class Selection(NamedTuple):
    """The examples that are taken, and the labels that are too small, with their numbers of names."""

    examples: Sequence[Example]
    small: dict[str, int]


class LeftOut(NamedTuple):
    """How many rows have no name, and how many of the others no label, as `check` counts them.

    In training, also how many are too many of their label, and how many repeat a name of their label.
    """

    unlabelled: int
    nameless: int
    above: int = 0
    repeated: int = 0


def unlabelled_rows(n: int) -> str:
    """So many rows without a label, in words."""
    return f"{number_of(n, 'row')} without a label"


def nameless_cells(n: int) -> str:
    """So many cells without a name, in words."""
    return f"{number_of(n, 'cell')} without a name"


def left_out(examples: Sequence[Example], is_name: Callable[[str], bool] = has_letters) -> LeftOut:
    """How many rows training and scoring leave out."""
    names = [example for example in examples if is_name(example.name)]
    unlabelled = sum(not example.country for example in names)
    return LeftOut(unlabelled, len(examples) - len(names))


def left_out_in_training(
    read: Sequence[Example], taken: Sequence[Example], small: Collection[str], used: int, rule: int = RULE
) -> LeftOut:
    """As `left_out`; `taken` and `small` are those of `selected`, and `used` rows are left of these."""
    of_large, of_taken = (
        sum(rule != RULE or has_letters(e.name) for e in rows if e.country and e.country not in small)
        for rows in (read, taken)
    )
    return left_out(read)._replace(above=of_large - of_taken, repeated=of_taken - used)


def selected(examples: Sequence[Example], least: int, most: int, seed: int, rule: int = RULE) -> Selection:
    """The examples of the labels that have `least` names or more, with at most `most` names each; 0: all.

    The names whose hashes come first are taken, as in `split`. So the order of the data does not matter,
    and an added name replaces at most one other. Every row of a name that is taken stays.
    Raises DataError if fewer than two labels are left.
    """
    if not least and not most:
        return Selection(examples, {})
    normalise, split_key = RULES[rule]
    names: dict[str, set[str]] = {}
    for example in examples:
        of_label = names.setdefault(example.country, set())
        if has_letters(example.name):
            of_label.add(normalise(example.name))
    small = {label: len(of_label) for label, of_label in sorted(names.items()) if len(of_label) < least}
    if small and len(names) - len(small) < 2:
        raise DataError(
            f"{len(names) - len(small)} of {len(names)} labels have {least:,} names or more, and it takes "
            "two; lower --min-per-label"
        )
    taken: dict[str, set[str]] = {
        label: of_label for label, of_label in names.items() if label not in small
    }
    for label, of_label in taken.items():
        if 0 < most < len(of_label):
            hashed = sorted((uniform(split_key(name), seed), name) for name in of_label)
            taken[label] = {name for _, name in hashed[:most]}
    found = [example for example in examples if normalise(example.name) in taken.get(example.country, ())]
    return Selection(found, small)
