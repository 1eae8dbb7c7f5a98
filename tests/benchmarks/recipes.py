"""What each part of the default recipe is worth: one network, half the epochs, one change at a time.

    python -m tests.benchmarks.recipes [--data PATH] [--only WORD]

Prints a line for each recipe as it is done: the figures of its best epoch on the validation part,
calibrated, under the prior of the data, and how long it took, about a minute a recipe on the bundled
surnames. The test part is not looked at. What it printed when the defaults were chosen stands in
`recipes.md`.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from rnn_names.base.bundled import bundled_given_names, bundled_surnames
from rnn_names.model.metrics import Metrics
from rnn_names.model.recipe import chosen, known_ngrams
from rnn_names.model.shape import BY_SIZE
from rnn_names.names.examples import read_examples
from rnn_names.network.config import NetworkConfig
from rnn_names.training.loop import EpochReport, fit
from rnn_names.training.prepared import prepare

EPOCHS = 12
PLAIN: dict[str, Any] = {
    **{"pooling": False, "step_loss": 0.0, "letter_loss": 0.0, "dropout": 0.0, "letter_dropout": 0.0},
    **{"bidirectional": False, "ema_decay": 0.0, "join": 0.0, "class_weight": "none"},
    **{"optimizer": "adamw", "ngrams": 0, "bag": 0},
}
RECIPES: dict[str, dict[str, Any]] = {
    "default": {},
    "Elman": {"cell": "rnn"},
    "one way": {"bidirectional": False},
    "country's loss alone": {"step_loss": 0.0, "letter_loss": 0.0},
    "no pooling": {"pooling": False},
    "letters alone": {"ngrams": 0, "bag": 0},
    "n-grams without a bag": {"bag": 0},
    "AdamW for all": {"optimizer": "adamw"},
    "letters alone, AdamW for all": {"ngrams": 0, "bag": 0, "optimizer": "adamw"},
    "hidden size 96": {"hidden_size": 96},
    "no letter dropout": {"letter_dropout": 0.0},
    "no average of the parameters": {"ema_decay": 0.0},
    "class weight none": {"class_weight": "none"},
    "no full names": {"join": 0.0},
    "half of the names in full names": {"join": 0.5},
    "two networks": {"networks": 2},
    "all 20 epochs": {"epochs": 20},
    **{
        f"plain {label}, --readout {readout}": {**PLAIN, **changes, "readout": readout}
        for label, changes in (
            ("Elman", {"cell": "rnn"}),
            ("GRU", {"cell": "gru"}),
            ("LSTM", {"cell": "lstm"}),
        )
        for readout in ("last", "every")
    },
}


def validate(data: Path, changes: dict[str, Any]) -> Metrics:
    """The metrics of a recipe's last best epoch."""
    examples = read_examples(data)
    shape, config = chosen({"networks": 1, "epochs": EPOCHS, **changes}, len(examples))
    every = shape.readout == "every"
    given = read_examples(bundled_given_names()) if data == bundled_surnames() else []
    prepared = prepare(examples, config, given)
    network = NetworkConfig(
        symbols=len(prepared.alphabet),
        countries=len(prepared.countries),
        hidden_size=shape.hidden_size,
        cell=shape.cell,
        bidirectional=shape.bidirectional,
        readouts=("step_country",) if every else config.objective.readouts,
        pooling=shape.pooling and not every,
        bag=0 if every else shape.bag,
    )
    count = shape.ngrams
    if count == BY_SIZE:
        rows = [shape for name, shape in network.shapes().items() if name.endswith(".U")]
        count = known_ngrams(len(examples), sum(planes * columns for planes, _, columns in rows))
    network = replace(network, ngrams=prepared.ngrams(count, shape.ngram_length, config.class_weight))
    best = None
    for event in fit(prepared, network, config):
        if isinstance(event, EpochReport) and event.members:
            best = event.validation
    assert best is not None
    return best


def main() -> None:
    """Try them all, or those with a word in their name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=bundled_surnames())
    parser.add_argument("--only", default="", help="recipes with this in their name")
    arguments = parser.parse_args()
    print("| recipe | accuracy | top-3 | macro-F1 | NLL | ECE | seconds |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, changes in RECIPES.items():
        if arguments.only in name:
            start = time.perf_counter()
            m = validate(arguments.data, changes)
            print(
                f"| {name} | {m.accuracy:.3f} | {m.top3_accuracy:.3f} | {m.macro_f1:.3f} | {m.nll:.3f} "
                f"| {m.ece:.3f} | {time.perf_counter() - start:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
