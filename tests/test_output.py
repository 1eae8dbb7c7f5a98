"""A table goes out as it came in, or as it is asked for; and JSON that is written is read again."""

import bz2
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rnn_names.cli.commands import app
from rnn_names.names.sniffing import delimiter, of_header
from tests.test_cli import fine, wrong_usage


@pytest.mark.parametrize(
    ("text", "options", "head"),
    [
        ("name;x\nKim;1\n", [], "name;x;country;"),
        ("name|x\nKim|1\n", [], "name|x|country|"),
        ("sep=;\nname;x\nKim;1\n", [], "name;x;country;"),
        ("name,x\nKim,1\n", [], "name,x,country,"),
        ("name\tx\nKim\t1\n", [], "name\tx\tcountry\t"),  # in a .csv file
        ("name\tx\nKim\t1\n", ["--out-delimiter", ";"], "name;x;country;"),
        ("name;x\nKim;1\n", ["--out-delimiter", ","], "name,x,country,"),
        ("name;x\nKim;1\n", ["--format", "tsv"], "name\tx\tcountry\t"),
    ],
)
def test_the_delimiter_of_the_output(
    here: Path, model_file: Path, text: str, options: list[str], head: str
) -> None:
    (here / "p.csv").write_text(text)
    options = options if "--format" in options else ["--format", "csv", *options]
    done = fine("predict", "-m", model_file, "-i", "p.csv", "-k", 1, *options)
    assert done.stdout.startswith(head)


@pytest.mark.parametrize(
    ("file", "text", "form", "delimiter"),
    [
        ("p.tsv", "name\tx\nKim\t1\n", "csv", ","),
        ("p.tsv", "name\tx\nKim\t1\n", "tsv", "\t"),
        ("p.tsv", "name;x\nKim;1\n", "tsv", ";"),
        ("p.tsv", "name;x\nKim;1\n", "csv", ","),
        ("p.csv", "name;x\nKim;1\n", "tsv", "\t"),
        ("p.jsonl", '{"name": "Kim"}\n', "csv", ","),
        ("p.jsonl", '{"name": "Kim"}\n', "tsv", "\t"),
        ("p.txt", "Kim\n", "csv", ","),
        ("p.txt", "name\tx\nKim\t1\n", "tsv", "\t"),
    ],
)
def test_another_form_has_its_own_delimiter(
    here: Path, model_file: Path, file: str, text: str, form: str, delimiter: str
) -> None:
    (here / file).write_text(text)
    done = fine("predict", "-m", model_file, "-i", file, "-k", 1, "--format", form)
    assert f"{delimiter}country{delimiter}probability" in done.stdout.partition("\n")[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_encoding_of_the_output(here: Path, model_file: Path, encoding: str) -> None:
    args: list[Any] = ["predict", "-m", model_file, "Müller", "-o", "o.csv", "--out-encoding", encoding]
    fine(*args)
    data = (here / "o.csv").read_bytes()
    text = data.decode(encoding)
    assert text.splitlines()[1].startswith("Müller,")
    assert data == text.encode(encoding)


def test_options_that_cannot_be() -> None:
    assert "is not a single separating character" in wrong_usage("predict", "Kim", "--out-delimiter", "ab")
    assert "is not a text encoding" in wrong_usage("predict", "Kim", "--out-encoding", "latin-99")


def answered(tmp_path: Path, model: Path, file: str, data: bytes, *options: str, to: str) -> bytes:
    """What `predict` writes for the bytes of a file."""
    (tmp_path / file).write_bytes(data)
    arguments = ["-m", str(model), "-i", str(tmp_path / file), "-o", str(tmp_path / to), "-k", "1"]
    done = CliRunner().invoke(app, ["predict", *arguments, *options])
    assert done.exit_code == 0, done.output
    return (tmp_path / to).read_bytes()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("mark", [",", ";", "|"], ids=repr)
def test_csv_stays_as_it_was_written(
    tmp_path: Path, model_file: Path, end: str, encoding: str, mark: str
) -> None:
    text = f"name{mark}city{end}Schmidt{mark}Köln{end}Nguyen{mark}Huế{end}"
    written = answered(tmp_path, model_file, "in.csv", text.encode(encoding), to="out.csv")
    assert written.startswith(text.encode(encoding)[:4])  # the mark, too
    head, first, second, last = written.decode(encoding).split(end)
    assert head.split(mark) == ["name", "city", "country", "probability", "unknown_letters"]
    assert first.startswith(f"Schmidt{mark}Köln{mark}")
    assert second.startswith(f"Nguyen{mark}Huế{mark}")
    assert not last


def test_a_code_page_is_kept_and_another_may_be_asked_for(tmp_path: Path, model_file: Path) -> None:
    data = "name;city\r\nMüller;Köln\r\n".encode("cp1252")
    kept = answered(tmp_path, model_file, "in.csv", data, "-e", "cp1252", to="out.csv")
    assert b"\r\nM\xfcller;K\xf6ln;" in kept
    options = ("-e", "cp1252", "--out-encoding", "utf-8-sig", "--out-delimiter", ",")
    other = answered(tmp_path, model_file, "in.csv", data, *options, to="out.csv")
    assert other.startswith("\ufeffname,city,country,".encode())


def test_a_mark_is_written_into_a_pipe_once(model_file: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        done = subprocess.run(
            [sys.executable, "-m", "rnn_names", "predict", "-m", model_file, "--input-format", "csv"],
            input="name\nSchmidt\n".encode(encoding),
            capture_output=True,
            check=True,
        )
        assert done.stdout.decode(encoding).startswith("name,country,"), encoding


def test_numbers_have_the_decimal_mark_that_is_asked_for(tmp_path: Path, model_file: Path) -> None:
    written = answered(
        tmp_path, model_file, "in.csv", b"name;x\nSchmidt;1.5\n", "--decimal", ",", to="out.csv"
    ).decode()
    assert re.search(r"\nSchmidt;1\.5;\w+;0,\d{6};\n", written)
    written = answered(
        tmp_path, model_file, "in.csv", b"name\nKim\n", "--decimal", ",", to="out.csv"
    ).decode()
    assert re.search(r'\nKim,\w+,"0,\d{6}",\n', written)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        *[(cell, f"'{cell}") for cell in ("=1+1", "+x", "-x", "@SUM(A1)", "=", "-", "-1+1", "+-5")],
        *[(cell, cell) for cell in ("-5", "+49", "-1.5e-3", "-1,5", "x=1", "", "Schmidt", "-12%")],
    ],
)
def test_formulas_get_an_apostrophe_if_that_is_asked_for(
    tmp_path: Path, model_file: Path, cell: str, written: str
) -> None:
    data = f"name;=x\nSchmidt;{cell}\n".encode()
    as_they_are = answered(tmp_path, model_file, "in.csv", data, to="out.csv").decode()
    assert as_they_are.startswith(f"name;=x;country;probability;unknown_letters\nSchmidt;{cell};")
    escaped = answered(tmp_path, model_file, "in.csv", data, "--escape-formulas", to="out.csv").decode()
    assert escaped.startswith(f"name;'=x;country;probability;unknown_letters\nSchmidt;{written};")


def test_json_that_is_written_is_read_again(tmp_path: Path, model_file: Path) -> None:
    first = answered(tmp_path, model_file, "in.csv", b"name,n\nSchmidt,1\nNguyen,2\n,3\n", to="out.json")
    again = answered(tmp_path, model_file, "again.json", first, "--prefix", "b_", to="more.json")
    records = json.loads(again)
    assert [record["name"] for record in records] == ["Schmidt", "Nguyen", ""]
    assert [record["b_country"] for record in records] == [record["country"] for record in records]


def test_an_array_of_names_and_objects(tmp_path: Path, model_file: Path) -> None:
    data = b'[\n "Schmidt", null,\n {"name":\n "Nguyen", "x": 1.10}\n]\n'
    written = answered(tmp_path, model_file, "in.json", data, to="out.jsonl").decode()
    first, second, third = written.splitlines()
    assert first.startswith('{"name": "Schmidt", "country": "')
    assert second.startswith('{"name": null, "country": null')
    assert third.startswith('{"name":  "Nguyen", "x": 1.10, "country": "')  # 1.10 stays 1.10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "in.json: no JSON array; with an object a line it is JSON lines (.jsonl)"),
        ('{"name": "A"}', "in.json: no JSON array; with an object a line it is JSON lines (.jsonl)"),
        ('["A", 5]', "in.json, record 2: neither an object nor a name; make it one"),
        ('["A" "B"]', "in.json, record 1: no comma or ] behind it; is the file whole?"),
        ('["A", {"name": ', "in.json, record 2: no JSON (Expecting value); mend it there"),
        ('["A"', "in.json, record 1: no comma or ] behind it; is the file whole?"),
        ('["A",]', "in.json, record 1: a comma behind the last element; take it off"),
        ('["A"] x', "in.json: more behind the JSON array; give a file of one array"),
        ('[{"id": "A"}, {"id": "B"}]', "in.json, record 1: no 'name' among 'id'"),
    ],
)
def test_what_is_no_array_is_told(tmp_path: Path, model_file: Path, text: str, message: str) -> None:
    (tmp_path / "in.json").write_text(text)
    arguments = ["-m", str(model_file), "-i", str(tmp_path / "in.json"), "-o", str(tmp_path / "out.json")]
    done = CliRunner().invoke(app, ["predict", *arguments])
    assert done.exit_code == 1
    assert f"error: {tmp_path}/{message}" in done.stderr
    assert not (tmp_path / "out.json").exists()


def test_a_dump_of_a_database_has_no_quotes(tmp_path: Path, model_file: Path) -> None:
    data = b'id\tname\n1\t"Schmidt\n2\tO\\\'Neil "Jo"\n'
    written = answered(tmp_path, model_file, "in.tsv", data, "--quoting", "none", to="out.jsonl").decode()
    assert [json.loads(line)["name"] for line in written.splitlines()] == ['"Schmidt', 'O\\\'Neil "Jo"']


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("id\tfull_name\n1\tSchmidt\n", "\t"),  # as `mysql -B` and Excel's Unicode text
        ("Nachname;Vorname\nSchmidt;Jo\n", ";"),
        ("last_name,first_name\nSchmidt,Jo\n", ","),
        ("Schmidt, Jo\nNguyen, An\n", None),
        ("Schmidt\t12\nNguyen\t3\n", None),  # a list with weights
        ("name\nSchmidt\n", None),
    ],
)
def test_a_text_that_begins_with_a_header_is_a_table(
    model_file: Path, text: str, delimiter: str | None
) -> None:
    done = CliRunner().invoke(app, ["predict", "-m", str(model_file), "-k", "1"], input=text)
    assert done.exit_code == 0
    head = text.partition("\n")[0]
    if delimiter is None:
        assert done.stdout.startswith('{"name": ')
    else:
        assert done.stdout.startswith(f"{head}{delimiter}country{delimiter}probability")
        assert "is read as a table; give --input-format text for a name a line" in done.stderr
    forced = ["predict", "-m", str(model_file), "-k", "1", "--input-format", "text"]
    assert CliRunner().invoke(app, forced, input=text).stdout.startswith('{"name": ')


def test_an_encoding_that_lacks_a_country_gives_way_to_utf8(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes("name\nИванов\n".encode("cp1251"))
    common = ["predict", "-m", "bundled", "-i", str(tmp_path / "in.csv"), "-o", str(tmp_path / "o.csv")]
    done = CliRunner().invoke(app, [*common, "-e", "cp1251"])
    assert done.exit_code == 0
    assert "written as utf-8-sig: cp1251 lacks 'ô', which a country has" in done.stderr
    assert (tmp_path / "o.csv").read_bytes().startswith("\ufeffname,".encode())
    asked = CliRunner().invoke(app, [*common, "-e", "cp1251", "--out-encoding", "cp1251"])
    assert asked.exit_code == 2
    assert "--out-encoding: cp1251 lacks 'ô'" in " ".join(asked.stderr.replace("│", " ").split())


def test_a_dump_goes_out_as_it_came_in(tmp_path: Path, model_file: Path) -> None:
    data = b'name\tsize\nSchmidt\t5" disk\n"Jo"\t\\N\n'
    once = answered(tmp_path, model_file, "in.tsv", data, "--quoting", "none", to="once.tsv")
    assert [line.split(b"\t")[:2] for line in once.splitlines()] == [
        line.split(b"\t") for line in data.splitlines()
    ]
    options = ("--quoting", "none", "--prefix", "b_")
    twice = answered(tmp_path, model_file, "again.tsv", once, *options, to="twice.tsv")
    assert [line.split(b"\t")[:5] for line in twice.splitlines()] == [
        line.split(b"\t") for line in once.splitlines()
    ]


@pytest.mark.parametrize(
    "line", ["Ten\t5", "Nome\t3", "Ho, Ten", "Nome, Maria", "성\t3", "Ad; X", "Müller, Jo"]
)
def test_a_person_is_no_header(line: str) -> None:
    assert of_header(line) is None


@pytest.mark.parametrize(
    ("line", "wanted", "mark"),
    [
        ("name (family; given)", "name (family; given)", ","),
        ("first|nick", "first|nick", ","),
        ("Nachname;Vorname", None, ";"),
        ("name;x", "1", ";"),
        ("name;x", None, ";"),
    ],
)
def test_a_sign_within_the_name_of_a_column_separates_nothing(
    line: str, wanted: str | None, mark: str
) -> None:
    assert delimiter(line, ",", wanted, True, "x.csv") == mark


def test_a_packed_file_of_utf16_has_its_mark(tmp_path: Path, model_file: Path) -> None:
    data = "name\nSchmidt\n".encode("utf-16")
    written = answered(tmp_path, model_file, "in.csv", data, to="o.csv.bz2")
    assert bz2.decompress(written)[:2] == data[:2]


def test_a_dump_writes_no_name_as_backslash_n(tmp_path: Path, model_file: Path) -> None:
    data = b"name\tx\n\\N\t1\nSchmidt\t\\N\n"
    written = answered(tmp_path, model_file, "in.tsv", data, "--quoting", "none", to="out.tsv").decode()
    assert written.splitlines()[1].split("\t") == ["\\N", "1", "", "", ""]
