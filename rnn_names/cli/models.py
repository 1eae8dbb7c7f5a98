"""Which model a command uses."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_names.base.bundled import BUNDLED
from rnn_names.base.errors import DataError

if TYPE_CHECKING:  # loaded on use, so that --help and usage errors are quick
    from rnn_names.model.classifier import NameClassifier

MODEL = Path("rnn-names.npz")
MODEL_VARIABLE = "RNN_NAMES_MODEL"
MODEL_ORDER = f"${MODEL_VARIABLE}, else {MODEL} in this folder, else {BUNDLED}"


def model_path(model: Path | None) -> Path:
    """The file of --model, or of $RNN_NAMES_MODEL, or the default one."""
    from rnn_names.base.bundled import BUNDLED_MODEL

    usual = os.environ.get(MODEL_VARIABLE)
    if model is None and usual:
        model = Path(usual)
        if usual != BUNDLED and not model.is_file():
            raise DataError(f"{usual}: no such file; set {MODEL_VARIABLE} to a model file")
    if model is None and MODEL.is_file():
        return MODEL
    return BUNDLED_MODEL if model is None or str(model) == BUNDLED else model


def model_name(path: Path) -> str:
    """The name by which -m takes the model in this file."""
    from rnn_names.base.bundled import BUNDLED_MODEL
    from rnn_names.base.text import printable

    return BUNDLED if path == BUNDLED_MODEL else printable(str(path))


def note_model(path: Path, model: Path | None, verbose: bool) -> None:
    """Say which model is used: if `verbose`, or if it is used because it lies in this folder.

    A scheduled job must not change its answers silently because a model lies in its folder.
    """
    if verbose:
        note(f"model: {model_name(path)}")
    elif model is None and path == MODEL and not os.environ.get(MODEL_VARIABLE):
        note(f"model: {MODEL} in this folder; give -m {BUNDLED} for the bundled one")


def note(line: str) -> None:
    """A line on standard error; what a command says so early must not wait for typer to load."""
    print(line, file=sys.stderr, flush=True)


def model_option(path: Path) -> str:
    """` -m FILE` for a command that must use this model; empty if it does so by default."""
    from rnn_names.base.text import in_shell

    try:
        usual = model_path(None)
    except DataError:  # $RNN_NAMES_MODEL names no file
        usual = None
    if usual is not None and path.resolve() == usual.resolve():
        return ""
    return f" -m {in_shell(str(path))}"


def model_inputs(model: Path | None, prior: str | None = None) -> list[Path]:
    """The files that `load` reads."""
    from rnn_names.model.calibration import PRIORS

    return [model_path(model), *([] if prior is None or prior in PRIORS else [Path(prior)])]


def load(model: Path | None, verbose: bool, prior: str | None, raw: bool = False) -> "NameClassifier":
    """The classifier of --model, --prior and --raw."""
    from rnn_names.base.arrays import keep_freed_memory
    from rnn_names.model.calibration import PRIORS, Prior
    from rnn_names.model.classifier import NameClassifier

    keep_freed_memory()
    path = model_path(model)
    if prior is not None and prior not in PRIORS and not Path(prior).is_file():
        raise DataError(f"{prior}: no such file; give --prior a file, or {', '.join(PRIORS)}")
    asked: Prior | None = prior
    if prior is not None and prior not in PRIORS:
        from rnn_names.names.examples import read_prior  # not above: seldom needed

        asked = read_prior(Path(prior))
    classifier = NameClassifier.load(path, asked, raw)
    note_model(path, model, verbose)
    return classifier
