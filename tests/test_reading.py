"""One reader, one policy: what is no name, how columns are found, what quotes and delimiters say."""

import json
from pathlib import Path
from typing import Any

import pytest

from rnn_names.base.errors import DataError
from rnn_names.names.checks import check
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.findings import Label
from rnn_names.names.split import unique
from rnn_names.names.tables import Format, opened
from tests.test_cli import QUICK, failed, fine, wrong_usage

NAMELESS = ["", " ", "-", "12345", "…", "\u200b", "?!", "\u0301"]
PEOPLE = [("Rossi", "Italy"), ("Yamamoto", "Japan"), ("Bianchi", "Italy"), ("Sato", "Japan")] * 3


def examples(folder: Path, text: str, name: str = "t.csv", **form: Any) -> list[tuple[str, str]]:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return [(example.name, example.country) for example in read_examples(path, Format(**form))]


def records(folder: Path, text: str, name: str = "t.csv", **form: Any) -> list[str]:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    with opened(path, Format(**form)) as table:
        return [each for names, _ in table for each in names]


# what is no name


@pytest.fixture(params=["csv", "jsonl"])
def nameless(request: pytest.FixtureRequest, here: Path) -> Path:
    """A file of names, and as many cells without one as NAMELESS has; in JSON lines null, too."""
    path, rows = here / f"d.{request.param}", [*PEOPLE, *((name, "Italy") for name in NAMELESS)]
    if request.param == "csv":
        text = "name,country\n" + "".join(f'"{name}",{country}\n' for name, country in rows)
    else:
        rows = [*rows[:-1], (None, "Italy")]  # type: ignore[list-item]  # as JSON has it
        text = "".join(json.dumps({"name": name, "country": country}) + "\n" for name, country in rows)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_cell_without_a_letter_is_no_name_for_any_command(nameless: Path) -> None:
    said = f"left out: {len(NAMELESS)} cells without a name"
    answers = [
        json.loads(line)
        for line in fine(
            "predict", "-i", nameless, "--format", "jsonl", "--prefix", "_"
        ).stdout.splitlines()
    ]
    assert sum(answer["_country"] is None for answer in answers) == len(NAMELESS)
    scored = fine("evaluate", nameless, "--format", "json")
    assert json.loads(scored.stdout)["n"] == len(PEOPLE)
    assert f"{said}\n" in scored.stderr
    assert (
        f"{said}, {len(PEOPLE) - 4} repeated rows\n"
        in fine("train", nameless, *QUICK, "-o", "m.npz").stderr
    )
    found = json.loads(fine("check", nameless, "--format", "json").stdout)
    assert (found["no_letters"]["n"], found["names"]) == (len(NAMELESS), 4)
    scored = fine("evaluate", "-m", "m.npz", "--format", "json", "--split", "train")  # its own data again
    assert json.loads(scored.stdout)["n"] > 0


def test_data_without_any_name(here: Path) -> None:
    (here / "d.csv").write_text("name,country\n-,Italy\n12,Japan\n", encoding="utf-8")
    assert "no cell has a letter" in failed("evaluate", "d.csv")
    assert "no cell has a letter" in failed("train", "d.csv")
    assert "2 cells without a name" in fine("check", "d.csv").stderr + fine("check", "d.csv").stdout


def test_models_of_before_keep_what_they_were_trained_on() -> None:
    rows = [Example("Kim", "Korea"), Example("-", "Korea")]
    assert unique(rows) == rows[:1]
    assert sorted(unique(rows, 1)) == sorted(rows)
    assert check(rows).labels["Korea"] == Label(rows=2, names=1)


# quotes and delimiters


@pytest.mark.parametrize(
    "row",
    [
        'Ito,"Japan"',
        'Ito, "Japan"',
        'Ito,\u00a0"Japan"',
        'Ito,\t"Japan"',
        'Ito,\u3000 "Japan" ',
        '"Ito" , "Japan"',
        '"Ito"\u00a0,"Japan"\t',
        ' "Ito" ,Japan',
        '"Ito" , Japan ',
    ],
)
def test_blanks_around_quotes(tmp_path: Path, row: str) -> None:
    assert examples(tmp_path, f"name,country\n{row}\nAbe,Japan\n") == [("Ito", "Japan"), ("Abe", "Japan")]


def test_what_stands_within_quotes_stays(tmp_path: Path) -> None:
    text = 'name,country\n"Ito , J.", "x, ""y"""\n"A ""B"" C" , "two\nlines"\n'
    assert examples(tmp_path, text) == [("Ito , J.", 'x, "y"'), ('A "B" C', "two lines")]
    with pytest.raises(DataError, match=r"t\.csv, line 3: .*; mend the quotes"):
        examples(tmp_path, 'name,country\nA,B\n"Ito"x,Japan\n')


@pytest.mark.parametrize(
    "first",
    ["sep=;", '"sep=;"', "SEP=;", "Sep=;;;", "sep=;,,", '"sep=;";', "\ufeffsep=;", "\ufeff\ufeffsep=;\r"],
)
def test_the_first_line_may_name_the_delimiter(tmp_path: Path, first: str) -> None:
    text = f'{first}\nname; "country"\nIto;Japan\n'
    assert examples(tmp_path, text) == [("Ito", "Japan")]


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        ("name;country", "give -d ';'"),
        ("name;country, x", "give -d ';'"),
        ("name\tcountry,other", "give -t"),
        ("a|name,b", "give -d '|'"),
        ("nmae,country", "did you mean 'nmae'"),
    ],
)
def test_the_header_line_is_not_proposed(tmp_path: Path, header: str, hint: str) -> None:
    with pytest.raises(DataError) as caught:
        records(tmp_path, f"{header}\nA,B\n", delimiter=",")
    assert hint in str(caught.value)
    assert f"mean {header!r}" not in str(caught.value)
    assert "mean 'name;" not in str(caught.value)


def test_a_table_without_header_keeps_blank_rows_before_it(tmp_path: Path, here: Path) -> None:
    text = "\n,\nIto,x\n\n"
    assert records(tmp_path, text, header=False) == ["", "", "Ito", ""]
    out = fine("predict", "-H", "-k", 1, "--input-format", "csv", input=text).stdout
    assert out.count("\n") == text.count("\n")


# columns and keys


@pytest.mark.parametrize(
    "name", ["name", " name ", "\u200bname", "\ufeff\ufeffname", "name\u00a0", "\u2060name"]
)
def test_a_column_is_found_whatever_has_no_look(tmp_path: Path, name: str) -> None:
    for wanted in (None, name):
        assert records(tmp_path, f"{name},x\nIto,1\n", column=wanted) == ["Ito"]
        line = json.dumps({name: "Ito", f"{name[:0]} country": "Japan"})
        assert records(tmp_path, line, "t.jsonl", column=wanted) == ["Ito"]
        assert examples(tmp_path, line, "t.jsonl", column=wanted) == [("Ito", "Japan")]


def test_a_column_that_is_added_is_taken_whatever_has_no_look(here: Path) -> None:
    assert "a column" in failed("predict", "--column", "name", input="name,\u200bcountry\nIto,x\n")


@pytest.mark.parametrize(
    "label", ["Japan", "Ja\u200bpan", "\ufeffJapan", "Japan\u00ad", "\u2060Japan\ufe0f"]
)
def test_labels_that_look_alike_are_one(tmp_path: Path, label: str) -> None:
    assert examples(tmp_path, f"name,country\nIto,{label}\n") == [("Ito", "Japan")]


def test_a_label_that_has_no_look_is_none(tmp_path: Path) -> None:
    assert examples(tmp_path, "name,country\nIto,\u200b\nAbe,Japan\n") == [("Ito", ""), ("Abe", "Japan")]


# text that looks like JSON


@pytest.mark.parametrize("line", ["[Rossi]", "{x}", "[b]Abe", "{", "["])
def test_a_bracket_is_no_json(tmp_path: Path, line: str) -> None:
    for form in ({}, {"kind": "text"}):
        assert records(tmp_path, f"{line}\nAbe\n", "t.txt", **form) == [line, "Abe"]


@pytest.mark.parametrize("line", ['{"name": "Abe"}', '["Abe"]', '[{"name": "Abe"}]', ' [ "Abe",', "{}"])
def test_json_is_not_read_as_names_but_where_it_is_said(tmp_path: Path, line: str) -> None:
    with pytest.raises(DataError, match="looks like"):
        records(tmp_path, f"{line}\n", "t.txt")
    assert records(tmp_path, f"{line}\n", "t.txt", kind="text") == [line]


# a folder, which is no table


@pytest.fixture
def lists(here: Path) -> Path:
    """A folder of two lists, and a table beside it."""
    folder = here / "lists"
    folder.mkdir()
    for country in ("Italy", "Japan"):
        names = [name for name, label in PEOPLE if label == country]
        (folder / f"{country}.txt").write_text("\n".join(names), encoding="utf-8")
    (here / "t.csv").write_text("surname,country\nSato,Japan\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "command", ["check lists", "train lists", "evaluate lists lists", "gradients lists"]
)
@pytest.mark.parametrize(
    ("option", "named"),
    [
        ("--column surname", "--column"),
        ("--name-column surname", "--column"),
        ("--label-column language", "--label-column"),
        ("-d ;", "--delimiter"),
        ("-t", "--tabs"),
        ("-H", "--no-header-row"),
        ("--input-format csv", "--input-format"),
        ("-e utf-8 --column surname", "--column"),
    ],
)
def test_an_option_of_tables_with_a_folder_is_wrong_usage(
    lists: Path, command: str, option: str, named: str
) -> None:
    said = wrong_usage(*command.split(), *option.split())
    assert said == (
        f"error: lists is a folder of <Label>.txt files, and {named} is for tables; leave it out; "
        f"see rnn-names {command.split()[0]} -h\n"
    )


def test_a_folder_has_an_encoding_and_may_stand_beside_a_table(lists: Path, model_file: Path) -> None:
    assert fine("check", "lists", "-e", "latin-1", "--input-format", "text").stdout
    both = fine("evaluate", "-m", model_file, "lists", "t.csv", "--column", "surname", "--format", "json")
    assert len(json.loads(both.stdout)) == 2


# What stands where there is nothing


@pytest.mark.parametrize("missing", ["NULL", "N/A", "#N/A", r"\N", " NULL "])
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("d.csv", "name,x\n{},1\nKim,NULL\n"),
        ("d.csv", "Vorname;Nachname\n{0};{0}\nKim;{0}\n"),
        ("d.csv", "Nachname;Vorname\n{0};\n{0};Kim\n"),
        ("d.txt", "{}\nKim\n"),
        ("d.txt", "{}\t3\nKim\t3\n"),
        ("d.json", '["{}", "Kim"]'),
        ("d.jsonl", '{{"name": "{}"}}\n{{"name": "Kim"}}\n'),
        ("d.jsonl", '{{"first name": "Kim", "surname": "{0}"}}\n'),
    ],
)
def test_a_cell_that_says_so_holds_nothing(tmp_path: Path, file: str, text: str, missing: str) -> None:
    written = missing.replace("\\", "\\\\") if file.startswith("d.json") else missing
    (tmp_path / file).write_text(text.format(written))
    with opened(tmp_path / file, Format()) as table:
        names = [name for chunk in table for name in chunk.names]
    assert names[-1] == "Kim"
    assert set(names) <= {"", "Kim"}


@pytest.mark.parametrize(
    "name", ["Null", "null", "None", "Nan", "NaN", "NA", "na", "Nil", "N'A", "Null N/A"]
)
def test_what_may_be_a_name_is_one(tmp_path: Path, name: str) -> None:
    (tmp_path / "d.csv").write_text(f"name\n{name}\n")
    with opened(tmp_path / "d.csv", Format()) as table:
        assert [each for chunk in table for each in chunk.names] == [name]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("d.csv", "name,country\nKim,Korea\nLee,N/A\n"),
        ("d.jsonl", '{"name": "Kim", "country": "Korea"}\n{"name": "Lee", "country": "NULL"}\n'),
    ],
)
def test_a_label_that_says_so_is_missing(here: Path, file: str, text: str) -> None:
    (here / file).write_text(text)
    assert "every name has the label 'Korea'" in failed("train", file)
    assert [example.country for example in read_examples(here / file)] == ["Korea", ""]
