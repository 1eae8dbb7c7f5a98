"""What a model was trained on, and how good the models of its folds were."""

from dataclasses import dataclass

from rnn_names.names.spelling import RULE
from rnn_names.names.split import VERSION
from rnn_names.names.tables import Format


@dataclass(frozen=True)
class DataInfo:
    """The training data of a model, and how they are read; `source` None means the bundled surnames.

    Columns, `kind`, `delimiter` and `encoding` are those of a tables.Format, with "" for None.
    `rule` is the entry of spelling.RULES by which the data were split, `split` the entry of split.VERSIONS.
    `base` is the name of the file that training started from, "" for none, `base_digest` its SHA-256.
    """

    source: str | None
    name_column: str
    country_column: str
    fingerprint: str
    train: int
    val: int
    test: int
    given_names: int
    kind: str = ""
    delimiter: str = ""
    header: bool = True
    encoding: str = ""
    rule: int = RULE
    split: int = VERSION
    base: str = ""
    base_digest: str = ""
    weight_column: str = ""

    @property
    def form(self) -> Format:
        """How the data were read."""
        return Format(
            kind=self.kind or None,
            delimiter=self.delimiter or None,
            header=self.header,
            encoding=self.encoding or None,
            column=self.name_column or None,
            label_column=self.country_column or None,
            weight_column=self.weight_column or None,
        )


@dataclass(frozen=True)
class CrossValidation:
    """How good the models of `folds` folds were on `names` names that they had not seen.

    Each figure is the mean of the folds, with its standard error.
    """

    folds: int
    names: int
    accuracy: float
    accuracy_error: float
    macro_f1: float
    macro_f1_error: float
    nll: float
    nll_error: float
