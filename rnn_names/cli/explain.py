"""`rnn-names explain`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rnn_names.base.errors import DataError
from rnn_names.cli.command import OneCommand
from rnn_names.cli.drawing import DrawingCommand, check_outputs
from rnn_names.cli.models import load, model_inputs
from rnn_names.cli.options import Model, Prior, Raw, TableOrJson, Verbose, check_no_paths, results

app = OneCommand()


@app.command(cls=DrawingCommand)
def explain(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAMES...", help="Names.")],
    model: Model = None,
    country: Annotated[
        str | None,
        typer.Option(
            metavar="COUNTRY", help="Explain this country.  [default: the answer]", show_default=False
        ),
    ] = None,
    top_k: Annotated[int, typer.Option("-k", "--top-k", min=1, help="Countries after each letter.")] = 3,
    numbers: Annotated[
        bool,
        typer.Option(
            "--numbers", help="Print every number of a plain network; COUNTRY is then the true country."
        ),
    ] = False,
    format: Annotated[
        TableOrJson, typer.Option(help="json: a list with one object for each name.")
    ] = TableOrJson.table,
    prior: Prior = None,
    raw: Raw = False,
    verbose: Verbose = False,
) -> None:
    """Show what the network believes after every letter, and which letters moved the answer.

    \b
      rnn-names explain Schmidt
      rnn-names explain Schmidt --country Denmark --svg schmidt.svg
      rnn-names explain Schmidt --format json | jq .[0].letters
    """
    from rnn_names.show import explanation
    from rnn_names.show.pictures import draw
    from rnn_names.show.worked import worked_json, write_worked

    check_no_paths(names, "for a person of that name put a blank before it: ' NAME'")
    pictures: dict[str, Path] = ctx.meta["pictures"]
    if numbers and pictures:
        raise typer.BadParameter(f"--numbers has no picture; leave out {' and '.join(pictures)}.")
    out = results(*pictures.values())
    if pictures:
        check_outputs([*pictures.values()], model_inputs(model, prior))
    classifier = load(model, verbose, prior, raw)
    if numbers:
        from rnn_names.insight.worked import work

        worked = [work(classifier, name, country) for name in names]
        if format is TableOrJson.json:
            typer.echo(worked_json(worked))
            return
        for place, each in enumerate(worked):
            if place:
                typer.echo()
            write_worked(each, sys.stdout)
        return

    from rnn_names.insight.explain import explain

    explanations = explain(classifier, names, country)
    if pictures and all(each.country is None for each in explanations):
        raise DataError("there is no name with a letter, and so nothing to draw; give one")
    draw("explain", pictures, explanations, classifier.countries, top_k)
    if format is TableOrJson.json:
        typer.echo(explanation.explanations_json(explanations, classifier, top_k), out)
    else:
        explanation.write_explanations(explanations, classifier, top_k, out)
