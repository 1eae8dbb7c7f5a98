"""What is found in names, and warnings about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from rnn_names.base.text import number_of
from rnn_names.names.selection import nameless_cells, unlabelled_rows
from rnn_names.names.spelling import label_key

FEW = 50  # names: the scores of a label with fewer say little, for a tenth of them is tested
UNEVEN = 100  # times as many names: beyond this the largest label drowns the smallest
SHARED = 0.1  # of the names under several labels: beyond this it is worth a warning
LONG = 64  # letters
EXAMPLES = 5


@dataclass(frozen=True)
class Found:
    """How many of a kind were found, and some of them."""

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

    rows            all, also those without a name
    blank           rows in which the cell of the name is empty
    labels          by label, most names first
    duplicates      rows whose name and label an earlier row has: training takes each pair once
    several_labels  names under more than one label
    spellings       keys of the split that several spellings share: Müller, Mueller, Muller.
                    `train` keeps them in one part; a split by rows would test what was learned
    odd_characters  for each character that is neither a letter nor between letters, the names with it
    mixed_scripts   names of letters of several of SCRIPTS
    long            names of more than LONG letters
    beside          cells in which something stands beside the name: a title, an address, brackets
    titles          titles, degrees and the like beside names, and in how many names each stands
    lone_titles     cells that hold titles alone, which only training reads as a name: Mr.
    scripts         the names of each script, by the first letter; most first
    no_letters      cells without a letter, which are no names: they count in `rows` alone
    no_label        names without a label
    similar_labels  labels that differ in case, accents or blanks alone
    misspelled      labels of at most RARE rows, each with the nearest more frequent one
    single          labels of one row
    few             labels of fewer than FEW names
    warnings        sentences: what the user should fix or know
    """

    rows: int
    blank: int
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
    titles: dict[str, int]
    lone_titles: Found
    scripts: dict[str, int]
    no_letters: Found
    no_label: Found
    similar_labels: list[list[str]]
    misspelled: dict[str, str]
    single: list[str]
    few: list[str]
    warnings: list[str]


def warnings(found: Check) -> Iterable[str]:
    """Sentences about what the user should fix or know."""
    if found.labels:
        yield from _of_labels(found)
    if found.several_labels.n > SHARED * found.names:
        share = found.several_labels.n / found.names
        yield f"{share:.0%} of the names stand under several labels: no model can get all of them right"
    if found.odd_characters:
        listed = [f"{c} in {some.examples[0]!r}" for c, some in found.odd_characters.items()]
        yield (
            f"{len(listed)} characters are neither letters nor signs between letters: {_some(listed)}: "
            "clean these names"
        )
    if found.mixed_scripts.n:
        yield (
            f"{found.mixed_scripts.n:,} names mix letters of different scripts that look alike: "
            f"{', '.join(map(repr, found.mixed_scripts.examples))}"
        )
    if found.labels and found.no_label.n:
        n, some = found.no_label.n, _some([each for each in found.no_label.examples if each])
        yield (f"{unlabelled_rows(n)}, left out" + (f": {some}" if some else ""))
    if found.no_letters.n:
        some = _some([each for each in found.no_letters.examples if each.strip()])
        yield f"{nameless_cells(found.no_letters.n)}, left out" + (f": {some}" if some else "")
    if found.lone_titles.n:
        yield (
            f"{number_of(found.lone_titles.n, 'cell')} with a title alone, no name but for train: "
            f"{_some(found.lone_titles.examples)}"
        )
    if found.long.n:
        yield f"{found.long.n:,} names have more than {LONG} letters: are they names?"


def _of_labels(found: Check) -> Iterable[str]:
    sizes = [(label, counts.names) for label, counts in found.labels.items()]
    (largest, most), (smallest, least) = sizes[0], sizes[-1]
    if len(sizes) == 1:
        yield f"every name has the label {largest!r}: training needs two labels or more"
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
    for label in found.labels:
        if label_key(label) == "unknown":
            yield f"the label {label!r} is the answer below a threshold: train refuses it, so rename it"
    if found.single:
        yield f"{number_of(len(found.single), 'label')} with one row: {_some(found.single)}"


def _some(texts: list[str]) -> str:
    rest = len(texts) - EXAMPLES
    return ", ".join(texts[:EXAMPLES]) + (f" and {rest:,} more" if rest > 0 else "")
