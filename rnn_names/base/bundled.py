"""Where the bundled model and the bundled lists of names are."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
HELD_OUT = "data/test"  # the name of its data in the bundled model: the names that it is scored on
BUNDLED = "bundled"  # the name of the bundled model
BUNDLED_MODEL = PACKAGE / "model" / "bundled.npz"


def bundled_surnames() -> Path:
    """The folder of surnames that comes with the package."""
    return _bundled("surnames")


def bundled_given_names() -> Path:
    """The folder of given names that comes with the package."""
    return _bundled("given")


def bundled_test() -> Path:
    """The names with countries, held out from training, that come with the package."""
    return _bundled("test") / "names.tsv.gz"


def _bundled(kind: str) -> Path:
    installed = PACKAGE / "data" / kind
    return installed if installed.is_dir() else PACKAGE.parent / "data" / kind
