"""The training data of a model, and how good the models of its folds were."""

from typing import TYPE_CHECKING, NamedTuple

from rnn_names.names.bad_records import BLANK, SKIP, BadRecords
from rnn_names.names.spelling import RULE
from rnn_names.names.split import VERSION

if TYPE_CHECKING:
    from rnn_names.names.tables import Format


class DataInfo(NamedTuple):
    """The training data of a model, and how they are read; `source` None means the bundled surnames.

    Columns, `kind`, `delimiter`, `encoding`, `sheet` and `quoted` are those of a tables.Format, with "" for
    None. `blank` says that a bad record whose cells are known was read as one without a name.
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
    sheet: str = ""
    quoted: bool = True
    blank: bool = False
    weight_column: str = ""

    @property
    def form(self) -> "Format":
        """How the data were read."""
        from rnn_names.names.tables import Format  # not above: prediction does not need it

        return Format(
            kind=self.kind or None,
            delimiter=self.delimiter or None,
            header=self.header,
            encoding=self.encoding or None,
            column=self.name_column or None,
            label_column=self.country_column or None,
            sheet=self.sheet or None,
            quoted=self.quoted,
            weight_column=self.weight_column or None,
        )

    @property
    def bad(self) -> BadRecords:
        """The treatment of bad records when the data are read again."""
        return BadRecords(BLANK if self.blank else SKIP)


class CrossValidation(NamedTuple):
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
