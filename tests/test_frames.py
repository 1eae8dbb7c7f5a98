"""Names in frames of pandas, Polars, Arrow and DuckDB, and in files of Parquet."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rnn_names import NameClassifier
from rnn_names.cli.commands import app
from rnn_names.model.columns import Question, answer_columns
from tests.documents import ROOT

pa = pytest.importorskip("pyarrow", reason='pyarrow is missing: pip install ".[arrow]"')
pq = pytest.importorskip("pyarrow.parquet")

pytestmark = [pytest.mark.extras, pytest.mark.filterwarnings("default")]  # of other projects
NAMES = ["Schmidt", None, "Nguyen", "", "Schmidt", "🙂"]


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.int32(), pa.large_string()),
    ],
    ids=str,
)
def test_arrow(classifier: NameClassifier, kind: Any) -> None:
    names = pa.array(NAMES, pa.string()).cast(kind)
    expected = answer_columns(classifier, NAMES, Question(2))
    for column in (names, pa.chunked_array([names[:2], names[2:]])):
        table = classifier.predict_frame(column, 2)
        assert table.to_pydict() == expected


def test_an_array_that_only_hands_its_memory_over(classifier: NameClassifier) -> None:
    class Capsule:
        def __init__(self, method: str, held: Any) -> None:
            self.held = held
            setattr(type(self), method, lambda self, schema=None: getattr(self.held, method)(schema))

    names = pa.array(NAMES, pa.string())
    expected = classifier.predict(NAMES, 1)
    array = type("Array", (Capsule,), {})("__arrow_c_array__", names)
    stream = type("Stream", (Capsule,), {})("__arrow_c_stream__", pa.chunked_array([names[:2], names[2:]]))
    assert classifier.predict(array, 1) == classifier.predict(stream, 1) == expected


def test_pandas_keeps_its_index(classifier: NameClassifier) -> None:
    pd = pytest.importorskip("pandas")
    names = pd.Series(NAMES, index=[f"row {k}" for k in range(6)])
    for series in (names, names.astype("category"), names.astype("string")):
        frame = classifier.predict_frame(series)
        assert frame.index.tolist() == names.index.tolist()
        assert frame["country"].tolist() == answer_columns(classifier, NAMES, Question())["country"]
        assert frame["probability"].isna().tolist() == [False, True, False, True, False, True]


def test_polars(classifier: NameClassifier) -> None:
    pl = pytest.importorskip("polars")
    for series in (pl.Series(NAMES), pl.Series(NAMES, dtype=pl.Categorical)):
        frame = classifier.predict_frame(series, 2)
        assert frame.to_dict(as_series=False) == answer_columns(classifier, NAMES, Question(2))


def run(model: Path, *arguments: object) -> Any:
    return CliRunner().invoke(app, ["predict", "-m", str(model), *map(str, arguments)])


def test_a_file_keeps_columns_and_types(tmp_path: Path, model_file: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([*range(5), None], pa.int16()),
            "who": pa.array(NAMES).dictionary_encode(),
            "when": pa.array([1, 2, 3, None, 5, 6], pa.timestamp("us", "UTC")),
            "many": pa.array([[1], [], None, [2, 3], [4], [5]], pa.list_(pa.int8())),
        }
    )
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=4)
    done = run(
        model_file,
        "-i",
        tmp_path / "in.parquet",
        "-o",
        tmp_path / "out.parquet",
        "--column",
        "who",
        "-k",
        2,
    )
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith("6 records: 3 blank, 0 below the threshold, 0 errors; ")
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.select(table.column_names).schema.equals(table.schema)
    assert found.select(table.column_names).to_pydict() == table.to_pydict()
    expected = answer_columns(NameClassifier.load(model_file), NAMES, Question(2))
    assert {name: found[name].to_pylist() for name in expected} == expected


def test_a_file_of_no_rows(tmp_path: Path, model_file: Path) -> None:
    pq.write_table(pa.table({"name": pa.array([], pa.string())}), tmp_path / "in.parquet")
    assert run(model_file, "-i", tmp_path / "in.parquet", "-o", tmp_path / "out.parquet").exit_code == 0
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0


@pytest.mark.parametrize(
    ("columns", "options", "code", "message"),
    [
        ({"nmae": ["a"]}, [], 1, "in.parquet: no column 'name' among 'nmae'; did you mean 'nmae'?"),
        ({"name": [1]}, [], 1, "column 'name' is of type int64; give a column of texts"),
        ({"name": ["a"], "country": ["b"]}, [], 1, "there is a column 'country' already"),
        ({"name": ["a"], "country": ["b"]}, ["--prefix", "p_"], 0, ""),
        ({"name": ["a"], "region": ["b"]}, ["--by", "region"], 1, "there is a column 'region' already"),
        ({"surname": ["a"], "last name": ["b"]}, [], 1, "more than one column may hold"),
        *(
            ({"name": ["a"]}, options, 2, f"{options[0]} has no meaning for Parquet files; leave it out")
            for options in (
                ["--format", "csv"],
                ["--decimal", "."],
                ["--out-encoding", "utf-8"],
                ["--out-delimiter", ";"],
                ["--escape-formulas"],
                ["--encoding", "latin-1"],
                ["--encoding-errors", "replace"],
                ["--delimiter", ";"],
                ["--tabs"],
                ["--no-header-row"],
                ["--quoting", "none"],
                ["--sheet", "1"],
                ["--input-format", "csv"],
                ["--map", "map.svg"],
            )
        ),
    ],
)
def test_errors_of_files(
    here: Path, model_file: Path, columns: dict[str, Any], options: list[str], code: int, message: str
) -> None:
    pq.write_table(pa.table(columns), "in.parquet")
    done = run(model_file, "-i", "in.parquet", "-o", "out.parquet", *options)
    assert done.exit_code == code
    assert message.lower() in done.output.lower()
    assert (here / "out.parquet").exists() == (code == 0)


@pytest.mark.parametrize(
    "options",
    [
        ["-k", 2],
        ["-k", 99],
        ["--by", "region"],
        ["--by", "region", "--threshold", 0.9],
        ["--by", "region", "--threshold", 1, "--codes", "--prefix", "p_"],
        ["--groups", "groups.csv", "--codes", "--threshold", 0.5],
        ["--codes", "--prior", "uniform", "-k", 1],
        ["--raw", "--by", "region"],
        ["--column", "1", "--column", "name"],
    ],
    ids=lambda options: " ".join(map(str, options)),
)
def test_columns_and_answers_are_those_of_csv(here: Path, model_file: Path, options: list[Any]) -> None:
    names = ["Schmidt", "Dr. Nguyen Van", None, "Kowalski", "Schmidt", "Rossi (Anna)", "", "Ivanov"]
    table = {"first": ["Anna", None, "", "Jan", "Eva", "Li", "X", "Y"], "name": names}
    pq.write_table(pa.table(table), "in.parquet", row_group_size=3)
    rows = [(first or "", name or "") for first, name in zip(*table.values(), strict=True)]
    with Path("in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("first", "name"), *rows])
    labels = NameClassifier.load(model_file).countries
    text = "".join(f"{label},{'odd' if k % 2 else 'even'}\n" for k, label in enumerate(labels))
    Path("groups.csv").write_text("country,group\n" + text)
    counts = set[str]()
    for form in ("csv", "parquet"):
        done = run(model_file, "-i", f"in.{form}", "-o", f"out.{form}", *options)
        assert (done.exit_code, done.stdout) == (0, "")
        counts.add(done.stderr.partition(";")[0])
    assert len(counts) == 1  # of records, blank, below the threshold
    with Path("out.csv").open(newline="") as file:
        expected = [*csv.DictReader(file)]
    found = pq.read_table("out.parquet")
    assert found.column_names == [*expected[0]]
    kinds = {name: pa.float64() if "probability" in name else pa.string() for name in expected[0]}
    assert {field.name: field.type for field in found.schema} == kinds
    as_written = [
        {
            name: "" if cell is None else f"{cell:.6f}" if isinstance(cell, float) else cell
            for name, cell in row.items()
        }
        for row in found.to_pylist()
    ]
    assert as_written == expected


def test_the_header_says_where_the_name_is(here: Path, model_file: Path) -> None:
    pq.write_table(pa.table({"nachname": ["Schmidt"], "n": [1], "Vorname": ["Hans"]}), "in.parquet")
    done = run(model_file, "-i", "in.parquet", "-o", "out.parquet")
    told = "in.parquet: the name is 'Vorname' and 'nachname'; give --column to read another\n"
    assert (done.exit_code, done.output) == (0, told)
    expected = answer_columns(NameClassifier.load(model_file), ["Hans Schmidt"], Question(3))
    found = pq.read_table("out.parquet").to_pydict()
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize("dictionary", [False, True])
@pytest.mark.parametrize(
    ("action", "code", "kept", "told"),
    [
        (
            "stop",
            1,
            [],
            ["error: in.parquet, row 20002: the name is not UTF-8; write it as UTF-8, or go past"],
        ),
        ("skip", 0, [0, 20000, 20002], ["in.parquet, row 20002: the name is not UTF-8; left out", "1 bad"]),
        (
            "blank",
            0,
            [0, 20000, 20001, 20002],
            ["not UTF-8; no answer", "1 bad record: 1 without an answer"],
        ),
    ],
)
def test_a_name_that_is_not_utf_8(
    here: Path, model_file: Path, action: str, code: int, kept: list[int], told: list[str], dictionary: bool
) -> None:
    names = pa.array([b"Schmidt"] * 20001 + [b"M\xfcller", b"Nguyen"], pa.binary())
    bad = pa.Array.from_buffers(pa.string(), len(names), names.buffers())  # as a careless writer does
    if dictionary:
        bad = pa.DictionaryArray.from_arrays(
            pa.array([0] * 20001 + [1, 2], pa.int32()), bad.take([0, 20001, 20002])
        )
    pq.write_table(pa.table({"id": range(20003), "name": bad}), "in.parquet")
    more = [] if action == "stop" else ["--on-error", action, "--rejects", "bad.jsonl"]
    done = run(model_file, "-i", "in.parquet", "-o", "out.parquet", "-k", 1, *more)
    assert done.exit_code == code
    for line in told:
        assert line in done.output
    assert Path("out.parquet").exists() == (code == 0)
    if code:
        return
    found = pq.read_table("out.parquet", columns=["id", "country"]).to_pydict()
    of = dict(zip(found["id"], found["country"], strict=True))
    assert [k for k in (0, 20000, 20001, 20002) if k in of] == kept
    assert len(of) == 20003 - (action == "skip")
    assert of[0] and of[20002] and of.get(20001) is None  # noqa: PT018  # one thing: which have an answer
    assert json.loads(Path("bad.jsonl").read_text()) == {
        **{"file": "in.parquet", "line": 20002, "reason": "the name is not UTF-8"},
        "record": "M\ufffdller",
    }


@pytest.mark.parametrize(
    "options", [["-i", "in.parquet"], ["-i", "in.parquet", "-o", "out.csv"], ["-o", "o.parquet", "a"]]
)
def test_parquet_goes_into_parquet(here: Path, model_file: Path, options: list[str]) -> None:
    done = run(model_file, *options)
    assert done.exit_code == 2
    assert "give -i and -o a .parquet file" in done.output


@pytest.mark.parametrize("damage", ["cut", "changed", "text", "missing"])
def test_a_damaged_file_leaves_nothing(here: Path, model_file: Path, damage: str) -> None:
    pq.write_table(pa.table({"name": [f"name {k}" for k in range(1000)]}), "in.parquet", compression="none")
    data = Path("in.parquet").read_bytes()
    broken = {"cut": data[:900], "changed": data[:4] + b"\xff" * 40 + data[44:], "text": b"name\nSchmidt\n"}
    Path("in.parquet").unlink() if damage == "missing" else Path("in.parquet").write_bytes(broken[damage])
    done = run(model_file, "-i", "in.parquet", "-o", "out.parquet")
    assert done.exit_code == 1
    assert re.fullmatch(r"error: in\.parquet: [^\n]+; [^\n]+\n", done.output)
    assert [path.name for path in here.iterdir()] == ([] if damage == "missing" else ["in.parquet"])


def test_the_examples_of_the_document_run(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    pytest.importorskip("polars")
    text = (ROOT / "rnn_names" / "model" / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^```python extras\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(found) >= 2
    for k, block in enumerate(found):
        (tmp_path / f"example{k}.py").write_text(block, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, f"example{k}.py"], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
