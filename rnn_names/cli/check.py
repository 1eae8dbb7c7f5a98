"""`rnn-names check`."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_names.base.bundled import BUNDLED
from rnn_names.cli.command import OneCommand
from rnn_names.cli.options import Data, TableOrJson, Verbose, load, model_name, model_path
from rnn_names.cli.reading import DataCommand

if TYPE_CHECKING:
    from rnn_names.insight.doubts import Doubts
    from rnn_names.names.checks import Check
    from rnn_names.names.example import Example

LISTED = 20  # rows whose label is most in doubt

app = OneCommand()


@app.command(cls=DataCommand)
def check(
    ctx: typer.Context,
    data: Data = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "-m",
            "--model",
            metavar="FILE",
            help=f"A model that knows these labels, or {BUNDLED}: list the {LISTED} rows whose label it "
            "doubts most. Of rows that it was trained on it doubts too few.  [default: none]",
            show_default=False,
        ),
    ] = None,
    format: Annotated[TableOrJson, typer.Option(help="json: one object.")] = TableOrJson.table,
    verbose: Verbose = False,
) -> None:
    """Check DATA, or the bundled surnames, before training.

    \b
      rnn-names check
      rnn-names check names.csv --label-column language
      rnn-names check names.csv -m bundled
      rnn-names check my_labels/ --format json | jq -r '.warnings[]'

    Warnings leave the exit code 0; data that cannot be read is an error.
    """
    from rnn_names.base.bundled import bundled_surnames
    from rnn_names.base.text import printable
    from rnn_names.names import checks
    from rnn_names.names.examples import read_examples
    from rnn_names.show import tables

    source = data or bundled_surnames()
    if verbose:
        typer.echo(f"data: {printable(str(source))}", err=True)
    examples = read_examples(source, ctx.meta["form"], ctx.meta["bad"])
    found = checks.check(examples)
    doubted = None if model is None else _doubts(model, examples, verbose)
    if format is TableOrJson.json:
        of_model = {} if doubted is None else {"doubts": _record(doubted)}
        typer.echo(tables.to_json(asdict(found) | of_model))
        return
    _write(found, doubted)


def _doubts(model: Path, examples: "list[Example]", verbose: bool) -> "Doubts":
    """What the model says of the labels, and notes on what it cannot say."""
    from rnn_names.base.text import printable
    from rnn_names.insight.doubts import doubts

    found = doubts(load(model, verbose, None), examples, LISTED)
    for label, n in sorted(found.unknown.items()):
        names = f"{n:,} name{'s' * (n != 1)}"
        typer.echo(f"not judged: {names} of {printable(label)!r}, a label unknown to the model", err=True)
    typer.echo(
        f"{model_name(model_path(model))} doubts too few of the rows that it was trained on: "
        "it has learned their labels, right or wrong",
        err=True,
    )
    return found


def _record(doubted: "Doubts") -> dict[str, object]:
    """The doubts for JSON."""
    from rnn_names.show.mistakes import mistake_record

    listed = [mistake_record(one, "label") for one in doubted.mislabelled]
    return {**doubted._asdict(), "mislabelled": listed}


def _write(found: "Check", doubted: "Doubts | None") -> None:
    """The findings as tables."""
    from rnn_names.base import text
    from rnn_names.show import tables
    from rnn_names.show.mistakes import write_mistakes

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
    if doubted:
        rows.append(("labels in doubt", doubted.doubted, f"of {doubted.judged:,} that the model judges"))
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
    if doubted and doubted.mislabelled:
        write_mistakes(doubted.mislabelled, sys.stdout, "label")
    for warning in found.warnings:
        typer.echo(f"warning: {text.printable(warning)}")
    if not found.warnings:
        typer.echo("no warnings")
