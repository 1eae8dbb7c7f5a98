"""The training data of a model, found again, and the parts into which it splits data."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rnn_names.base.bundled import HELD_OUT, bundled_surnames, bundled_test
from rnn_names.base.errors import DataError
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.provenance import DataInfo
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.selection import selected
from rnn_names.names.source import STDIN
from rnn_names.names.split import fingerprint, split, unique

EVERY = "all"  # all rows, beside the parts of names.split.Split


@dataclass(frozen=True)
class DataSet:
    """Every row of a file or folder, under its name.

    `of_a_model` says that a model was trained on these rows; the others are then compared on its parts.
    """

    name: str
    examples: list[Example]
    of_a_model: bool = False
    fingerprints: dict[int, str] = field(default_factory=dict)  # by rule of spelling

    def taught(self, trained: DataInfo) -> bool:
        """Whether a model was trained on these data."""
        if trained.rule not in self.fingerprints:
            self.fingerprints[trained.rule] = fingerprint(self.examples, trained.rule)
        return self.fingerprints[trained.rule] == trained.fingerprint

    def part(self, model: Checkpoint, name: str) -> list[Example]:
        """The names of one part of this model's split: train, val, test; or EVERY row.

        If the model was trained on these data, these are the names and labels that it took. Data of
        no model are split by the hash alone: shares of each label would call names of the training part a
        test.
        Raises DataError if the part is empty, or if another version split the model's own data.
        """
        config, trained = model.training, model.data
        examples: Sequence[Example] = self.examples
        if (config.min_per_label or config.max_per_label) and self.taught(trained):
            labelled = [example for example in examples if example.country]
            examples, _ = selected(
                labelled, config.min_per_label, config.max_per_label, config.seed, trained.rule
            )
        if name == EVERY:
            return list(examples)
        if trained.source == HELD_OUT and self.taught(trained):
            if name == "test":
                return self.examples
            raise DataError(
                f"{self.name}: the training data of the bundled model are not here; give --split test"
            )
        examples = unique(examples, trained.rule)
        version = trained.split if self.of_a_model or self.taught(trained) else 1
        parts = split(examples, config.val_split, config.test_split, config.seed, trained.rule, version)
        divided = [len(names) for names in parts]
        if self.taught(trained) and divided != [trained.train, trained.val, trained.test]:
            raise DataError(
                f"{self.name}: this version splits it differently from the one that trained the model; "
                f"train again"
            )
        found: list[Example] = parts._asdict()[name]
        if not found and self.taught(trained) and (folds := model.folds):
            raise DataError(
                f"{self.name}: no {name} part is left, for the model learned it after its "
                f"{folds.folds} folds, which had accuracy {folds.accuracy:.3f} ± "
                f"{folds.accuracy_error:.3f}; give other DATA, or --split all"
            )
        if not found and not {"val": config.val_split, "test": config.test_split}.get(name, 1):
            raise DataError(f"{self.name}: the model was trained without a {name} part; give --split all")
        if not found:
            raise DataError(f"{self.name}: its {name} part is empty; give --split all, or more data")
        return found


def own_source(trained: DataInfo) -> Path:
    """The file or folder that a model was trained on. Raises DataError if it cannot be found."""
    if trained.source == HELD_OUT:
        return bundled_test()
    source = Path(trained.source) if trained.source else bundled_surnames()
    if source == STDIN:
        raise DataError("the model was trained on standard input, which cannot be found again; give DATA")
    try:
        here = source.is_file() or source.is_dir()  # an untrusted model may name a device
    except (OSError, ValueError):  # or an invalid path
        here = False
    if not here:
        raise DataError(
            f"{source}: the training data of the model is not here; run this where it is, or give DATA"
        )
    return source


def own_data(trained: DataInfo) -> DataSet:
    """The training data of a model, as it is now. Raises DataError if it cannot be found or read."""
    return DataSet(
        trained.source or "bundled surnames",
        read_examples(own_source(trained), trained.form, trained.bad),
    )
