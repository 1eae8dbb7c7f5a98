"""The options of commands that draw pictures: one for each picture."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperOption

from rnn_names.base.files import check_apart, check_writable, is_regular
from rnn_names.cli.command import Command
from rnn_names.show.pictures import PICTURES


class DrawingCommand(Command):
    """A command with an option for each of its PICTURES; the files given are in `ctx.meta["pictures"]`."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.pictures = PICTURES[str(self.name)]
        added = [
            TyperOption(
                param_decls=[parameter_name(option), option],
                metavar="|".join(["FILE.svg", *picture.figures, "-"]),
                callback=partial(_file, figures=picture.figures),
                help=picture.help,
            )
            for option, picture in self.pictures.items()
        ]
        place = next(k for k, parameter in enumerate(self.params) if parameter.name == "verbose")
        self.params[place:place] = added

    def invoke(self, ctx: Any) -> Any:
        """Run the command, with the file of each picture that is asked for."""
        files = {option: ctx.params.pop(parameter_name(option)) for option in self.pictures}
        ctx.meta["pictures"] = {option: path for option, path in files.items() if path is not None}
        return super().invoke(ctx)


def check_outputs(outputs: Sequence[Path], inputs: Sequence[Path | None]) -> None:
    """Raise OutputError for a file that cannot be written, is an input, or is given twice."""
    for place, path in enumerate(outputs):
        check_writable(path)
        check_apart(path, [*inputs, *outputs[:place]])


def parameter_name(option: str) -> str:
    """The name of an option in the code: `curves` for `--curves`."""
    return option.removeprefix("--").replace("-", "_")


def _file(ctx: Any, parameter: Any, value: str | None, figures: tuple[str, ...]) -> Path | None:
    """The path of a picture, or of its figures: a pipe or a device gets the picture."""
    path = None if value is None else Path(value)
    endings = (".svg", *figures)
    if path is not None and is_regular(path) and path.suffix.lower() not in endings:
        raise typer.BadParameter(
            f"{path}: pictures are SVG; give a name that ends with {' or '.join(endings)}, or -."
        )
    return path
