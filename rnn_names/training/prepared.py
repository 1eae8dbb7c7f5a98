"""Examples made ready for training: the split, the alphabet, the countries."""

from collections.abc import Sequence
from dataclasses import dataclass

from rnn_names.base.errors import DataError
from rnn_names.model.recipe import TrainConfig
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.example import Example
from rnn_names.names.spelling import RULE, fold, label_key, normalise
from rnn_names.names.split import Split, split, unique
from rnn_names.network.pairs import frequent_pairs
from rnn_names.training.spellings import joints

UNKNOWN = "unknown"  # the answer below the threshold
PART = 1 << 16  # names whose pairs are counted at a time, so that a million take no more memory


@dataclass(frozen=True)
class Prepared:
    """Data made ready: the split, and the alphabet and countries that follow from it."""

    parts: Split
    given: list[Example]  # given names of the training part
    alphabet: Alphabet
    countries: tuple[str, ...]

    def pairs(self, count: int) -> tuple[int, ...]:
        """The most frequent pairs of symbols in the training names, as written and in base letters."""
        if not count:
            return ()
        examples = [*self.parts.train, *self.given]
        parts = (
            self.alphabet.encode(
                spelled(e.name) for e in examples[at : at + PART] for spelled in (normalise, fold)
            )
            for at in range(0, len(examples), PART)
        )
        return frequent_pairs(parts, len(self.alphabet), count)


def prepare(
    examples: Sequence[Example],
    config: TrainConfig,
    given_names: Sequence[Example] = (),
    rule: int = RULE,
) -> Prepared:
    """Unique examples, split; the alphabet of the training part; the countries, sorted.

    Of the given names those are kept that would fall into the training part, too: so no name of the
    other parts is learned as a given name. `rule` is the one of spelling.RULES by which names are divided.
    Raises DataError for data that cannot be learned from.
    """
    examples = unique(examples, rule)
    countries = sorted({example.country for example in examples})
    if len(countries) < 2:
        raise DataError(f"every name has the label {countries[0]!r}; give names of two labels or more")
    spelled: dict[str, str] = {}
    for country in countries if rule == RULE else ():  # models of before learned them apart
        first = spelled.setdefault(label_key(country), country)
        if first != country:
            raise DataError(f"{first!r} and {country!r} are one label in two spellings; write one of them")
    unknown = [country for country in countries if label_key(country) == UNKNOWN]
    if unknown:
        raise DataError(
            f"{unknown[0]!r} is the answer below a threshold, and cannot be a label; give it another name"
        )
    parts = split(examples, config.val_split, config.test_split, config.seed, rule)
    if not parts.train:
        raise DataError(
            f"none of the {len(examples)} names falls into the training part; "
            "give more names or lower --val-split and --test-split"
        )
    given = (example for example in unique(given_names, rule) if example.country in countries)
    kept = split(given, config.val_split, config.test_split, config.seed, rule).train if config.join else []
    alphabet = Alphabet.learn(example.name for example in [*parts.train, *kept])
    if config.join:
        alphabet = Alphabet("".join(sorted({*alphabet.letters, *joints(full=bool(kept))})))
    return Prepared(parts, kept, alphabet, tuple(countries))
