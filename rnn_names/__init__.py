"""Which country is a name common in? A recurrent network in NumPy, trained by hand-written BPTT.

>>> from rnn_names import NameClassifier
>>> classifier = NameClassifier.load()
>>> classifier.predict(["Schmidt"])[0][0].country
'Germany'

NameClassifier    loads a model and predicts in which countries names are common
                  predict, predict_proba, predict_by, predict_frame, evaluate, save
train             trains a model on a file, a folder or examples, and returns its classifier
TrainingRun       the same, event by event: each StepReport and each EpochReport
explain           says which letters moved an answer
generate          makes up names that sound like a country
regions           the regions of a model's countries, for NameClassifier.predict_by
Guess             a country and its probability
Example           a name with its label, for training and evaluation
RnnNamesError     the base of all errors that the user can fix; its subclasses are here too

Probabilities are numbers from 0 to 1, losses and log-odds are in nats. Arrays have a row for each name and
a column for each of the C countries of the model, (n, C). A wrong type is a TypeError, a number out of its
range a ValueError. Threads may share a classifier: nothing in it changes after it is loaded.

rnn_names.sklearn and rnn_names.spark need the extra of that name: pip install "rnn-names[sklearn]".
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnn_names.base.errors import (
        CheckpointError,
        DataError,
        LostProcessError,
        MissingModelError,
        OutputError,
        QualityError,
        RnnNamesError,
        TooLargeError,
        TrainingError,
        UnknownCountryError,
    )
    from rnn_names.insight.explain import explain
    from rnn_names.insight.generation import generate
    from rnn_names.model.classifier import NameClassifier
    from rnn_names.model.ranking import Guess
    from rnn_names.names.example import Example
    from rnn_names.names.groups import regions
    from rnn_names.training.call import TrainingRun, train
    from rnn_names.training.loop import EpochReport
    from rnn_names.training.trainer import StepReport

__version__ = "0.2.0"
__all__ = [
    "CheckpointError",
    "DataError",
    "EpochReport",
    "Example",
    "Guess",
    "LostProcessError",
    "MissingModelError",
    "NameClassifier",
    "OutputError",
    "QualityError",
    "RnnNamesError",
    "StepReport",
    "TooLargeError",
    "TrainingError",
    "TrainingRun",
    "UnknownCountryError",
    "__version__",
    "explain",
    "generate",
    "regions",
    "train",
]

_HOMES = {
    "Guess": "model.ranking",
    "NameClassifier": "model.classifier",
    "Example": "names.example",
    "explain": "insight.explain",
    "generate": "insight.generation",
    "regions": "names.groups",
    "train": "training.call",
    "TrainingRun": "training.call",
    "EpochReport": "training.loop",
    "StepReport": "training.trainer",
}


def __getattr__(name: str) -> Any:
    # On first use, so that `rnn-names --help` starts without loading NumPy.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module(f"{__name__}.{_HOMES.get(name, 'base.errors')}")
    return getattr(home, name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__doc__", "__file__", "__name__", "__path__"])
