"""The recipe of a training: every choice with its default, its allowed values and its help, declared once.

The choices of the network are in `shape`.

The command line takes its options from here; models and states store the values; `info` prints them.
This module loads only the standard library: help texts must be quick.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from rnn_names.model.choices import Checked, choice

if TYPE_CHECKING:
    from rnn_names.model.shape import Shape
    from rnn_names.network.objective import Objective


LARGE = 200_000  # names: a recipe for so many or more has its other defaults
ROW_BYTES = 7_680_000  # bytes of the rows of all n-grams at 8 bits, at most: they are nearly all of a model


@dataclass(frozen=True)
class TrainConfig(Checked):
    """How to train. Raises ValueError for a value that a field does not allow.

    `optimizer` is one of `optim.OPTIMIZERS`, looked up when training begins. With `clip_norm` 0 nothing is
    clipped; with `patience` 0 training never stops early. The `networks` are trained one after another from
    different initial parameters, then averaged. `workers` processes share each batch; their number changes
    the last digits of the results. A script that trains with more than one worker needs the guard of
    multiprocessing, `if __name__ == "__main__":`.
    """

    epochs: int = choice(20, "Passes over the training part.", least=1, large=8, tuned=10)
    batch_size: int = choice(256, "Names in a step.", least=1, large=512)
    lr: float = choice(0.007, "Highest learning rate.", least=0, large=0.004, tuned=0.002)
    row_lr: float = choice(
        0.3, "Highest learning rate of the rows of n-grams.", least=0, large=0.5, tuned=0.1
    )
    row_start: float = choice(
        1e-4, "Initial value of Adagrad's sum of squares for a row of n-grams.", least=0, large=1e-5
    )
    optimizer: str = choice(
        "muon",
        "Update rule; muon is adamw, except that the steps of the recurrent W are made orthogonal.",
    )
    momentum: float = choice(0.9, "Momentum of sgd.", least=0, below=1)
    muon_scale: float = choice(0.4, "Length of muon's steps, in units of √H.", least=0)
    warmup: float = choice(0.1, "Share of the steps in which the learning rate rises.", least=0, below=1)
    clip_norm: float = choice(1.0, "Largest norm of the whole gradient; 0: no clipping.", least=0)
    weight_decay: float = choice(
        0.01, "Shrinkage of the parameters, in units of the learning rate.", least=0
    )
    step_loss: float = choice(
        0.3, "Weight of the loss of the label after every letter.", least=0, large=0.1
    )
    letter_loss: float = choice(1.0, "Weight of the loss of the next letter.", least=0, large=0.1)
    step_share: float = choice(
        1.0, "Share of a batch's names for which those two are computed.", least=0, most=1, large=0.05
    )
    label_smoothing: float = choice(
        0.0, "Share of the target spread over all labels.", least=0, below=1, large=0.1
    )
    dropout: float = choice(
        0.5, "Share of the state entries hidden from each readout.", least=0, below=1, large=0.2
    )
    dropout_draws: int = choice(
        4, "Dropout masks for each name at the readout of the label.", least=1, large=1
    )
    letter_dropout: float = choice(
        0.15, "Share of the letters that are read as unknown.", least=0, below=1, large=0.02
    )
    ngram_dropout: float = choice(
        0.1, "Share of the n-grams that are read without their farthest letter.", least=0, below=1
    )
    ema_decay: float = choice(
        0.998, "Decay of a moving average of the parameters; 0: none.", least=0, below=1, large=0.0
    )
    folded: float = choice(0.5, "Share of the names that are read in base letters.", least=0, most=1)
    join: float = choice(
        0.25,
        "Share of the names that are read with a given name, or another name of their label.",
        least=0,
        below=1,
        tuned=0.1,
    )
    composed: int = choice(4, "Different names that each name is joined to.", least=1, most=1000)
    networks: int = choice(3, "Number of networks to train and average.", least=1, large=1)
    recurrent_init: str = choice("orthogonal", "Initial recurrent W.", choices=("orthogonal", "identity"))
    class_weight: str = choice(
        "cbrt",
        "How a label's share in the loss grows with its n names: n, n^⅔, √n, or not.",
        choices=("none", "cbrt", "sqrt", "balanced"),
        tuned="none",
    )
    prior: str = choice(
        "data",
        "How likely each label is before the name is read: by the length of its list, by the square root "
        "of that, all equal, or for countries by their people. Calibration and answers assume it.",
        choices=("data", "sqrt", "uniform", "population"),
    )
    min_per_label: int = choice(0, "Names that a label needs: labels with fewer are left out.", least=0)
    max_per_label: int = choice(
        0, "Names to take of each label, a sample by --seed if there are more; 0: all.", least=0
    )
    val_split: float = choice(
        0.1, "Share of names kept to choose the best epoch and to calibrate.", least=0, below=1
    )
    test_split: float = choice(0.1, "Share of names kept for the final score.", least=0, below=1)
    seed: int = choice(
        1, "Seed of the split, the initial parameters, the order and dropout.", least=0, most=2**63 - 1
    )
    patience: int = choice(5, "Stop after this many epochs without improvement; 0: never.", least=0)
    freeze: bool = choice(
        False, "Train only the readouts of the model that training starts from; the rest stays as it is."
    )
    workers: int = choice(2, "Processes; their number changes the last digits of the results.", least=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.val_split + self.test_split >= 1:
            raise ValueError("val_split and test_split leave no name to train on; lower one of them")

    @property
    def objective(self) -> "Objective":
        """The loss that is minimised, and its regularisation."""
        from rnn_names.network.objective import Objective  # not above: it loads NumPy

        return Objective(
            self.step_loss,
            self.letter_loss,
            self.label_smoothing,
            self.dropout,
            self.letter_dropout,
            self.ngram_dropout,
            self.dropout_draws,
            self.step_share,
        )


def defaults(names: int, tuned: bool = False) -> str:
    """The defaults of a training, by the only rule for them: a key of SUITED."""
    return "tuned" if tuned else "large" if names >= LARGE else "default"


SUITED = {  # what each set of defaults is for
    "default": f"fewer than {LARGE:,} names",
    "large": f"{LARGE:,} names and more",
    "tuned": "a model to start from",
}


def chosen(given: Mapping[str, Any], names: int, tuned: bool = False) -> "tuple[Shape, TrainConfig]":
    """The recipe: the given fields, and for the others the defaults for `names` names. Raises ValueError.

    `tuned` says that training starts from a model.
    """
    from rnn_names.model.shape import Shape  # not above: prediction does not need it

    column = defaults(names, tuned)
    shape, training = (
        {one.name: given.get(one.name, one.metadata.get(column, one.default)) for one in fields(kind)}
        for kind in (Shape, TrainConfig)
    )
    return Shape(**shape), TrainConfig(**training)


def known_ngrams(names: int, width: int) -> int:
    """How many n-grams a network knows that learns from `names` names, if a row has `width` numbers."""
    return min(names // 4, ROW_BYTES // width)


# Values that older files do not store, because they could not be chosen.
BEFORE_FORMAT_3 = {
    **{"muon_scale": 0.4, "dropout_draws": 4, "folded": 0.5, "composed": 4},
    **{"row_lr": 0.0, "row_start": 0.0, "ngram_dropout": 0.0, "step_share": 1.0},
}
BEFORE_FORMAT_4 = {"freeze": False}
LATER = {"min_per_label": 0, "max_per_label": 0}  # the first files of format 4 do not have them either
