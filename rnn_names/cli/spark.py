"""`rnn-names-spark IN OUT --column NAME`: names in files, answered on a cluster.

spark-submit job.py IN OUT --column NAME     with job.py: from rnn_names.cli.spark import main; main()
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import PurePosixPath

from rnn_names.base.errors import RnnNamesError
from rnn_names.base.text import printable
from rnn_names.model.recipe import TrainConfig

FORMATS = {".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "json", ".parquet": "parquet"}
PACKED = (".gz", ".bz2", ".zst")


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    parsed = argparse.ArgumentParser(
        "rnn-names-spark", description="Say in which countries names are common, with Spark."
    )
    parsed.add_argument("input", metavar="IN", help="a file, folder or URL that Spark reads")
    parsed.add_argument("output", metavar="OUT", help="a folder or URL that is not there yet")
    parsed.add_argument(
        "--column", action="append", required=True, help="column of names; give it again to join several"
    )
    for way in ("input", "output"):
        parsed.add_argument(
            f"--{way}-format",
            choices=sorted({*FORMATS.values()}),
            help="default: by the ending" + ("" if way == "input" else ", else that of the input"),
        )
    parsed.add_argument(
        "--multi-line",
        action="store_true",
        help="cells of a CSV file may hold line breaks; a file is then one task",
    )
    parsed.add_argument("-m", "--model", metavar="FILE", help="default: the bundled model")
    parsed.add_argument("-k", "--top-k", type=int, default=1, help="countries for each name")
    parsed.add_argument("--threshold", type=float, default=0.0, help="below it the answer is unknown")
    priors = TrainConfig.__dataclass_fields__["prior"].metadata["choices"]
    parsed.add_argument("--prior", choices=priors, help="default: the prior of the model")
    groups = parsed.add_mutually_exclusive_group()
    groups.add_argument(
        "--by", choices=["region"], help="add the region of each name, and the answer above --threshold"
    )
    groups.add_argument(
        "--groups", metavar="FILE", help="as --by, over groups of your own: a table of country and group"
    )
    parsed.add_argument("--codes", action="store_true", help="countries as ISO 3166 codes of two letters")
    return parsed


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; exit codes are those of `rnn-names`."""
    parsed = parser()
    given = parsed.parse_args(arguments)
    read_as = given.input_format or form_of(given.input)
    if read_as is None:
        parsed.error(f"IN ends in none of {', '.join(FORMATS)}; give --input-format")
    write_as = given.output_format or form_of(given.output) or read_as
    try:
        run(given, read_as, write_as)
    except (RnnNamesError, ModuleNotFoundError, TypeError, ValueError) as error:
        sys.exit(f"error: {printable(str(error))}")
    except KeyboardInterrupt:
        sys.exit(130)


def form_of(path: str) -> str | None:
    """csv, tsv, json or parquet, by the ending of a path or URL."""
    name = PurePosixPath(path.rstrip("/"))
    return FORMATS.get((name.with_suffix("") if name.suffix.lower() in PACKED else name).suffix.lower())


def run(given: argparse.Namespace, read_as: str, write_as: str) -> None:
    """Read, answer, write. Raises DataError for what Spark cannot read or write."""
    from rnn_names import spark as names
    from rnn_names.base.errors import DataError

    try:
        from pyspark.errors import AnalysisException, PySparkException
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:  # already said by rnn_names.spark
        raise DataError(str(error)) from error
    session = SparkSession.builder.appName("rnn-names").getOrCreate()
    # Cells stay as they are: quotes are doubled, blanks are kept.
    cells = {
        "header": True,
        "escape": '"',
        "ignoreLeadingWhiteSpace": False,
        "ignoreTrailingWhiteSpace": False,
        "multiLine": given.multi_line,
    }
    options = {"csv": cells, "tsv": {**cells, "sep": "\t"}}
    kinds = {"tsv": "csv"}
    try:
        frame = session.read.format(kinds.get(read_as, read_as)).options(**options.get(read_as, {}))
        answers = names.predict(
            frame.load(given.input),
            given.column,
            given.top_k,
            given.threshold,
            given.model,
            given.prior,
            given.by,
            given.groups,
            given.codes,
        )
        answers.write.format(kinds.get(write_as, write_as)).options(**options.get(write_as, {})).save(
            given.output
        )
    except AnalysisException as error:
        raise DataError(str(error).partition("\n")[0]) from error
    except PySparkException as error:
        raise DataError(f"Spark has failed: {str(error).partition(chr(10))[0]}") from error
