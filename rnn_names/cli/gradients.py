"""`rnn-names gradients`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnn_names.base.errors import DataError
from rnn_names.cli.command import OneCommand
from rnn_names.cli.drawing import DrawingCommand, check_outputs
from rnn_names.cli.models import load, model_inputs
from rnn_names.cli.options import Data, Model, TableOrJson, Verbose, one_of, results
from rnn_names.cli.reading import DataCommand
from rnn_names.cli.recipe import cells
from rnn_names.cli.runs import examples_of

if TYPE_CHECKING:
    from rnn_names.names.tables import Format

app = OneCommand()


ALL = "all"  # of the cells


class GradientsCommand(DrawingCommand, DataCommand):
    """Lists the cells only in its help, because they load NumPy."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, with the cells."""
        for parameter in self.params:
            if parameter.name == "cell":
                parameter.metavar = "|".join(_cells())
        super().format_help(ctx, formatter)


def _cell(name: str | None) -> str | None:
    return None if name is None else one_of(name, _cells())


def _cells() -> list[str]:
    return [*cells(), ALL]


@app.command(cls=GradientsCommand)
def gradients(
    ctx: typer.Context,
    data: Data = None,
    model: Model = None,
    cell: Annotated[
        str | None,
        typer.Option(
            callback=_cell,
            autocompletion=_cells,
            help="Look at untrained networks of this cell instead of a trained model.",
            show_default=False,
        ),
    ] = None,
    length: Annotated[
        int | None,
        typer.Option(
            min=3,
            max=258,
            help="Join names to this many symbols.  [default: each name alone]",
            show_default=False,
        ),
    ] = None,
    format: Annotated[TableOrJson, typer.Option(help="json: one object.")] = TableOrJson.table,
    seed: Annotated[
        int,
        typer.Option(min=0, max=2**63 - 1, help="Seed of the names drawn and of the initial parameters."),
    ] = 1,
    verbose: Verbose = False,
) -> None:
    """Show how far back in the names of DATA gradients reach: why they vanish or explode.

    Without --cell, the gradients are those of a trained model, by default on its own training data. With
    --cell, they are those of untrained networks with small, orthogonal and large W.

    \b
      rnn-names gradients
      rnn-names gradients --cell all --length 100 --svg gradients.svg
      rnn-names gradients --format json | jq '.curves[0].norms'
    """
    from rnn_names.base.bundled import bundled_surnames
    from rnn_names.insight import gradients as library
    from rnn_names.model.own_data import own_source
    from rnn_names.names.alphabet import Alphabet
    from rnn_names.names.examples import read_examples
    from rnn_names.network.cells import CELLS
    from rnn_names.show import gradients
    from rnn_names.show.pictures import draw

    form: Format = ctx.meta["form"]
    pictures: dict[str, Path] = ctx.meta["pictures"]
    out = results(*pictures.values())
    if pictures:
        check_outputs([*pictures.values()], [data, *model_inputs(model)])
    curves: list[library.Curve] = []
    if cell is not None:
        if model is not None:
            raise typer.BadParameter(
                "--cell shows untrained networks, --model a trained one; give one of them."
            )
        examples = [
            e for e in read_examples(data or bundled_surnames(), form, ctx.meta["bad"]) if e.country
        ]
        alphabet = Alphabet.learn(example.name for example in examples)
        countries = tuple(sorted({example.country for example in examples}))
        history, clip_norm = [], 0.0
        networks = [
            (start, params, config, 1)
            for kind in (CELLS if cell == ALL else [cell])
            for start, params, config in library.fresh(kind, len(alphabet), len(countries), seed)
        ]
    else:
        trained = load(model, verbose, None).model
        own = trained.data.form
        if data is None:
            form, data = own, own_source(trained.data)
            check_outputs([*pictures.values()], [data])
        alphabet, countries = trained.alphabet, trained.countries
        examples = [e for e in examples_of(data, form, own, ctx.meta["bad"]) if e.country in set(countries)]
        if not examples:
            raise DataError(f"{data}: the model knows none of its labels; give the names it was trained on")
        history, clip_norm = trained.history, trained.training.clip_norm
        networks = [("trained", params, trained.network, k) for k, params in enumerate(trained.members, 1)]
    names, y = library.sequences(examples, alphabet, countries, length, seed)
    for start, params, config, k in networks:
        curves += library.curves(params, config, names, y, start, k)
    draw("gradients", pictures, curves, history)
    if format is TableOrJson.json:
        typer.echo(gradients.curves_json(curves, history, clip_norm, length), out)
    else:
        gradients.write_curves(curves, history, clip_norm, out)
