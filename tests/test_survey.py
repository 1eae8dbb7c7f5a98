"""How `check` says that a file is read, and the commands that it prints: they work as they stand."""

import codecs
import gzip
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rnn_names.base.errors import DataError
from rnn_names.names.columns import folded
from rnn_names.names.examples import read_examples
from rnn_names.names.survey import LIKELY_LABELS, survey
from rnn_names.names.tables import Format
from tests.test_cli import QUICK, failed, fine, invoke

LABELLED = "name,country\nRossi,Italy\nSato,Japan\nBianchi,Italy\nIto,Japan\n"
GERMAN = "Nr;Vorname;Nachname;Land\r\n1;Jürgen;Groß;Österreich\r\n2;Käthe;Möller;Dänemark\r\n"
ARRAY = (
    '[{"id": 1, "last_name": "Rossi", "nationality": "IT"}, { "last_name": "Sato", "nationality": "JP"}]'
)


def told(file: object, *options: object) -> dict[str, Any]:
    found = json.loads(fine("check", file, *options, "--format", "json").stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("file", "data", "options", "expected", "predict", "train"),
    [
        ("n.csv", LABELLED, [], {"form": "csv", "delimiter": ",", "columns": ["name"], "rows": 4,
         "label_column": "country"}, "-i n.csv --prefix predicted_", "n.csv"),
        ("n.txt", "Rossi\n\nSato\nRossi\n", [], {"form": "text", "delimiter": None, "header": [], "rows": 4,
         "blank": 1, "names": 2, "labels": {}, "label_column": None}, "-i n.txt", None),
        ("two words.csv", "id;Name\n1;Rossi\n", [], {"delimiter": ";", "columns": ["Name"]},
         "-i 'two words.csv'", None),
        ("-x.csv", LABELLED, [], {"rows": 4}, "-i ./-x.csv --prefix predicted_", "./-x.csv"),
        ("it's.csv", "name\nRossi\n", [], {"rows": 1}, """-i 'it'"'"'s.csv'""", None),
        ("g.csv", GERMAN.encode("cp1252"), [], {"encoding": "cp1252", "guessed": True, "delimiter": ";",
         "columns": ["Vorname", "Nachname"], "label_column": "Land"}, "-i g.csv -e cp1252",
         "g.csv -e cp1252 --label-column Land"),
        ("g.csv", GERMAN, [], {"encoding": "utf-8", "guessed": False, "label_column": "Land"}, "-i g.csv",
         "g.csv --label-column Land"),
        ("u.txt", codecs.BOM_UTF16_LE + "Name\tOrt\r\nJosé\tÁvila\r\n".encode("utf-16-le"), [],
         {"form": "tsv", "encoding": "utf-16", "delimiter": "\t", "columns": ["Name"]}, "-i u.txt", None),
        ("u.csv", "Name;Ort\r\nRossi;Rom\r\n".encode("utf-16-le"), [], {"encoding": "utf-16-le",
         "guessed": True}, "-i u.csv -e utf-16-le", None),
        ("p.csv", GERMAN, ["--column", "Nachname"], {"columns": ["Nachname"]}, "-i p.csv --column Nachname",
         "p.csv --column Nachname --label-column Land"),
        ("h.csv", "Rossi;Italy\nSato;Japan\n", ["-H"], {"header": ["1", "2"], "columns": ["1"],
         "label_column": "2"}, "-i h.csv -H", "h.csv -H"),
        ("h.csv", "7;Rossi\n8;Sato\n", ["-H", "--column", "2"], {"columns": ["2"], "label_column": None},
         "-i h.csv --column 2 -H", None),
        ("h.csv", "Rossi,1\nSato,2\n", ["-H"], {"label_column": "2"}, "-i h.csv -H", "h.csv -H"),
        ("h.csv", "Rossi,\nSato, \n", ["-H"], {"label_column": None}, "-i h.csv -H", None),
        ("j.jsonl", '{"name": "Rossi", "tags": [1]}\n{"name": null}\n', [], {"form": "jsonl", "rows": 2,
         "blank": 1, "header": ["name", "tags"], "columns": ["name"]}, "-i j.jsonl", None),
        ("j.json", '["Rossi", "Sato", null]', [], {"form": "json", "rows": 3, "blank": 1},
         "-i j.json", None),
        ("j.json", ARRAY, [], {"columns": ["last_name"], "label_column": "nationality"}, "-i j.json",
         "j.json --label-column nationality"),
        ("z.csv.gz", gzip.compress(LABELLED.encode(), mtime=0), [], {"packed": "gzip", "form": "csv"},
         "-i z.csv.gz --prefix predicted_", "z.csv.gz"),
        ("d.txt", 'name\tsize\nRossi\t5" x\n', ["--quoting", "none", "-t"], {"delimiter": "\t"},
         "-i d.txt -t --quoting none", None),
        ("b.csv", "name,x\nRossi,1\nSato\n", ["--on-error", "skip"], {"bad_records": 1, "rows": 1},
         "-i b.csv --on-error skip", None),
        ("u.csv", LABELLED + "Kim,\n\nLee,N/A\n", [], {"rows": 7, "blank": 1},
         "-i u.csv --prefix predicted_", "u.csv"),
        ("s.csv", "name,country\nRossi,Italy\nSato,italy\n", [], {"rows": 2},
         "-i s.csv --prefix predicted_", None),
        ("o.csv", "name,country\nRossi,Italy\n", [], {"rows": 1}, "-i o.csv --prefix predicted_", None),
        ("k.csv", "Nachname;probability\nRossi;\n", [], {"rows": 1}, "-i k.csv --prefix predicted_", None),
    ],
)  # fmt: skip
def test_what_would_be_read(
    here: Path,
    model_file: Path,
    file: str,
    data: str | bytes,
    options: list[str],
    expected: dict[str, Any],
    predict: str | None,
    train: str | None,
) -> None:
    (here / file).write_bytes(data.encode() if isinstance(data, str) else data)
    named = f"./{file}" if file.startswith("-") else file
    found = told(named, *options)
    assert {key: found[key] for key in expected} == expected
    commands = {
        name: f"rnn-names {name} {line}"
        for name, line in (("predict", predict), ("train", train))
        if line is not None
    }
    assert found["commands"] == commands
    printed = fine("check", named, *options).stdout.splitlines()
    assert [line for line in printed if line.startswith("rnn-names ")] == [*commands.values()]
    for name, line in commands.items():
        _, command, *words = shlex.split(line)
        more = ["-m", model_file] if name == "predict" else [*QUICK, "-o", "made.npz"]
        done = invoke(command, *words, *more)
        assert done.exit_code == 0, (line, done.stderr)
        (here / "made.npz").unlink(missing_ok=True)


def test_the_commands_work_in_a_shell(here: Path) -> None:
    (here / "Kunden $HOME & 'Co'.csv").write_text(GERMAN, encoding="cp1252")
    program = shlex.quote(str(Path(sys.executable).with_name("rnn-names")))
    line = told("Kunden $HOME & 'Co'.csv")["commands"]["predict"].replace("rnn-names", program, 1)
    done = subprocess.run(line + " -m bundled -k 1", shell=True, capture_output=True, check=True)
    assert done.stdout.decode("cp1252").splitlines()[1].startswith("1;Jürgen;Groß;Österreich;")


@pytest.mark.parametrize("file", ["two\nlines.csv", "bell\a's \\.csv", "tab\tand ü.csv", "-\x1b[1m.csv"])
@pytest.mark.parametrize("command", ["predict", "train"])
def test_the_commands_work_in_bash_whatever_the_path(here: Path, file: str, command: str) -> None:
    (here / file).write_text(LABELLED)
    program = shlex.quote(str(Path(sys.executable).with_name("rnn-names")))
    done = fine("check", f"./{file}")
    assert done.stdout.replace("\n", "").isprintable()
    (line,) = [line for line in done.stdout.splitlines() if line.startswith(f"rnn-names {command} ")]
    line = line.replace("rnn-names", program, 1)
    more = " -m bundled -k 1" if command == "predict" else " --epochs 1 --hidden-size 2 --ngrams 0 -q"
    ran = subprocess.run(["bash", "-c", line + more], capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_a_folder_is_for_training(here: Path) -> None:
    (here / "my lists").mkdir()
    for label, names in (("Italy", "Rossi\nBianchi\n"), ("Japan", "Sato\nIto\n")):
        (here / "my lists" / f"{label}.txt").write_text(names)
    found = told("my lists")
    assert (found["form"], found["rows"], [*found["labels"]]) == ("folder", 4, ["Italy", "Japan"])
    assert found["commands"] == {"train": "rnn-names train 'my lists'"}


def test_the_bundled_names_are_those_of_train_without_data() -> None:
    assert json.loads(fine("check", "--format", "json").stdout)["commands"] == {"train": "rnn-names train"}


def test_standard_input_is_read_once(here: Path) -> None:
    found = json.loads(fine("check", "-", "--column", "name", "--format", "json", input=LABELLED).stdout)
    assert (found["file"], found["rows"], found["label_column"]) == ("-", 4, "country")
    assert found["commands"]["predict"] == "rnn-names predict -i - --column name --prefix predicted_"
    assert "it may be 'José' in cp1252" in failed("check", "-", input="José\n".encode("cp1252"))


def test_the_table_says_how_the_file_is_read(here: Path) -> None:
    (here / "t.csv").write_text('Nr;"Full\nname";Ort;Land\n1;Eva Kim;Ulm;Korea\n2;;;\n', newline="")
    printed = fine("check", "t.csv").stdout
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    for line in (
        "file t.csv", "form CSV", "delimiter semicolon", "encoding utf-8", "name Full name", "label Land",
        "not read Nr, Ort", "rows 2", "blank 1", "labels 1", "rnn-names predict -i t.csv",
    ):  # fmt: skip
        assert line in lines


def test_titles_and_lone_titles_are_told(here: Path) -> None:
    (here / "t.csv").write_text(
        "name;x\nDr. Ada Rossi;\nDr. Bo Sato;\nIto (boss);\nMr.;\nEva Kim, PhD <e@x.org>;\nSir;\n"
    )
    found = told("t.csv")
    assert found["titles"] == {"Dr.": 2, "PhD": 1}
    assert found["beside"]["n"] == 4
    assert found["lone_titles"] == {"n": 1, "examples": ["Mr."]}
    assert "1 cell with a title alone, no name but for train: Mr." in found["warnings"]
    assert "Dr." in fine("check", "t.csv").stdout


def test_labels_of_one_row_and_misspelled_ones(here: Path) -> None:
    rows = "".join(f"name{k},Germany\nother{k},Italy\n" for k in range(5))
    (here / "l.csv").write_text(f"name,country\n{rows}Kim,Germny\nLee,Peru\n")
    found = told("l.csv")
    assert found["single"] == ["Germny", "Peru"]
    assert found["misspelled"] == {"Germny": "Germany"}
    assert "2 labels with one row: Germny, Peru" in found["warnings"]


@pytest.mark.parametrize(
    ("data", "guess"),
    [
        ("Müller\nJosé\n".encode("cp1252"), "cp1252"),
        ("Иванов\nПетрова\n".encode("cp1251"), "cp1251"),
        ("山田太郎\n鈴木\n".encode("cp932"), "cp932"),
        ("Müller\nJosé\nGroß\n".encode() + "Ávila\n".encode("cp1252"), None),  # one bad line is no encoding
        ("Müller\n".encode(), None),
        (b"Smith\n", None),
    ],
)
def test_an_encoding_is_guessed_where_most_lines_say_so(
    tmp_path: Path, data: bytes, guess: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "charset_normalizer", None)
    (tmp_path / "t.txt").write_bytes(data)
    if b"\xc3" in data and b"\xc1" in data:
        with pytest.raises(DataError, match="line 4: byte 0xc1 is not UTF-8"):
            survey(tmp_path / "t.txt")
        return
    found, _ = survey(tmp_path / "t.txt")
    assert found.encoding == (guess or "utf-8")
    assert found.guessed == (guess is not None)
    assert ("is a guess: it may be" in "".join(found.warnings)) == (guess is not None)


@pytest.mark.parametrize(
    ("data", "options", "said"),
    [
        ("", [], "is empty; give it a header"),
        ("name,x\n", [], "there are no names in it"),
        ("id,x\n1,2\n", [], "no column 'name' among 'id', 'x'; give --column"),
        ("name,x\nKim,2\n", ["--label-column", "land"], "no column 'land'"),
        ("name,x\nKim,\n", ["--label-column", "x"], "no record has a label under 'x'"),
        ("first name,surname,nachname\na,b,c\n", [], "more than one column may hold the name"),
    ],
)
def test_what_cannot_be_read(here: Path, data: str, options: list[str], said: str) -> None:
    (here / "t.csv").write_text(data)
    assert said in failed("check", "t.csv", *options)


def test_a_key_of_labels_that_no_record_has(here: Path) -> None:
    (here / "t.jsonl").write_text('{"name": "Kim", "land": "Korea"}\n')
    assert "no record has a label under 'lnd'; did you mean 'land'?" in failed(
        "check", "t.jsonl", "--label-column", "lnd"
    )


def test_parquet_names_the_command(here: Path) -> None:
    (here / "my names.parquet").write_bytes(b"PAR1")
    assert "rnn-names predict -i 'my names.parquet' -o 'my names.answers.parquet'" in failed(
        "check", "my names.parquet"
    )


def test_the_words_for_labels_stand_once() -> None:
    words = [folded(word) for word in LIKELY_LABELS.split(",")]
    assert len(words) == len(set(words))
    assert "" not in words


def test_a_column_of_the_name_is_no_label(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("country\nIreland\n")
    assert survey(tmp_path / "t.csv", Format(column="country"))[0].label_column is None


@pytest.mark.parametrize(
    ("file", "text", "labels"),
    [
        ("i.jsonl", '{"name": "Rossi", "label": 1}\n{"name": "Sato", "label": 2}\n', {"1", "2"}),
        ("n.txt", "__label__Italy Rossi\n__label__Japan Sato\n__label__NULL Kim\n", {"Italy", "Japan"}),
    ],
)
def test_labels_are_those_that_train_takes(here: Path, file: str, text: str, labels: set[str]) -> None:
    (here / file).write_text(text, encoding="utf-8")
    assert set(json.loads(fine("check", file, "--format", "json").stdout)["labels"]) == labels
    assert {example.country for example in read_examples(here / file)} - {""} == labels


def test_a_label_that_is_none_stops_check_as_it_stops_train(here: Path) -> None:
    (here / "b.jsonl").write_text('{"name": "Rossi", "label": "Italy"}\n{"name": "Sato", "label": true}\n')
    for command in ("check", "train"):
        assert "b.jsonl, line 2: 'label' is no text" in failed(command, "b.jsonl")
    found = json.loads(fine("check", "b.jsonl", "--on-error", "skip", "--format", "json").stdout)
    assert found["bad_records"] == 1


def test_two_columns_for_labels(here: Path) -> None:
    (here / "two.csv").write_text("name,label,country\nRossi,a,Italy\nSato,b,Japan\n")
    found = json.loads(fine("check", "two.csv", "--format", "json").stdout)
    assert "more than one column may hold the label" in " ".join(found["warnings"])
    (here / "same.csv").write_text("name,nationality,nationality\nRossi,Italy,a\nSato,Japan,b\n")
    found = json.loads(fine("check", "same.csv", "--format", "json").stdout)
    assert found["commands"]["train"] == "rnn-names train same.csv --label-column 2"


REPORT = "Report of 2020\n\nname,country\nRossi,Italy\n"


@pytest.mark.parametrize(
    ("file", "text", "command"),
    [
        ("rest.csv", REPORT, "tail -n +3 rest.csv > rest-rest.csv"),
        ("pre.csv.gz", REPORT, "gunzip -c pre.csv.gz | tail -n +3 > pre-rest.csv"),
        ("e.json.gz", '{"data": [{"name": "Rossi"}]}', "gunzip -c e.json.gz | jq .data > e-rest.json"),
        (
            "v.vcf.gz",
            "BEGIN:VCARD\nFN:Anna Rossi\nEND:VCARD\n",
            "gunzip -c v.vcf.gz | sed -n 's/^FN[^:]*://p' | rnn-names predict",
        ),
    ],
)
def test_the_next_command_leaves_the_file_as_it_is(here: Path, file: str, text: str, command: str) -> None:
    data = text.encode()
    (here / file).write_bytes(gzip.compress(data, mtime=0) if file.endswith(".gz") else data)
    assert command in failed("predict", "-i", file)
