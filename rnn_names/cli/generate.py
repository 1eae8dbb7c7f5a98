"""`rnn-names generate`."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_names.base.errors import DataError
from rnn_names.cli.command import OneCommand
from rnn_names.cli.options import Model, Verbose, load, positive

if TYPE_CHECKING:
    from rnn_names.model.checkpoint import DataInfo
    from rnn_names.names.example import Example

app = OneCommand()


class GenerateFormat(StrEnum):
    """Values of `generate --format`."""

    plain = "plain"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    tsv = "tsv"


@app.command()
def generate(
    countries: Annotated[list[str], typer.Argument(metavar="COUNTRY...", help="Countries of the model.")],
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="Names for each country.")] = 10,
    prefix: Annotated[str, typer.Option(metavar="TEXT", help="What the names begin with.")] = "",
    temperature: Annotated[
        float, positive("Below 1 likely letters are chosen more often, at 0 always; above 1 less often.")
    ] = 0.5,
    guidance: Annotated[
        float, positive("How much the country counts; 1: by Bayes' rule alone; above: more typical names.")
    ] = 2.0,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of what is drawn.")] = 1,
    allow_known: Annotated[
        bool, typer.Option("--allow-known", help="Names of the training data may come, too.")
    ] = False,
    model: Model = None,
    format: Annotated[
        GenerateFormat, typer.Option(help="plain: a name a line; of several countries, a tab and which.")
    ] = GenerateFormat.plain,
    verbose: Verbose = False,
) -> None:
    """Make up names that sound like a country: no two alike, and none of the model's training data.

    \b
      rnn-names generate Poland
      rnn-names generate Italy Japan --prefix Mar -n 5
      rnn-names generate Finland --format csv > names.csv

    The same seed gives the same names. Where new names run out, fewer are printed, and the exit code is 1.
    """
    from rnn_names.base import text
    from rnn_names.insight import generation
    from rnn_names.show import generated

    trained = load(model, verbose, None).model
    places = [generation.country_index(trained, country) for country in countries]
    examples = _training_data(trained.data, quiet=allow_known)
    known = frozenset() if allow_known else generation.keys([*examples, *_given_names(trained.data)])
    names = []
    missing = []
    for place in dict.fromkeys(places):
        country = trained.countries[place]
        found = generation.generate(trained, country, count, seed, prefix, temperature, guidance, known)
        writing = generation.Writing.learn(e for e in examples if e.country == country)
        names += [(writing.capitalise(name), country) for name in found]
        if len(found) < count:
            missing.append(f"{len(found)} of {count} for {text.printable(country)}")
    generated.write_names(names, format.value, len(countries) > 1, sys.stdout)
    if missing:
        advice = "raise --temperature" if allow_known else "raise --temperature, or --allow-known"
        raise DataError(f"too few new names: {', '.join(missing)}; {advice}")


def _given_names(data: "DataInfo") -> "list[Example]":
    """Those it was trained on, if they are the bundled ones: of others the place is not kept."""
    from rnn_names.base.bundled import bundled_given_names
    from rnn_names.names.examples import read_examples

    return read_examples(bundled_given_names()) if data.given_names and not data.source else []


def _training_data(data: "DataInfo", quiet: bool) -> "list[Example]":
    """The data that the model was trained on, if they are here; else none.

    A line says so, and if they are others by now; not where it is `quiet`.
    """
    from rnn_names.base import text
    from rnn_names.model.own_data import own_data

    examples: list[Example] = []
    note = ""
    try:
        found = own_data(data)
        examples = found.examples
        if not found.taught(data):
            note = f"not all names of the training data are left out: {found.name} has changed since"
    except DataError as error:
        note = f"names of the training data are not left out: {str(error).partition('; ')[0]}"
    if note and not quiet:
        typer.echo(text.printable(note), err=True)
    return examples
