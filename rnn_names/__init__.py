"""Which country is a name common in? A recurrent network in NumPy, trained by hand-written BPTT.

>>> from rnn_names import NameClassifier
>>> classifier = NameClassifier.load()
>>> classifier.predict(["Schmidt"])[0][0].country
'Germany'

NameClassifier    loads a model and predicts in which countries names are common
Guess             a country and its probability
Example           a name with its label, for evaluation
RnnNamesError     the base of all errors that the user can fix; its subclasses are here too
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
    from rnn_names.model.classifier import Guess, NameClassifier
    from rnn_names.names.example import Example

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
]

_HOMES = {"Guess": "model.classifier", "NameClassifier": "model.classifier", "Example": "names.example"}


def __getattr__(name: str) -> Any:
    # On first use, so that `rnn-names --help` starts without loading NumPy.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module(f"{__name__}.{_HOMES.get(name, 'base.errors')}")
    return getattr(home, name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__doc__", "__file__", "__name__", "__path__"])
