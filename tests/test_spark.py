"""Frames of Spark: the answers of one process, on a cluster of two executors."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

pytest.importorskip("pyspark", reason='pyspark is missing: pip install ".[spark]"')
pytest.importorskip("pyarrow", reason='pyarrow is missing: pip install ".[spark]"')
from rnn_names import CheckpointError, DataError, NameClassifier
from rnn_names.base.bundled import bundled_surnames
from rnn_names.cli.commands import app
from rnn_names.model.columns import Question, answer_columns

NO_SPARK = os.environ.get("RNN_NAMES_NO_SPARK") == "1"
pytestmark = [
    pytest.mark.extras,
    pytest.mark.spark,
    pytest.mark.filterwarnings("default"),  # of other projects
    pytest.mark.skipif(NO_SPARK, reason="RNN_NAMES_NO_SPARK=1 says so"),
]
HOSTILE = [
    None,
    "",
    " ",
    "-",
    "\0",
    "🙂",
    "\u202eabc",
    "a\nb",
    '"',
    "x" * 5000,
    "Ａｄａｍ",
    "\ud7ff",
    "Ångström",
]
ROWS = 100_000


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    assert shutil.which("java"), "Spark needs Java: install it, or set RNN_NAMES_NO_SPARK=1"
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("tests of rnn-names")
    session = (
        builder.config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.executorEnv.OPENBLAS_NUM_THREADS", "1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def names() -> list[str | None]:
    """So many names, with one that is missing or odd now and then."""
    found: list[str | None] = []
    for file in sorted(bundled_surnames().glob("*.txt")):
        found += [line.partition("\t")[0] for line in file.read_text(encoding="utf-8").splitlines()]
    many = (found * (1 + ROWS // len(found)))[:ROWS]
    many[:: ROWS // len(HOSTILE)] = HOSTILE[: len(many[:: ROWS // len(HOSTILE)])] + [None] * (
        len(many[:: ROWS // len(HOSTILE)]) - len(HOSTILE)
    )
    return many


def rows_of(names: list[str | None], answers: dict[str, list[Any]]) -> list[tuple[Any, ...]]:
    return [(k, *row) for k, row in enumerate(zip(names, *answers.values(), strict=True))]


def frame_of(spark: Any, names: list[str | None], partitions: int) -> Any:
    import pyarrow as pa

    table = pa.table({"id": pa.array(range(len(names)), pa.int64()), "name": pa.array(names, pa.string())})
    return spark.createDataFrame(table).repartitionByRange(partitions, "id").sortWithinPartitions("id")


def executors(spark: Any) -> list[int]:
    """The process ids of the executors of this session."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes()
        except OSError:
            continue
        if b"CoarseGrainedExecutorBackend" in words and spark.sparkContext.applicationId.encode() in words:
            found.append(int(entry.parent.name))
    return found


def test_answers_are_those_of_one_process_also_when_an_executor_is_killed(
    spark: Any, names: list[str | None], model_file: Path
) -> None:
    from rnn_names import spark as of_spark

    expected = rows_of(names, answer_columns(NameClassifier.load(model_file), names, Question(2, 0.5)))
    frame = of_spark.predict(frame_of(spark, names, 8), "name", 2, 0.5, model_file)
    assert [tuple(row) for row in frame.collect()] == expected

    killed: list[int] = []

    def kill() -> None:
        tracker = spark.sparkContext.statusTracker()
        for _ in range(600):
            active = tracker.getActiveStageIds()
            done = [stage.numCompletedTasks for stage in map(tracker.getStageInfo, active) if stage]
            if any(count >= 1 for count in done):
                break
            time.sleep(0.02)
        victim = executors(spark)[0]
        os.kill(victim, signal.SIGKILL)
        killed.append(victim)

    killer = threading.Thread(target=kill)
    killer.start()
    again = [tuple(row) for row in frame.collect()]
    killer.join()
    assert killed
    assert again == expected


def test_odd_names_many_partitions_and_other_columns(spark: Any, model_file: Path) -> None:
    from rnn_names import spark as of_spark

    names = HOSTILE * 3
    frame = frame_of(spark, names, 200)
    frame = frame.selectExpr("id", "name", "array(id, 1) AS kept", "named_struct('a', name) AS nested")
    found = of_spark.predict(frame, "name", model=model_file).orderBy("id").collect()
    answers = answer_columns(NameClassifier.load(model_file), names, Question())
    assert [(r.id, r.name, r.country, r.probability, r.unknown_letters) for r in found] == rows_of(
        names, answers
    )
    assert [(r.kept, r.nested.a) for r in found] == [([k, 1], name) for k, name in enumerate(names)]
    assert of_spark.predict(frame.limit(0), "name", model=model_file).collect() == []


def test_a_model_is_sent_once_and_few_are_kept(
    spark: Any, model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rnn_names import spark as of_spark

    frame, sent = spark.createDataFrame([("Schmidt",)], "name string"), list[Any]()
    send = spark.sparkContext.broadcast

    def counted(data: bytes) -> Any:
        sent.append(send(data))
        return sent[-1]

    monkeypatch.setattr(spark.sparkContext, "broadcast", counted)
    monkeypatch.setattr(of_spark, "_sent", {})
    for _ in range(2):
        of_spark.predict(frame, "name", model=model_file)
        of_spark.register(spark, model=model_file)
    assert len(sent) == 1
    of_spark.predict(frame, "name", model=model_file, prior="uniform")
    of_spark.predict(frame, "name")
    assert len(sent) == 3

    monkeypatch.setattr(of_spark, "_loaded", {})
    asked: list[str | None] = [None, "uniform", "sqrt", "uniform"]
    for number, prior in enumerate(asked):
        one = SimpleNamespace(value=model_file.read_bytes(), _path=str(number))
        expected = NameClassifier.load(model_file, prior).predict(["Schmidt"])
        for _ in range(2):
            assert of_spark._classifier(one, prior).predict(["Schmidt"]) == expected
    assert len(of_spark._loaded) == of_spark.KEPT


def test_a_name_in_two_columns_and_a_function_of_sql(spark: Any, model_file: Path) -> None:
    from rnn_names import spark as of_spark

    rows = [("Hans", "Schmidt"), (None, "Nguyen"), (None, None), ("Maria", "")]
    frame = spark.createDataFrame(rows, "first string, last string").coalesce(1)
    classifier = NameClassifier.load(model_file)
    expected = answer_columns(classifier, ["Hans Schmidt", "Nguyen", None, "Maria"], Question())["country"]
    found = of_spark.predict(frame, ["first", "last"], model=model_file).collect()
    assert [row.country for row in found] == expected
    of_spark.register(spark, model=model_file)
    frame.createOrReplaceTempView("people")
    answers = spark.sql("SELECT rnn_country(concat_ws(' ', first, last)) FROM people").collect()
    assert [answer for (answer,) in answers] == expected


@pytest.mark.parametrize(
    ("column", "more", "error", "message"),
    [
        ("nmae", {}, DataError, "no column 'nmae'; did you mean 'name'"),
        ([], {}, DataError, "no column is given"),
        ("id", {}, DataError, "of type bigint; cast it to string"),
        ("name", {"top_k": 0}, ValueError, "at least 1"),
        ("name", {"threshold": 2}, ValueError, "from 0 to 1"),
        ("name", {"model": "missing.npz"}, CheckpointError, "no such model file"),
        ("name", {"model": __file__}, CheckpointError, "not a model of rnn-names"),
        ("name", {"by": "continent"}, ValueError, "by must be 'region'"),
        ("name", {"by": "region", "groups": {}}, ValueError, "not both"),
        ("name", {"groups": {"Germany": "west"}}, DataError, "groups: no group for"),
        ("name", {"groups": "missing.csv"}, DataError, "missing.csv"),
    ],
)
def test_what_cannot_be_fails_at_once(
    spark: Any, column: Any, more: dict[str, Any], error: type[Exception], message: str
) -> None:
    from rnn_names import spark as of_spark

    frame = spark.range(1).selectExpr("id", "'a' AS name")
    with pytest.raises(error, match=message):
        of_spark.predict(frame, column, **more)
    cases: list[tuple[str, dict[str, Any]]] = [
        ("Country", {}),
        ("Region", {"by": "region"}),
        ("level", {"by": "region"}),
    ]
    for taken, asked in cases:
        with pytest.raises(DataError, match=f"'{taken}' already"):
            of_spark.predict(frame.selectExpr("name", f"id AS {taken}"), "name", **asked)


def groups_of_two(model_file: Path, table: Path) -> dict[str, str]:
    """Each country of the model in one of two groups, as a mapping and as a table."""
    countries = NameClassifier.load(model_file).countries
    groups = {country: "odd" if k % 2 else "even" for k, country in enumerate(countries)}
    text = "country,group\n" + "".join(f"{country},{group}\n" for country, group in groups.items())
    table.write_text(text, encoding="utf-8")
    return groups


@pytest.mark.parametrize(
    ("asked", "codes", "threshold"),
    [("region", False, 0.6), ("region", True, None), ("mapping", False, None), ("file", True, 0.6)],
)
def test_regions_groups_and_codes(
    spark: Any, tmp_path: Path, model_file: Path, asked: str, codes: bool, threshold: float | None
) -> None:
    from rnn_names import spark as of_spark

    names = ["Schmidt", "Kowalski", "Nguyen", *HOSTILE]
    groups = groups_of_two(model_file, tmp_path / "groups.csv")
    ways: dict[str, Any] = {"mapping": {"groups": groups}, "file": {"groups": tmp_path / "groups.csv"}}
    how = ways.get(asked, {"by": "region"})
    labels = NameClassifier.load(model_file).labels
    question = Question.of(labels, 2, threshold or 0, codes=codes, **how)
    expected = answer_columns(NameClassifier.load(model_file), names, question)
    frame = of_spark.predict(
        frame_of(spark, names, 2), "name", 2, threshold, model_file, codes=codes, **how
    )
    assert frame.columns == ["id", "name", *expected]
    assert [tuple(row) for row in frame.collect()] == rows_of(names, expected)


def test_the_command_keeps_every_cell(tmp_path: Path, model_file: Path) -> None:
    from rnn_names.cli.spark import main

    (tmp_path / "in.csv").write_text('name,"a ""b"""\n" Schmidt ","x, ""y"""\nNguyen,\n', encoding="utf-8")
    common = ["--column", "name", "-m", str(model_file)]
    main([str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), *common])
    (part,) = (tmp_path / "out.csv").glob("part-*")
    head, first, second = part.read_text(encoding="utf-8").splitlines()
    assert head == 'name,"a ""b""",country,probability,unknown_letters'
    assert first.startswith('" Schmidt ","x, ""y""",') or first.startswith(' Schmidt ,"x, ""y""",')
    assert second.startswith("Nguyen,,")
    for arguments, message in [
        ([str(tmp_path / "in.csv"), str(tmp_path / "out.csv")], "already exists"),
        ([str(tmp_path / "no.csv"), str(tmp_path / "new.csv")], "does not exist"),
    ]:
        with pytest.raises(SystemExit, match=message):
            main([*arguments, *common])
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "in.xls"), str(tmp_path / "new.csv"), *common])
    assert ended.value.code == 2


def test_the_command_reads_line_breaks_in_cells_and_takes_a_prior(
    tmp_path: Path, model_file: Path, classifier: NameClassifier
) -> None:
    from rnn_names.cli.spark import main

    (tmp_path / "in.csv").write_text('name,note\nSchmidt,"two\nlines"\n"Nguyen\nVan",x\n')
    main(
        [
            *(str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), "-m", str(model_file)),
            *("--column", "name", "--multi-line", "--prior", "uniform"),
        ]
    )
    (part,) = (tmp_path / "out.csv").glob("*.csv")
    with part.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["note"] for row in rows] == ["two\nlines", "x"]
    uniform = NameClassifier(classifier.model, "uniform").predict(["Schmidt", "Nguyen\nVan"], 1)
    assert [row["country"] for row in rows] == [guesses[0].country for guesses in uniform]
    assert [float(row["probability"]) for row in rows] == [guesses[0].probability for guesses in uniform]


@pytest.mark.parametrize("more", [["--by", "region"], ["--groups", "groups.csv", "--codes"]])
def test_the_command_has_the_columns_of_csv(
    spark: Any, here: Path, model_file: Path, more: list[str]
) -> None:
    from rnn_names.cli.spark import main

    groups_of_two(model_file, here / "groups.csv")
    (here / "in.csv").write_text("name,n\nSchmidt,1\nKowalski,2\n,3\nNguyen,4\n", encoding="utf-8")
    more = ["--column", "name", "-k", "2", "--threshold", "0.6", "-m", str(model_file), *more]
    done = CliRunner().invoke(app, ["predict", "-q", "-i", "in.csv", "-o", "one.csv", *more])
    assert (done.exit_code, done.output) == (0, "")
    main([str(here / "in.csv"), str(here / "many.csv"), *more])
    (part,) = (here / "many.csv").glob("*.csv")
    with (here / "one.csv").open(newline="") as one, part.open(newline="") as many:
        expected, found = [*csv.DictReader(one)], [*csv.DictReader(many)]
    assert [*found[0]] == [*expected[0]]
    for row in found:
        row |= {name: f"{float(cell):.6f}" for name, cell in row.items() if "prob" in name and cell}
    assert found == expected


def test_wrong_usage_of_the_command(capfd: pytest.CaptureFixture[str]) -> None:
    from rnn_names.cli.spark import main

    common = ["in.csv", "out.csv", "--column", "name"]
    for more, message in (
        (["--by", "continent"], "invalid choice: 'continent'"),
        (["--by", "region", "--groups", "g.csv"], "not allowed with argument"),
        (["--prior", "odd"], "invalid choice: 'odd'"),
    ):
        with pytest.raises(SystemExit) as ended:
            main([*common, *more])
        assert ended.value.code == 2
        assert message in capfd.readouterr().err


def test_the_help_needs_neither_java_nor_numpy() -> None:
    code = (
        "import sys; from rnn_names.cli.spark import main\n"
        "try: main(['--help'])\n"
        "finally: print({'numpy', 'pyspark', 'pyarrow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--column" in done.stdout
    assert done.stdout.endswith("set()\n")
