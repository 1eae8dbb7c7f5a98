"""Which country is a name common in? A recurrent network in NumPy, trained by hand-written BPTT."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnn_names.classifier import Guess, NameClassifier

__version__ = "0.1.0"
__all__ = ["Guess", "NameClassifier", "__version__"]


def __getattr__(name: str) -> Any:
    # On first use, so that `rnn-names --help` starts without loading NumPy.
    if name in ("Guess", "NameClassifier"):
        from rnn_names import classifier

        return getattr(classifier, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
