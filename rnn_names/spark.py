"""Names in frames of Spark; needs `pip install "rnn-names[spark]"`, and Java.

    from rnn_names import spark as names

    names.predict(frame, "name", top_k=2)        the frame, with the columns of the answers
    names.predict(frame, ["first", "last"])      a name in two columns
    names.register(spark)                        then SELECT rnn_country(name) FROM people

The model is checked here, before any task begins, and sent once to each executor. There each Python
process loads it once. Executors need rnn_names and its dependencies, not the model's file.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rnn_names.base.bundled import BUNDLED_MODEL
from rnn_names.base.errors import DataError
from rnn_names.model.arguments import check_top_k
from rnn_names.model.arrow import answered, check_columns, joined
from rnn_names.model.calibration import Prior
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.columns import answer_columns, check_threshold, column_names

try:
    import pyarrow as pa
    from pyspark.sql.types import DoubleType, StringType, StructField, StructType
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f'rnn_names.spark needs {error.name}: pip install "rnn-names[spark]"', name=error.name
    ) from error

FUNCTION = "rnn_country"
_loaded: dict[int, NameClassifier] = {}  # of this process, by the number of the broadcast


def predict(
    frame: Any,
    column: str | Sequence[str],
    top_k: int = 1,
    threshold: float | None = None,
    model: str | Path | None = None,
    prior: Prior | None = None,
) -> Any:
    """The frame with the columns that `NameClassifier.predict_frame` gives, its rows and their order kept.

    column     the name of the column of names, or several, whose texts are joined by blanks
    top_k      countries for each name
    threshold  below it the country is `unknown`
    model      a model file on the driver; None is the bundled model
    prior      as of NameClassifier; None is the prior of the model

    Nothing is computed before Spark is asked for rows. A task that is retried gives the same rows again.
    Raises CheckpointError for the model and DataError for a column that is missing, holds no texts, or has
    the name of one that is added, at once.
    """
    wanted = [column] if isinstance(column, str) else list(column)
    check_top_k(top_k)
    threshold = 0.0 if threshold is None else threshold
    check_threshold(threshold)
    if not wanted:
        raise DataError("no column is given; give the column of names")
    check_columns(frame.columns, wanted, top_k)
    lower = [name.lower() for name in frame.columns]
    for name in column_names(top_k):  # Spark takes them for one
        if name in lower:
            raise DataError(f"there is a column {frame.columns[lower.index(name)]!r} already; rename it")
    for name in wanted:
        kind = next(field.dataType for field in frame.schema.fields if field.name == name)
        if not isinstance(kind, StringType) and kind.typeName() != "void":
            raise DataError(f"column {name!r} is of type {kind.simpleString()}; cast it to string")
    sent = _send(frame.sparkSession, model, prior)
    added = [
        StructField(name, DoubleType() if name.startswith("probability") else StringType())
        for name in column_names(top_k)
    ]
    work = partial(_batches, sent=sent, prior=prior, wanted=wanted, top_k=top_k, threshold=threshold)
    return frame.mapInArrow(work, StructType([*frame.schema.fields, *added]))


def register(
    spark: Any,
    name: str = FUNCTION,
    model: str | Path | None = None,
    threshold: float = 0.0,
    prior: Prior | None = None,
) -> Any:
    """Make a SQL function of this name: a name's country, `unknown` below the threshold, null for no name.

    Returns the function, for use with columns. Raises CheckpointError.
    """
    from pyspark.sql.functions import arrow_udf

    check_threshold(threshold)
    sent = _send(spark, model, prior)

    def country(names: pa.Array) -> pa.Array:
        columns = answer_columns(_classifier(sent, prior), joined([names]), 1, threshold)
        return pa.array(columns["country"], pa.string())

    return spark.udf.register(name, arrow_udf(country, StringType()))


def _send(spark: Any, model: str | Path | None, prior: Prior | None) -> Any:
    """The bytes of a model, once it is known to be one, sent to the executors."""
    path = BUNDLED_MODEL if model is None else Path(model)
    NameClassifier.load(path, prior)  # what is no model or no prior fails here, not in every task
    return spark.sparkContext.broadcast(path.read_bytes())


def _classifier(sent: Any, prior: Prior | None) -> NameClassifier:
    """The classifier of the bytes that were sent, loaded once a process, under a prior."""
    number = sent._jbroadcast.id() if getattr(sent, "_jbroadcast", None) else sent._path
    if number not in _loaded:  # one prior goes with each broadcast
        classifier = NameClassifier.from_bytes(sent.value, "the model that was sent", prior)
        classifier.workers = 1  # Spark gives a task one core
        _loaded[number] = classifier
    return _loaded[number]


def _batches(
    batches: Iterator[Any], sent: Any, prior: Prior | None, wanted: list[str], top_k: int, threshold: float
) -> Iterator[Any]:
    """What an executor does: each batch with the answers to its names."""
    classifier = None
    for batch in batches:
        classifier = classifier or _classifier(sent, prior)
        yield answered(classifier, batch, wanted, top_k, threshold)
