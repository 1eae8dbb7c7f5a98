"""Examples made ready for training: the split, the alphabet, the countries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnn_names.base.errors import DataError
from rnn_names.model.recipe import TrainConfig
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.encoded import country_indices
from rnn_names.names.example import Example
from rnn_names.names.frequent import frequent_ngrams
from rnn_names.names.ngrams import NGrams
from rnn_names.names.spelling import RULE, RULES, fold, label_key, normalise
from rnn_names.names.split import VERSION, Split, split, unique
from rnn_names.training.optim import OPTIMIZERS
from rnn_names.training.spellings import joints
from rnn_names.training.weights import class_weights, country_counts, name_weights

UNKNOWN = "unknown"  # the answer below the threshold


@dataclass(frozen=True)
class Prepared:
    """Prepared data: the split, and the alphabet and countries that follow from it."""

    parts: Split
    given: list[Example]  # given names of the training part
    alphabet: Alphabet
    countries: tuple[str, ...]

    def ngrams(self, count: int, length: int, class_weight: str) -> NGrams | None:
        """The most frequent n-grams of the training names, as written and in base letters; None for 0.

        A name has its weight in the loss, see `weights`; a given name has that of its country.
        """
        if not count:
            return None
        train, countries = self.parts.train, self.countries
        y = country_indices(train, countries)
        of_country = class_weights(country_counts(y, len(countries)), class_weight)
        weight = of_country[y] * name_weights(train, y, len(countries))
        weight = np.concatenate([weight, of_country[country_indices(self.given, countries)]])
        folded = [fold(e.name) for e in (*train, *self.given)]
        number: dict[str, int] = {}
        name = np.array([number.setdefault(spelled, len(number)) for spelled in folded])
        written = (normalise(e.name) for e in (*train, *self.given))
        names = self.alphabet.encode([*written, *folded])
        blank = self.alphabet.symbols.find(" ")
        return frequent_ngrams(
            names, np.tile(name, 2), np.tile(weight, 2), len(self.alphabet), blank, count, length
        )


def check_spellings(labels: Iterable[str], rule: int = RULE) -> None:
    """Raise DataError for two labels that differ in case or accents alone."""
    if rule != RULE:  # older models learned them as two labels
        return
    spelled: dict[str, str] = {}
    for label in sorted(labels):
        first = spelled.setdefault(label_key(label), label)
        if first != label:
            raise DataError(f"{first!r} and {label!r} are one label in two spellings; write one of them")


def prepare(
    examples: Sequence[Example],
    config: TrainConfig,
    given_names: Sequence[Example] = (),
    rule: int = RULE,
    version: int = VERSION,
) -> Prepared:
    """Unique examples, split; the alphabet of the training part; the countries, sorted.

    The given names are split, too. Their training part is kept, without names of the validation and
    test parts, so that none of these is learned as a given name.
    Names are divided by `rule`, one of spelling.RULES, and by `version`, one of split.VERSIONS.
    Raises DataError for data that cannot be learned from, ValueError for an unknown optimizer.
    """
    if config.optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer cannot be {config.optimizer!r}; give {'|'.join(OPTIMIZERS)}")
    examples = unique(examples, rule)
    countries = sorted({example.country for example in examples})
    if not examples:
        raise DataError("no cell has a letter, so there are no names; give data that have some")
    if len(countries) < 2:
        raise DataError(f"every name has the label {countries[0]!r}; give names of two labels or more")
    check_spellings(countries, rule)
    unknown = [country for country in countries if label_key(country) == UNKNOWN]
    if unknown:
        raise DataError(
            f"{unknown[0]!r} is the answer below a threshold, and cannot be a label; give it another name"
        )
    shares = config.val_split, config.test_split, config.seed, rule, version
    parts = split(examples, *shares)
    if not parts.train:
        raise DataError(
            f"none of the {len(examples)} names falls into the training part; "
            "give more names or lower --val-split and --test-split"
        )
    given = (example for example in unique(given_names, rule) if example.country in countries)
    split_key = RULES[rule].split_key
    others = {split_key(example.name) for part in parts[1:] for example in part}
    kept = (
        [e for e in split(given, *shares).train if split_key(e.name) not in others] if config.join else []
    )
    alphabet = Alphabet.learn(example.name for example in [*parts.train, *kept])
    if config.join:
        letters = "".join(sorted({*alphabet.letters, *joints(full=bool(kept))}))
        alphabet = replace(alphabet, letters=letters)
    return Prepared(parts, kept, alphabet, tuple(countries))
