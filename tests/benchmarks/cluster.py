"""What a million rows cost on Spark, and where more cores stop helping: the figures of cluster.md.

python -m tests.benchmarks.cluster

Costs are core-seconds (CPU time of all processes), which other work on the machine changes less than it
changes the time on the clock. Measurements that are compared are taken in turn. Each figure is a median,
with the lowest and the highest of ROUNDS.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded: what `rnn-names` does too

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from rnn_names import NameClassifier
from rnn_names.base.bundled import BUNDLED_MODEL, bundled_surnames
from rnn_names.model.columns import Question, answer_columns

ROUNDS = 3
FEW, MANY = 10_000, 60_000  # rows; each name is another
BATCH = 10_000  # as Spark's
TASKS = (10, 60)  # in which next to no rows are answered
CORES = 1000
TICKS = os.sysconf("SC_CLK_TCK")
START = "import pyspark.daemon, pyspark.worker"
LOAD = (
    "; from rnn_names import spark; from rnn_names.base.bundled import BUNDLED_MODEL"
    "; from rnn_names import NameClassifier"
    "; NameClassifier.from_bytes(BUNDLED_MODEL.read_bytes(), 'bundled').predict(['Schmidt'])"
)


def main() -> None:
    """Print the figures."""
    names = different(MANY)
    table: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        bare, loaded = process(START), process(START + LOAD)
        keep(table, "start of a Python worker: core-seconds", loaded - bare)
    classifier = NameClassifier.load()
    classifier.workers = 1  # as in an executor
    on_spark(names, classifier, table)
    for what, values in table.items():
        show(what, values)
    cost = median(table["Spark, a million rows: core-seconds"])
    task = median(table["each task: core-seconds of its executor"])
    driver = median(table["each task: core-seconds of the driver"])
    start = median(table["start of a Python worker: core-seconds"])
    show("size of the broadcast: MB", [BUNDLED_MODEL.stat().st_size / 1e6])
    show("rows in a task, for which the task itself costs 10 %", [9 * task / cost * 1e6])
    show("rows for a core, for which the start of its worker costs 10 %", [9 * start / cost * 1e6])
    show(
        f"rows in a task, below which the driver is too slow for {CORES} cores",
        [CORES * driver / cost * 1e6],
    )
    for rows in (10**7, 10**8, 10**9):
        work = rows / 1e6 * cost
        show(f"{rows:,} rows on {CORES} cores: seconds of work a core", [work / CORES])
        show(
            f"{rows:,} rows on {CORES} cores: share of the time that is work",
            [work / (work + CORES * start)],
        )


def different(count: int) -> list[str]:
    """So many different names of two words."""
    found: dict[str, None] = {}
    for file in sorted(bundled_surnames().glob("*.txt")):
        found |= dict.fromkeys(line.partition("\t")[0] for line in file.read_text("utf-8").splitlines())
    base = [*found]
    return [f"{a} {b}" for k in range(8) for a, b in zip(base, base[k + 1 :], strict=False)][:count]


def process(code: str) -> float:
    """The core-seconds of a Python process that runs this code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def on_spark(names: list[str], classifier: NameClassifier, table: dict[str, list[float]]) -> None:
    """Measure on two executors of a core each, and in this process in turn."""
    import pyarrow as pa
    from pyspark.sql import SparkSession

    from rnn_names import spark as of_spark

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder: Any = SparkSession.builder.master("local-cluster[2,1,1024]")
    builder = builder.config("spark.ui.enabled", "false").config("spark.driver.host", "127.0.0.1")
    began = time.perf_counter()
    session = builder.config("spark.executorEnv.OPENBLAS_NUM_THREADS", "1").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    session.range(2).repartition(2).count()
    keep(table, "start of the session, two executors: seconds", time.perf_counter() - began)

    def job(rows: int, tasks: int) -> Callable[[], None]:
        """Answer so many rows in so many tasks; the rows are in the memory of the executors."""
        frame = session.createDataFrame(pa.table({"name": names[:rows]})).repartition(tasks).cache()
        frame.count()
        answers = of_spark.predict(frame, "name")
        return lambda: answers.write.format("noop").mode("overwrite").save()

    few, many, spread = job(FEW, 1), job(MANY, 1), job(MANY, 2)
    some_tasks, more_tasks = (job(TASKS[0], tasks) for tasks in TASKS)
    executors, driver = backends(session), tree([os.getpid()])[1:2]  # the JVM is this process's first child
    for run in (few, many, spread, some_tasks, more_tasks):  # starts the workers, and warms the JVM
        run()
    for _ in range(ROUNDS):
        began_cpu = time.process_time()
        for at in range(0, MANY, BATCH):
            answer_columns(classifier, names[at : at + BATCH], Question())
        alone = (time.process_time() - began_cpu) / MANY * 1e6
        keep(table, "one process, a million rows: core-seconds", alone)
        (small, _, _), (large, _, once), (shared, _, both) = (
            measured(run, executors, driver) for run in (few, many, spread)
        )
        cost = (large - small) / (MANY - FEW) * 1e6
        keep(table, "Spark, a million rows: core-seconds", cost)
        keep(table, "Spark to one process", cost / alone)
        keep(table, "two executors to one: core-seconds", shared / large)
        keep(table, "two executors to one: rows a second", once / both)
        (least, led_least, _), (most, led_most, _) = (
            measured(run, executors, driver) for run in (some_tasks, more_tasks)
        )
        more = TASKS[1] - TASKS[0]
        keep(table, "each task: core-seconds of its executor", (most - least) / more)
        keep(table, "each task: core-seconds of the driver", (led_most - led_least) / more)
    for pid in executors:
        keep(table, "memory of an executor's JVM, heap of 1 GB: MB", memory(pid))
        keep(table, "memory of a Python worker: MB", max(map(memory, tree([pid])[1:])))
    session.stop()


def measured(
    run: Callable[[], None], executors: list[int], driver: list[int]
) -> tuple[float, float, float]:
    """Core-seconds of the executors and of the driver, and seconds on the clock."""
    at, led = used(tree(executors)), used(driver)
    began = time.perf_counter()
    run()
    seconds = time.perf_counter() - began
    return used(tree(executors)) - at, used(driver) - led, seconds


def backends(session: Any) -> list[int]:
    """The processes of the executors."""
    own = session.sparkContext.applicationId.encode()
    found = []
    for pid in tree([os.getpid()]):
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        if b"CoarseGrainedExecutorBackend" in words and own in words:
            found.append(pid)
    return found


def tree(roots: list[int]) -> list[int]:
    """These processes, and all that they have started, children behind their parents."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found = list(roots)
    for pid in found:  # grows
        found += children.get(pid, [])
    return found


def used(processes: list[int]) -> float:
    """The core-seconds that these processes, and those of them that have ended, have used."""
    ticks = 0
    for pid in processes:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def memory(pid: int) -> float:
    """The most memory that a process has had, in MB."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmHWM:")[2].split()[0]) / 1e3


def keep(table: dict[str, list[float]], what: str, value: float) -> None:
    """Add a value to those of a figure."""
    table.setdefault(what, []).append(value)


def show(what: str, values: list[float]) -> None:
    """Print a figure, and the lowest and highest value if there are several."""
    low, middle, high = (
        f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
        for value in (min(values), median(values), max(values))
    )
    print(f"{what:<72}{middle:>10}" + (f"   {low} to {high}" if len(values) > 1 else ""), flush=True)


if __name__ == "__main__":
    main()
