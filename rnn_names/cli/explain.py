"""`rnn-names explain`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rnn_names.base.files import check_apart, check_writable
from rnn_names.cli.command import OneCommand
from rnn_names.cli.options import Model, Prior, TableOrJson, Verbose, load, model_inputs, svg_file, texts

app = OneCommand()


@app.command()
def explain(
    names: Annotated[list[str], typer.Argument(metavar="NAMES...", help="Names.")],
    model: Model = None,
    country: Annotated[
        str | None,
        typer.Option(
            metavar="COUNTRY", help="Explain this one.  [default: the answer]", show_default=False
        ),
    ] = None,
    top_k: Annotated[int, typer.Option("-k", "--top-k", min=1, help="Countries after each letter.")] = 3,
    numbers: Annotated[
        bool,
        typer.Option(
            "--numbers", help="Every number of the names in a plain network; COUNTRY is the true one."
        ),
    ] = False,
    format: Annotated[
        TableOrJson, typer.Option(help="json: a list of one object a name.")
    ] = TableOrJson.table,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", callback=svg_file, help="Draw it as well.")
    ] = None,
    prior: Prior = None,
    verbose: Verbose = False,
) -> None:
    """Show what the network believes after every letter, and which letters moved the answer.

    \b
      rnn-names explain Schmidt
      rnn-names explain Schmidt --country Denmark --svg schmidt.svg
      rnn-names explain Schmidt --format json | jq .[0].letters
    """
    from rnn_names.show import explanation
    from rnn_names.show.worked import worked_json, write_worked

    names = texts(names)

    if numbers and svg:
        raise typer.BadParameter("--numbers has no picture; leave out --svg.")
    if svg:
        check_writable(svg)
        check_apart(svg, model_inputs(model, prior))
    classifier = load(model, verbose, prior)
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
    if svg:
        from rnn_names.show.explanation_picture import write_picture

        write_picture(svg, explanations, classifier.countries, top_k)
    if format is TableOrJson.json:
        typer.echo(explanation.explanations_json(explanations, classifier, top_k))
    else:
        explanation.write_explanations(explanations, classifier, top_k, sys.stdout)
