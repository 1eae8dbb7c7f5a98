"""The recipe of a training: every choice, its default, what is allowed and what it means, declared once.

The command line takes its options from here, a model and a state store the values, `info` prints them.
This module loads nothing but the standard library: help texts must come quickly.
"""

import math
from dataclasses import Field, dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnn_names.network.config import Objective


def choice(
    default: Any,
    help: str,
    *,
    choices: tuple[str, ...] = (),
    least: float = -math.inf,
    most: float = math.inf,
    below: float = math.inf,
) -> Any:
    """A field of a recipe: one of `choices`, or a number from `least` to `most` and below `below`."""
    return field(
        default=default,
        metadata={"help": help, "choices": choices, "least": least, "most": most, "below": below},
    )


def allowed(one: Field[Any]) -> str:
    """What a field may be, for people; "" if anything of its type."""
    about = one.metadata
    if about["choices"]:
        return "|".join(about["choices"])
    if math.isfinite(about["below"]):
        return f"{about['least']}<=x<{about['below']}"
    if math.isfinite(about["most"]):
        return f"{about['least']}<=x<={about['most']}"
    return f"x>={about['least']}" if math.isfinite(about["least"]) else ""


def check(one: Field[Any], value: Any) -> None:
    """Raise ValueError unless this field may have this value: what it is, and what it may be."""
    about, kind = one.metadata, type(one.default)
    numbers = (int, float) if kind is float else (kind,)
    fits = isinstance(value, numbers) and isinstance(value, bool) == (kind is bool)
    if fits and about["choices"]:
        fits = value in about["choices"]
    elif fits and kind in (int, float):
        fits = about["least"] <= value <= about["most"] and value < about["below"] and value != math.inf
    if not fits:
        raise ValueError(f"{one.name} cannot be {value!r}; give {allowed(one) or kind.__name__}")


class Checked:
    """A recipe that refuses, with ValueError, what its fields do not allow."""

    def __post_init__(self) -> None:
        for one in fields(self):  # type: ignore[arg-type]  # each subclass is a dataclass
            check(one, getattr(self, one.name))


@dataclass(frozen=True)
class Shape(Checked):
    """The network to train. `cell` is one of `cells.CELLS`, which is looked up when it is needed."""

    cell: str = choice("gru", "The recurrent cell.")
    bidirectional: bool = choice(True, "Read names from both ends.")
    hidden_size: int = choice(128, "Hidden units of each direction.", least=1)
    pairs: int = choice(
        400, "Pairs of letters to read beside the letters: the most frequent ones.", least=0
    )
    readout: str = choice(
        "last",
        "last: the label is read, and the loss taken, at the end; every: after every letter, and the "
        "answer is the one after the last (then --pooling and --step-loss have no part).",
        choices=("last", "every"),
    )
    pooling: bool = choice(True, "Read the label from the mean and maximum of all states, too.")


@dataclass(frozen=True)
class TrainConfig(Checked):
    """How to train. Raises ValueError for what a field does not allow.

    `clip_norm` 0 does not clip, `patience` 0 never stops early. `networks` are trained one after another,
    from different starts, and averaged. `workers` processes share a batch; every number of them gives its
    own last digits. A script that trains with more than one needs the guard of multiprocessing,
    `if __name__ == "__main__":`.
    """

    epochs: int = choice(20, "Passes over the training part.", least=1)
    batch_size: int = choice(256, "Names in a step.", least=1)
    lr: float = choice(0.007, "Highest learning rate.", least=0)
    optimizer: str = choice(
        "muon",
        "Update rule; muon is adamw but for the recurrent W, whose steps are made orthogonal.",
    )
    momentum: float = choice(0.9, "Momentum of sgd.", least=0, below=1)
    muon_scale: float = choice(0.4, "Length of muon's steps, by √H.", least=0)
    warmup: float = choice(0.1, "Share of the steps in which the rate rises.", least=0, below=1)
    clip_norm: float = choice(1.0, "Longest gradient, over all parameters; 0: no clipping.", least=0)
    weight_decay: float = choice(0.01, "Shrinking of the parameters.", least=0)
    step_loss: float = choice(0.3, "Weight of the loss of the label read after every letter.", least=0)
    letter_loss: float = choice(1.0, "Weight of the loss of the next letter.", least=0)
    label_smoothing: float = choice(0.0, "Share of the target spread over all labels.", least=0, below=1)
    dropout: float = choice(0.4, "Share of the states that a readout does not see.", least=0, below=1)
    dropout_draws: int = choice(4, "Draws of that for each name, where the label is read.", least=1)
    letter_dropout: float = choice(0.1, "Share of the letters that are read as unknown.", least=0, below=1)
    ema_decay: float = choice(
        0.998, "Decay of a moving average of the parameters; 0: none.", least=0, below=1
    )
    folded: float = choice(0.5, "Share of the names that are read in base letters.", least=0, most=1)
    join: float = choice(
        0.25,
        "Share of the names that are read with a given name, or another name of their label.",
        least=0,
        below=1,
    )
    composed: int = choice(4, "Different names that each name is joined to.", least=1, most=1000)
    networks: int = choice(2, "Train so many, and average their probabilities.", least=1)
    recurrent_init: str = choice("orthogonal", "The start of W.", choices=("orthogonal", "identity"))
    class_weight: str = choice(
        "sqrt",
        "How a label's share in the loss grows with its n names: n, √n, or not.",
        choices=("none", "sqrt", "balanced"),
    )
    prior: str = choice(
        "data",
        "How likely labels are beforehand: as their lists are long, as the square root of that, or all "
        "alike; to calibrate for, and to answer under.",
        choices=("data", "sqrt", "uniform"),
    )
    val_split: float = choice(
        0.1, "Share of names that choose the best epoch and calibrate.", least=0, below=1
    )
    test_split: float = choice(0.1, "Share of names kept for the final score.", least=0, below=1)
    seed: int = choice(1, "Of split, start, order and dropout.", least=0, most=2**63 - 1)
    patience: int = choice(5, "Stop after so many epochs without gain; 0: never.", least=0)
    workers: int = choice(2, "Processes; other numbers of them give other last digits.", least=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.val_split + self.test_split >= 1:
            raise ValueError("val_split and test_split leave nothing to train on; lower one of them")

    @property
    def objective(self) -> "Objective":
        """What is minimised, and how it is regularised."""
        from rnn_names.network.config import Objective  # not above: it loads NumPy

        return Objective(
            self.step_loss,
            self.letter_loss,
            self.label_smoothing,
            self.dropout,
            self.letter_dropout,
            self.dropout_draws,
        )


# What the files of older versions do not say, for it could not be chosen.
BEFORE_FORMAT_3 = {"muon_scale": 0.4, "dropout_draws": 4, "folded": 0.5, "composed": 4}
