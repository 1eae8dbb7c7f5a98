"""How to train: apart from the training, since a checkpoint that only predicts has it too."""

from dataclasses import dataclass

from rnn_names.network import Objective


@dataclass(frozen=True)
class TrainConfig:
    """How to train. `patience` is in epochs without a better validation loss; 0 never stops early.

    `clip_norm` 0 does not clip. `class_weight` says how a country's share in the loss grows with its
    list of n names: "none" as n, "sqrt" as √n, "balanced" not at all. `prior` is the one that the model
    is calibrated for, and answers under unless told otherwise: a country is as likely beforehand as n
    ("data"), as √n ("sqrt"), as all others ("uniform"). `join` is the share of names that are read as
    a part of a longer one, see `spellings`. `networks` are trained one after another, from different
    starts, and averaged. `workers` processes share a batch; every number of them gives its own last
    digits. A script that trains with more than one needs the guard of multiprocessing,
    `if __name__ == "__main__":`.
    """

    epochs: int = 20
    batch_size: int = 256
    lr: float = 0.007
    optimizer: str = "muon"
    momentum: float = 0.9  # SGD's
    warmup: float = 0.1  # share of the steps
    clip_norm: float = 1.0
    weight_decay: float = 0.01
    step_loss: float = 0.3
    letter_loss: float = 1.0
    label_smoothing: float = 0.0
    dropout: float = 0.4
    letter_dropout: float = 0.1
    ema_decay: float = 0.998
    join: float = 0.25
    networks: int = 2
    recurrent_init: str = "orthogonal"
    class_weight: str = "sqrt"
    prior: str = "data"
    val_split: float = 0.1
    test_split: float = 0.1
    seed: int = 1
    patience: int = 5
    workers: int = 2

    @property
    def objective(self) -> Objective:
        """What is minimised, and how it is regularised."""
        return Objective(
            self.step_loss, self.letter_loss, self.label_smoothing, self.dropout, self.letter_dropout
        )
