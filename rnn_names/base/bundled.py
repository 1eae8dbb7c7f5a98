"""Where the model and the lists of names are that come with the package."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
BUNDLED_MODEL = PACKAGE / "model" / "bundled.npz"


def bundled_surnames() -> Path:
    """The folder of surnames that comes with the package."""
    return _bundled("surnames")


def bundled_given_names() -> Path:
    """The folder of given names that comes with the package."""
    return _bundled("given")


def _bundled(kind: str) -> Path:
    installed = PACKAGE / "data" / kind
    return installed if installed.is_dir() else PACKAGE.parent / "data" / kind
