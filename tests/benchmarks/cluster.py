"""Rows a second in one process, and on one and two executors of Spark.

python -m tests.benchmarks.cluster
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded: what `rnn-names` does too

import sys
import time
from typing import Any

from rnn_names import NameClassifier
from rnn_names.base.bundled import bundled_surnames
from rnn_names.model.columns import Question, answer_columns


def main(sizes: tuple[int, ...] = (50_000, 200_000)) -> None:
    """Print a row for each number of executors and of rows; each name is another."""
    found: dict[str, None] = {}
    for file in sorted(bundled_surnames().glob("*.txt")):
        found |= dict.fromkeys(line.partition("\t")[0] for line in file.read_text("utf-8").splitlines())
    base = [*found]
    names = [f"{a} {b}" for k in range(8) for a, b in zip(base, base[k + 1 :], strict=False)][: max(sizes)]
    print(f"{'where':<14}{'rows':>9}{'seconds':>9}{'rows/s':>9}")
    classifier = NameClassifier.load()
    classifier.workers = 1  # as in an executor
    answer_columns(classifier, names[:1000], Question())
    for size in sizes:
        began = time.perf_counter()
        for at in range(0, size, 10_000):
            answer_columns(classifier, names[at : at + 10_000], Question())
        report("one process", size, time.perf_counter() - began)
    for executors in (1, 2):
        on_spark(executors, names, sizes)


def report(where: str, rows: int, seconds: float) -> None:
    print(f"{where:<14}{rows:>9,}{seconds:>9.1f}{rows / seconds:>9,.0f}", flush=True)


def on_spark(executors: int, names: list[str], sizes: tuple[int, ...]) -> None:
    import pyarrow as pa
    from pyspark.sql import SparkSession

    from rnn_names import spark as of_spark

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder: Any = SparkSession.builder.master(f"local-cluster[{executors},1,1024]")
    builder = builder.config("spark.ui.enabled", "false").config("spark.driver.host", "127.0.0.1")
    session = builder.config("spark.executorEnv.OPENBLAS_NUM_THREADS", "1").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    for size in (1000, *sizes):  # the first one starts the workers
        frame = session.createDataFrame(pa.table({"name": names[:size]})).repartition(8).cache()
        frame.count()
        began = time.perf_counter()
        of_spark.predict(frame, "name").write.format("noop").mode("overwrite").save()
        if size > 1000:
            report(f"{executors} executors"[: 10 + (executors > 1)], size, time.perf_counter() - began)
    session.stop()


if __name__ == "__main__":
    main()
