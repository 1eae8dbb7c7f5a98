"""`rnn-names generate`."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_names.base.errors import DataError, UnknownCountryError
from rnn_names.cli.command import OneCommand
from rnn_names.cli.models import load
from rnn_names.cli.options import Model, Verbose, check_no_paths, positive

if TYPE_CHECKING:
    from rnn_names.model.provenance import DataInfo
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
    prefix: Annotated[str, typer.Option(metavar="TEXT", help="How the names begin.")] = "",
    temperature: Annotated[
        float, positive("Below 1, likely letters are chosen more often, at 0 always; above 1, less often.")
    ] = 0.5,
    guidance: Annotated[
        float, positive("Weight of the country; 1 is Bayes' rule, above 1 names are more typical.")
    ] = 2.0,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed of the random choices.")] = 1,
    allow_known: Annotated[
        bool, typer.Option("--allow-known", help="Allow names of the training data.")
    ] = False,
    model: Model = None,
    format: Annotated[
        GenerateFormat,
        typer.Option(help="plain: one name a line; with several countries, then a tab and the country."),
    ] = GenerateFormat.plain,
    verbose: Verbose = False,
) -> None:
    """Make up names that sound like a country: all different, none from the training data.

    \b
      rnn-names generate Poland
      rnn-names generate Italy Japan --prefix Mar -n 5
      rnn-names generate Finland --format csv > names.csv

    The same seed gives the same names. If new names run out, fewer are printed and the exit code is 1.
    """
    from rnn_names.base import text
    from rnn_names.insight import generation
    from rnn_names.insight.capitals import Writing
    from rnn_names.show import generated

    trained = load(model, verbose, None).model
    try:
        places = [generation.country_index(trained, country) for country in countries]
    except UnknownCountryError:
        check_no_paths(countries, "generate takes countries, which rnn-names info lists")
        raise
    examples = _training_data(trained.data, quiet=allow_known)
    known = frozenset() if allow_known else generation.keys([*examples, *_given_names(trained.data)])
    names = []
    missing = []
    for place in dict.fromkeys(places):
        country = trained.countries[place]
        found = generation.generate(trained, country, count, seed, prefix, temperature, guidance, known)
        writing = Writing.learn(e for e in examples if e.country == country)
        names += [(writing.capitalise(name), country) for name in found]
        if len(found) < count:
            missing.append(f"{len(found)} of {count} for {text.printable(country)}")
    generated.write_names(names, format.value, len(countries) > 1, sys.stdout)
    if missing:
        advice = "raise --temperature" if allow_known else "raise --temperature, or give --allow-known"
        raise DataError(f"too few new names: {', '.join(missing)}; {advice}")


def _given_names(data: "DataInfo") -> "list[Example]":
    """The given names of the training, if they are the bundled ones; the path of others is not kept."""
    from rnn_names.base.bundled import HELD_OUT, bundled_given_names
    from rnn_names.names.examples import read_examples

    theirs = data.source == HELD_OUT or (data.given_names and not data.source)
    return read_examples(bundled_given_names()) if theirs else []


def _training_data(data: "DataInfo", quiet: bool) -> "list[Example]":
    """The data that the model was trained on, if they are here; else an empty list.

    A note says if they are missing or have changed, unless `quiet`.
    """
    from rnn_names.base import text
    from rnn_names.base.bundled import HELD_OUT, bundled_surnames
    from rnn_names.model.own_data import own_data
    from rnn_names.names.examples import read_examples

    examples: list[Example] = []
    note = ""
    try:
        found = own_data(data)
        examples = found.examples
        if data.source == HELD_OUT:
            examples = [*examples, *read_examples(bundled_surnames())]
            note = "most people that the bundled model learned are not here: a name may be one of theirs"
        elif not found.taught(data):
            note = f"not all names of the training data are left out: {found.name} has changed since"
    except DataError as error:
        note = f"names of the training data are not left out: {str(error).partition('; ')[0]}"
    if note and not quiet:
        typer.echo(text.printable(note), err=True)
    return examples
