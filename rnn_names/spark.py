"""Names in frames of Spark; needs `pip install "rnn-names[spark]"`, and Java.

    from rnn_names import spark as names

    names.predict(frame, "name", top_k=2)        the frame, with the columns of the answers
    names.predict(frame, "name", by="region")    and the region of each name
    names.predict(frame, ["first", "last"])      a name in two columns
    names.register(spark)                        then SELECT rnn_country(name) FROM people

The model is checked here, before any task begins, and sent once to each executor. There each Python
process loads it once. Executors need rnn_names and its dependencies, not the model's file.
"""

import gc
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from rnn_names.base.bundled import BUNDLED_MODEL
from rnn_names.base.errors import DataError
from rnn_names.base.text import did_you_mean
from rnn_names.model.arrow import answered, joined
from rnn_names.model.calibration import Prior
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.columns import Question, answer_columns
from rnn_names.names.groups import GroupsAsked

try:
    import pyarrow as pa
    from pyspark.sql.types import DoubleType, StringType, StructField, StructType
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f'rnn_names.spark needs {error.name}: pip install "rnn-names[spark]"', name=error.name
    ) from error

FUNCTION = "rnn_country"
KEPT = 2  # classifiers in a Python process: an application that goes on may train new models
_sent: dict[tuple[str, str, str], Any] = {}  # of the driver: by application, model and prior
_loaded: dict[int, NameClassifier] = {}  # of an executor's process, by the number of the broadcast


def predict(
    frame: Any,
    column: str | Sequence[str],
    top_k: int = 1,
    threshold: float | None = None,
    model: str | Path | None = None,
    prior: Prior | None = None,
    by: str | None = None,
    groups: GroupsAsked | None = None,
    codes: bool = False,
) -> Any:
    """The frame with the columns that `NameClassifier.predict_frame` gives, its rows and their order kept.

    column     the name of the column of names, or several, whose texts are joined by blanks
    top_k      countries for each name
    threshold  below it the country is `unknown`; None is 0
    model      a model file on the driver; None is the bundled model
    prior      as of NameClassifier; None is the prior of the model
    by         "region" adds the region of each name, and the answer that reaches the threshold
    groups     the same over groups of your own: a mapping, or a table in a file on the driver
    codes      countries are ISO 3166 codes of two letters

    Nothing is computed before Spark is asked for rows. A task that is retried gives the same rows again.
    Raises CheckpointError for the model, DataError for a column that is missing, holds no texts, or has the
    name of one that is added, and what `predict_frame` raises for the other arguments: all at once.
    """
    wanted = [column] if isinstance(column, str) else list(column)
    data, classifier = _checked(model, prior)
    threshold = 0.0 if threshold is None else threshold
    question = Question.of(classifier.labels, top_k, threshold, by, groups, codes)
    _check_columns(frame.schema.fields, wanted, question)
    added = [
        StructField(name, DoubleType() if kind is float else StringType())
        for name, kind in question.columns.items()
    ]
    sent = _send(frame.sparkSession, data, prior)
    work = partial(_batches, sent=sent, prior=prior, wanted=wanted, question=question)
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

    question = Question(threshold=threshold)
    sent = _send(spark, _checked(model, prior)[0], prior)

    def country(names: pa.Array) -> pa.Array:
        columns = answer_columns(_classifier(sent, prior), names.to_pylist(), question)
        return pa.array(columns["country"], pa.string())

    return spark.udf.register(name, arrow_udf(country, StringType()))


def _checked(model: str | Path | None, prior: Prior | None) -> tuple[bytes, NameClassifier]:
    """The bytes of a model file, and its classifier: what is none fails here, not in every task."""
    path = BUNDLED_MODEL if model is None else Path(model)
    classifier = NameClassifier.load(path, prior)
    return path.read_bytes(), classifier


def _send(spark: Any, data: bytes, prior: Prior | None) -> Any:
    """The broadcast of a model: one for all frames of an application, so that executors load it once."""
    context = spark.sparkContext
    key = (context.applicationId, sha256(data).hexdigest(), repr(prior))
    if key not in _sent:
        _sent[key] = context.broadcast(data)
    return _sent[key]


def _check_columns(fields: Sequence[Any], wanted: Sequence[str], question: Question) -> None:
    """Raise DataError for a column of names that cannot be, or one of the name of one that is added."""
    if not wanted:
        raise DataError("no column is given; give the column of names")
    there = [field.name for field in fields]
    for name in wanted:
        if name not in there:
            hint = did_you_mean(name, there) or f"it has {', '.join(there) or 'no column'}"
            raise DataError(f"there is no column {name!r}; {hint}")
        if there.count(name) > 1:
            raise DataError(f"there is more than one column {name!r}; rename the others")
        kind = fields[there.index(name)].dataType
        if not isinstance(kind, StringType) and kind.typeName() != "void":
            raise DataError(f"column {name!r} is of type {kind.simpleString()}; cast it to string")
    taken = [name for name in there if name.lower() in question.columns]  # Spark takes them for one
    if taken:
        raise DataError(f"there is a column {taken[0]!r} already; rename it")


def _classifier(sent: Any, prior: Prior | None) -> NameClassifier:
    """The classifier of the bytes that were sent, loaded once a process, under a prior."""
    number = sent._jbroadcast.id() if getattr(sent, "_jbroadcast", None) else sent._path
    if number not in _loaded:  # one prior goes with each broadcast
        classifier = NameClassifier.from_bytes(sent.value, "the model that was sent", prior)
        classifier.workers = 1  # Spark gives a task one core
        if len(_loaded) == KEPT:
            del _loaded[next(iter(_loaded))]  # the oldest
        _loaded[number] = classifier
        gc.freeze()  # pyspark collects garbage after each task, and would walk through all modules
    return _loaded[number]


def _batches(
    batches: Iterator[Any], sent: Any, prior: Prior | None, wanted: list[str], question: Question
) -> Iterator[Any]:
    """What an executor does: each batch with the answers to its names."""
    classifier = None
    for batch in batches:
        classifier = classifier or _classifier(sent, prior)
        names = joined([batch.column(name).to_pylist() for name in wanted])
        yield answered(classifier, batch, names, question)
