"""The pictures: the command and the option of each, and the module that draws it.

A picture is one module with `draw(*found) -> (panel, title)`, and one line here. The title is for readers
who cannot see the picture. Each command hands its findings to `draw`:

    train       history, clip_norm                         the epochs, `training.history`
    evaluate    scored                                     a `model.evaluation.Evaluation`
    explain     explanations, countries, top_k             `insight.explain`
    gradients   curves, history                            `insight.gradients`
    predict     predictions                                `show.prediction`, of every label
"""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Picture(NamedTuple):
    """A module that draws, the help of its option, and endings of files that hold the figures instead."""

    module: str
    help: str
    figures: tuple[str, ...] = ()


PICTURES: dict[str, dict[str, Picture]] = {
    "train": {
        "--curves": Picture(
            "rnn_names.show.curves",
            "Draw loss and accuracy of the training and the validation part, and gradient norms, of every "
            "epoch when training ends, or is stopped; -: on standard output.",
        ),
    },
    "evaluate": {
        "--confusion": Picture(
            "rnn_names.show.confusion_matrix",
            "Draw which labels are mistaken for which, similar ones together; .csv, .json: the numbers of "
            "names; -: a table.",
            (".csv", ".json"),
        ),
        "--reliability": Picture(
            "rnn_names.show.reliability",
            "Draw how often answers of each probability are right; -: on standard output.",
        ),
    },
    "explain": {
        "--svg": Picture(
            "rnn_names.show.explanation_picture", "Draw the explanation as well; -: on standard output."
        )
    },
    "predict": {
        "--map": Picture(
            "rnn_names.show.world_map",
            "Draw a map of the world for each name, at most six: how likely each country is.",
        ),
    },
    "gradients": {
        "--svg": Picture(
            "rnn_names.show.gradients_picture", "Draw the curves as well; -: on standard output."
        )
    },
}


def draw(command: str, files: Mapping[str, Path], *found: Any) -> None:
    """Draw what a command has found into the file of each option. Raises OutputError."""
    from rnn_names.show import svg  # not above: the help needs only the table

    for option, path in files.items():
        panel, title = importlib.import_module(PICTURES[command][option].module).draw(*found)
        svg.write(path, panel, title)
