"""How often a name counts: the weights of a table, as they are read, trained with and kept."""

import json
from pathlib import Path

import pytest

from rnn_names.base.errors import DataError
from rnn_names.model import checkpoint
from rnn_names.model.own_data import own_data
from rnn_names.names.bad_records import SKIP, BadRecords
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.tables import Format
from rnn_names.names.weights import weight_in
from tests.test_cli import fine, invoke

BY_N = Format(weight_column="n")
FOUND = [Example("Rossi", "Italy", 2.5), Example("Sato", "Japan", 1.0), Example("Ono", "Japan", 1000.0)]


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("a.csv", "name,country,n\nRossi,Italy, 2.5 \nSato,Japan,\nOno,Japan,1e3\n", BY_N),
        ("a.tsv", "n\tname\tcountry\n2.5\tRossi\tItaly\nNULL\tSato\tJapan\n1000\tOno\tJapan\n", BY_N),
        (
            "a.csv",
            "Rossi,Italy,2.5\nSato,Japan,1\nOno,Japan,1000\n",
            Format(header=False, weight_column="3"),
        ),
        (
            "a.jsonl",
            '{"name": "Rossi", "country": "Italy", "n": 2.5}\n{"name": "Sato", "country": "Japan"}\n'
            '{"name": "Ono", "country": "Japan", "n": "1000"}\n',
            BY_N,
        ),
        (
            "a.json",
            '[{"name": "Rossi", "country": "Italy", "n": "2.5"}, {"name": "Sato", "country": "Japan", '
            '"n": null}, {"name": "Ono", "country": "Japan", "n": 1000}]',
            BY_N,
        ),
    ],
)
def test_a_column_has_the_weights(tmp_path: Path, name: str, text: str, form: Format) -> None:
    (tmp_path / name).write_text(text)
    assert read_examples(tmp_path / name, form) == FOUND


def test_without_the_option_each_name_counts_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,country,weight\nRossi,Italy,7\n")
    assert read_examples(tmp_path / "a.csv") == [Example("Rossi", "Italy", 1.0)]


@pytest.mark.parametrize("weight", ["0", "-1", "many", "inf", "nan", "1,5"])
def test_what_is_no_weight_is_told_with_file_and_line(tmp_path: Path, weight: str) -> None:
    assert weight_in(weight) is None
    table, lines = tmp_path / "a.csv", tmp_path / "a.jsonl"
    table.write_text(f'name,country,n\nSato,Japan,3\nRossi,Italy,"{weight}"\nOno,Japan,4\n')
    rows = [("Sato", "Japan", "3"), ("Rossi", "Italy", weight), ("Ono", "Japan", 4)]
    keys = ("name", "country", "n")
    lines.write_text("".join(json.dumps(dict(zip(keys, row, strict=True))) + "\n" for row in rows))
    for path, line in ((table, 3), (lines, 2)):
        with pytest.raises(DataError) as error:
            read_examples(path, BY_N)
        assert str(error.value) == (
            f"{path}, line {line}: what stands under 'n' is no weight; put a number above 0 there, "
            "with a point before decimals, or leave it blank"
        )
        told: list[str] = []
        found = read_examples(path, BY_N, BadRecords(SKIP, told.append))
        assert found == [Example("Sato", "Japan", 3.0), Example("Ono", "Japan", 4.0)]
        assert told == [f"{path}, line {line}: what stands under 'n' is no weight; left out"]


@pytest.mark.parametrize("value", ["true", "[1]", '{"a": 1}', "NaN"])
def test_what_is_no_weight_in_json(tmp_path: Path, value: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"name": "Sato", "country": "Japan", "n": {value}}}\n')
    with pytest.raises(DataError, match="line 1: what stands under 'n' is no weight"):
        read_examples(path, BY_N)


@pytest.mark.parametrize(
    ("name", "text", "column", "problem"),
    [
        (
            "a.csv",
            "name,country,count\nSato,Japan,3\n",
            "cuont",
            r"no column 'cuont' .*--weight-column one",
        ),
        (
            "a.csv",
            "name,country,n\nSato,Japan,3\n",
            "name",
            "'name' cannot be both the names and the weights",
        ),
        ("a.csv", "name,country\nSato,Japan\n", "2", "'country' cannot be both the labels and the weights"),
        (
            "a.jsonl",
            '{"name": "Sato", "country": "Japan"}\n',
            "n",
            "no weight 'n' .*--weight-column the key",
        ),
        ("a.txt", "__label__Japan Sato\n", "n", "no columns; leave --weight-column out"),
    ],
)
def test_a_column_that_cannot_have_the_weights(
    tmp_path: Path, name: str, text: str, column: str, problem: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=problem):
        read_examples(tmp_path / name, Format(weight_column=column))


def test_a_model_knows_where_its_weights_stood(tmp_path: Path) -> None:
    data, output = tmp_path / "a.csv", tmp_path / "a.npz"
    rows = [
        f"{name}{k},{label},{k + 1}\n" for k in range(20) for name, label in (("Sato", "J"), ("Rossi", "I"))
    ]
    data.write_text("name,label,n\n" + "".join(rows))
    small = ["--epochs", "1", "--networks", "1", "--hidden-size", "4", "--bag", "0", "--workers", "1", "-q"]
    fine("train", data, "--weight-column", "n", "-o", output, *small)
    trained = checkpoint.load(output).data
    assert (trained.weight_column, trained.form.weight_column) == ("n", "n")
    found = own_data(trained)
    assert found.taught(trained)
    assert {e.weight for e in found.examples} == set(map(float, range(1, 21)))
    fine("evaluate", "-m", output)


@pytest.mark.parametrize(("name", "text"), [("a.jsonl", ""), ("a.json", "[]"), ("a.jsonl", "\n\n")])
def test_of_no_records_no_weights_are_missed(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    ran = invoke("train", tmp_path / name, "--weight-column", "n", "-o", tmp_path / "m.npz")
    assert (ran.exit_code, len(ran.stderr.splitlines())) == (1, 1)
    assert "there are no names in it" in ran.stderr


def test_given_names_have_no_weights(tmp_path: Path) -> None:
    data, given = tmp_path / "a.csv", tmp_path / "given.csv"
    data.write_text("name,label,n\n" + "".join(f"Sato{k},J,2\nRossi{k},I,3\n" for k in range(20)))
    given.write_text("name,label\nAiko,J\nMaria,I\n")
    small = ["--epochs", "1", "--networks", "1", "--hidden-size", "4", "--bag", "0", "--workers", "1", "-q"]
    fine("train", data, "--given-names", given, "--weight-column", "n", "-o", tmp_path / "m.npz", *small)


def test_a_folder_has_no_columns_of_weights(tmp_path: Path) -> None:
    (tmp_path / "A.txt").write_text("Sato\n")
    ran = invoke("train", tmp_path, "--weight-column", "n")
    assert (ran.exit_code, "--weight-column is for tables" in ran.stderr) == (2, True)
