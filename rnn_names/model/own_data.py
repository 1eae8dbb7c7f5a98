"""The data that a model was trained on, found again, and the parts that it divides data into."""

from dataclasses import dataclass, field
from pathlib import Path

from rnn_names.base.bundled import bundled_surnames
from rnn_names.base.errors import DataError
from rnn_names.model.checkpoint import Checkpoint, DataInfo
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.source import STDIN
from rnn_names.names.split import fingerprint, split, unique

EVERY = "all"  # the rows as they are, beside the parts of names.split.Parts


@dataclass(frozen=True)
class DataSet:
    """Every row of a file or folder, and what it is called."""

    name: str
    examples: list[Example]
    fingerprints: dict[int, str] = field(default_factory=dict)  # by rule of spelling

    def taught(self, trained: DataInfo) -> bool:
        """Whether a model was trained on these data."""
        if trained.rule not in self.fingerprints:
            self.fingerprints[trained.rule] = fingerprint(self.examples, trained.rule)
        return self.fingerprints[trained.rule] == trained.fingerprint

    def part(self, model: Checkpoint, name: str) -> list[Example]:
        """The names that this model keeps for one part: train, val, test; or EVERY row.

        Raises DataError where the part is empty, or another version divided the model's own data.
        """
        if name == EVERY:
            return self.examples
        config, trained = model.training, model.data
        examples = unique(self.examples, trained.rule)
        parts = split(examples, config.val_split, config.test_split, config.seed, trained.rule)
        divided = [len(names) for names in parts]
        if self.taught(trained) and divided != [trained.train, trained.val, trained.test]:
            raise DataError(
                f"{self.name}: this version divides it otherwise than the one that trained; train again"
            )
        found: list[Example] = parts._asdict()[name]
        if not found:
            raise DataError(f"{self.name}: its {name} part is empty; give --split all, or more data")
        return found


def own_source(trained: DataInfo) -> Path:
    """The file or folder that a model was trained on. Raises DataError if it is not here."""
    source = Path(trained.source) if trained.source else bundled_surnames()
    if source == STDIN:
        raise DataError(
            "the data that the model was trained on came by standard input, "
            "and cannot be found again; give DATA"
        )
    try:
        here = source.is_file() or source.is_dir()  # a stranger's model may name a device
    except (OSError, ValueError):  # or what is no path
        here = False
    if not here:
        raise DataError(
            f"{source}: the data that the model was trained on is not here; "
            "run this where it is, or give DATA"
        )
    return source


def own_data(trained: DataInfo) -> DataSet:
    """What a model was trained on, as it is now. Raises DataError if it is not here, or unreadable."""
    return DataSet(trained.source or "bundled surnames", read_examples(own_source(trained), trained.form))
