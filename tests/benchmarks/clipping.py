"""Training with and without clipping the gradient, where it explodes: long sequences, ReLU, plain SGD.

    python -m tests.benchmarks.clipping

The task: twenty names of one of five countries, joined by blanks, some 170 letters; which country? W starts
as the identity, H = 32. Each line is one training of eight epochs: what came of it on the validation part.
The same numbers every time on the same machine; half a minute. What it printed stands in `clipping.md`.
"""

from dataclasses import replace

import numpy as np

from rnn_names.base.bundled import bundled_surnames
from rnn_names.base.errors import TrainingError
from rnn_names.model.recipe import TrainConfig
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.network.config import NetworkConfig
from rnn_names.training.loop import EpochReport, fit
from rnn_names.training.prepared import Prepared, prepare
from rnn_names.training.trainer import StepReport

COUNTRIES = ("Germany", "Greece", "Japan", "Poland", "Vietnam")
CONFIG = TrainConfig(
    epochs=8,
    batch_size=50,
    optimizer="sgd",
    momentum=0.0,
    weight_decay=0.0,
    recurrent_init="identity",
    step_loss=0.0,
    letter_loss=0.0,
    dropout=0.0,
    letter_dropout=0.0,
    join=0.0,
    ema_decay=0.0,
    networks=1,
    patience=0,
    workers=1,
)


def task(sequences: int = 120, names: int = 20) -> Prepared:
    """So many sequences of each country, each of so many of its names."""
    rng = np.random.default_rng(0)
    examples = read_examples(bundled_surnames())
    lists = {country: [e.name for e in examples if e.country == country] for country in COUNTRIES}
    return prepare(
        [
            Example(" ".join(rng.choice(lists[country], names)), country)
            for country in COUNTRIES
            for _ in range(sequences)
        ],
        CONFIG,
    )


def train(data: Prepared, config: TrainConfig) -> tuple[list[float], EpochReport | None, str]:
    """The norms of the gradient, step by step; the last epoch; and the error that ended it, if one did."""
    network = NetworkConfig(len(data.alphabet), len(data.countries), 32, "relu")
    norms, last = [], None
    try:
        for event in fit(data, network, config):
            if isinstance(event, StepReport):
                norms.append(event.grad_norm)
            else:
                last = event
    except TrainingError as error:
        return norms, last, str(error).partition(";")[0]
    return norms, last, ""


def main() -> None:
    """Print the table."""
    data = task()
    print("| learning rate | clip norm | steps clipped | longest gradient | accuracy | NLL | ended by |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for lr in (0.001, 0.003, 0.01, 0.03):
        for clip_norm in (0.0, 10.0, 1.0):
            norms, last, error = train(data, replace(CONFIG, lr=lr, clip_norm=clip_norm))
            clipped = np.mean(np.array(norms) > (clip_norm or np.inf))
            scored = "| "
            if last and last.validation and not error:
                scored = f"{last.validation.accuracy:.3f} | {last.validation.nll:.3f}"
            limit = f"{clip_norm:g} | {clipped:.0%}" if clip_norm else "none | "
            print(f"| {lr:g} | {limit} | {max(norms):.1e} | {scored} | {error} |", flush=True)


if __name__ == "__main__":
    main()
