"""`rnn-names check`."""

import sys
from typing import Annotated

import typer

from rnn_names.cli.command import OneCommand
from rnn_names.cli.options import Data, TableOrJson, Verbose
from rnn_names.cli.reading import DataCommand

app = OneCommand()


@app.command(cls=DataCommand)
def check(
    ctx: typer.Context,
    data: Data = None,
    format: Annotated[TableOrJson, typer.Option(help="json: one object.")] = TableOrJson.table,
    verbose: Verbose = False,
) -> None:
    """Check DATA, or the bundled surnames, before training.

    \b
      rnn-names check
      rnn-names check names.csv --label-column language
      rnn-names check my_labels/ --format json | jq -r '.warnings[]'

    Warnings leave the exit code 0; data that cannot be read is an error.
    """
    from rnn_names.base import text
    from rnn_names.base.bundled import bundled_surnames
    from rnn_names.names import checks
    from rnn_names.names.examples import read_examples
    from rnn_names.show import tables

    source = data or bundled_surnames()
    if verbose:
        typer.echo(f"data: {text.printable(str(source))}", err=True)
    found = checks.check(read_examples(source, ctx.meta["form"], ctx.meta["bad"]))
    if format is TableOrJson.json:
        typer.echo(tables.to_json(found))
        return
    rows = [
        ("rows", found.rows, ""),
        ("names", found.names, f"the longest has {found.longest} letters"),
        ("labels", len(found.labels), ""),
        ("repeated rows", found.duplicates.n, "; ".join(found.duplicates.examples)),
        ("names under several labels", found.several_labels.n, "; ".join(found.several_labels.examples)),
        ("names in several spellings", found.spellings.n, "; ".join(found.spellings.examples)),
        ("names in mixed scripts", found.mixed_scripts.n, "; ".join(found.mixed_scripts.examples)),
        ("long names", found.long.n, "; ".join(found.long.examples)),
        ("titles and the like beside names", found.beside.n, "; ".join(found.beside.examples)),
    ]
    tables.write_table(
        ["", "number", "for example"], [(a, f"{n:,}", c) for a, n, c in rows], sys.stdout, numbers=[1]
    )
    if found.odd_characters:
        tables.write_table(
            ["odd character", "names", "for example"],
            [
                (f"{c}  U+{ord(c):04X}", f"{some.n:,}", "; ".join(some.examples))
                for c, some in found.odd_characters.items()
            ],
            sys.stdout,
            numbers=[1],
        )
    if len(found.scripts) > 1:
        tables.write_table(
            ["script", "names"],
            [(script, f"{n:,}") for script, n in found.scripts.items()],
            sys.stdout,
            numbers=[1],
        )
    tables.write_table(
        ["label", "rows", "names", "share"],
        [
            (label, f"{n.rows:,}", f"{n.names:,}", f"{n.rows / found.rows:.1%}")
            for label, n in found.labels.items()
        ],
        sys.stdout,
        numbers=[1, 2, 3],
    )
    for warning in found.warnings:
        typer.echo(f"warning: {text.printable(warning)}")
    if not found.warnings:
        typer.echo("no warnings")
