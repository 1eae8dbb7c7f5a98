"""The options of a training as its state keeps them, for `train --resume`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnn_names.base.bundled import BUNDLED
from rnn_names.base.errors import CheckpointError
from rnn_names.cli.drawing import parameter_name
from rnn_names.cli.recipe import RECIPE
from rnn_names.model.recipe import BEFORE_FORMAT_3, BEFORE_FORMAT_4, LATER
from rnn_names.show.pictures import PICTURES

# May differ when a training is resumed.
OF_A_RUN = ("output", "rejects", "resume", "quiet", "verbose", "no_color")
PATHS = ("data", "given_names", "base")  # a state keeps them, and pictures, as found from any folder


def of_today(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a state under today's names; those that an older state lacks are filled in."""
    today = {"sheet": None, "quoting": "minimal", "on_error": "stop", "base": None, "folds": 0}
    today |= {"weight_column": None}
    today |= {**BEFORE_FORMAT_4, **LATER}
    options = {**dict.fromkeys(drawn()), **today, **options}
    if "name_column" in options and "country_column" in options:
        options |= {"column": options["name_column"], "label_column": options["country_column"]}
        options |= {
            "input_format": None,
            "delimiter": None,
            "tabs": False,
            "no_header": False,
            "encoding": None,
            **BEFORE_FORMAT_3,
            **{"ngrams": 0, "ngram_length": 6, "bag": 0},
        }
    return options


def drawn() -> dict[str, str]:
    """The options that draw pictures, by their names in the code."""
    return {parameter_name(option): option for option in PICTURES["train"]}


def kept_options(params: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the options that a state keeps."""
    return {name: kept(name, value) for name, value in params.items() if name not in OF_A_RUN}


def plain(parameter: Any, value: Any) -> Any:
    """The value, if it is a possible one of this option. Raises TypeError or ValueError."""
    if value is None and parameter.default is None:
        return None
    recipe = RECIPE.get(str(parameter.name))
    kind = type(recipe.metadata["large"] if recipe else parameter.default)
    allowed = {bool: (bool,), int: (int,), float: (int, float)}.get(kind, (str,))
    if not isinstance(value, allowed) or isinstance(value, bool) != (kind is bool):
        raise TypeError(f"{parameter.name} cannot be {value!r}")
    if isinstance(value, str) and b"\0" in os.fsencode(value):  # which raises for what is no text
        raise ValueError("a NUL character")
    return value.split("\n") if parameter.multiple and isinstance(value, str) else value


def check_base(path: Path, base: str | None) -> None:
    """Raise CheckpointError if the model of --from, as the state in `path` names it, is gone."""
    if base is not None and base != BUNDLED and not Path(base).is_file():
        raise CheckpointError(
            f"{path}: {base}, the model that the training began with, is not here; put it back, or remove "
            "that file to train anew"
        )


def kept(name: str, value: Any) -> Any:
    """The value of an option as a state keeps it: a path as it is found from any folder."""
    from rnn_names.training.run import place

    if name == "base" and value == BUNDLED:
        return value
    return place(Path(value)) if value is not None and name in (*PATHS, *drawn()) else value
