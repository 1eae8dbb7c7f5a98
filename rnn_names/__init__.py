"""Which country is a name common in? A recurrent network in NumPy, trained by hand-written BPTT.

>>> from rnn_names import NameClassifier
>>> classifier = NameClassifier.load()
>>> classifier.predict(["Schmidt"])[0][0].country
'Germany'

train             trains a model on a file, a folder or examples, and returns its classifier
explain           says which letters moved an answer
generate          makes up names that sound like a country
regions           the regions of a model's countries, for NameClassifier.predict_by
NameClassifier    loads a model and predicts in which countries names are common
                  predict, predict_proba, predict_by, predict_frame, evaluate, save
Guess             a country and its probability
Example           a name with its label, for evaluation
RnnNamesError     the base of all errors that the user can fix; its subclasses are here too

rnn_names.sklearn and rnn_names.spark need the extra of that name: pip install "rnn-names[sklearn]".
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnn_names.base.errors import (
        CheckpointError,
        DataError,
        MissingModelError,
        OutputError,
        QualityError,
        RnnNamesError,
        TrainingError,
        UnknownCountryError,
    )
    from rnn_names.insight.explain import explain
    from rnn_names.insight.generation import generate
    from rnn_names.model.classifier import NameClassifier
    from rnn_names.model.ranking import Guess
    from rnn_names.names.example import Example
    from rnn_names.names.groups import regions
    from rnn_names.training.call import train

__version__ = "0.2.0"
__all__ = [
    "CheckpointError",
    "DataError",
    "Example",
    "Guess",
    "MissingModelError",
    "NameClassifier",
    "OutputError",
    "QualityError",
    "RnnNamesError",
    "TrainingError",
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
}


def __getattr__(name: str) -> Any:
    # On first use, so that `rnn-names --help` starts without loading NumPy.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module(f"{__name__}.{_HOMES.get(name, 'base.errors')}")
    return getattr(home, name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__doc__", "__file__", "__name__", "__path__"])
