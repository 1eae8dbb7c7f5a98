"""Names with labels as people have them: the column of the labels, labels in lines, rows that lack one."""

import bz2
import gzip
import json
import lzma
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.base.errors import DataError
from rnn_names.names.examples import read_examples, read_groups, read_prior
from rnn_names.names.fasttext import LabelledLines, is_one
from rnn_names.names.tables import Format, opened
from tests.test_cli import QUICK, failed, fine

ROSSI_ITO = [("Rossi", "it"), ("Ito", "ja")]


def read(path: Path, text: str | bytes, form: Format = Format()) -> list[tuple[str, str]]:
    """Name and label of each example of a file that holds this."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return [(example.name, example.country) for example in read_examples(path, form)]


# which column is the name, and which the label


@pytest.mark.parametrize("name", ["name", "text", "Text", "full name", "Nachname", "TEXT"])
@pytest.mark.parametrize("label", ["country", "label", "Label", "COUNTRY", " label "])
@pytest.mark.parametrize("ending", ["csv", "tsv", "txt", "jsonl", "ndjson", "json"])
def test_name_and_label_are_found(tmp_path: Path, name: str, label: str, ending: str) -> None:
    records = [{"id": 7, label: "it", name: "Rossi"}, {"id": 8, label: "ja", name: "Ito"}]
    if ending == "json":
        text = json.dumps(records)
    elif ending in ("jsonl", "ndjson"):
        text = "".join(json.dumps(record) + "\r\n" for record in records)
    else:
        mark = "," if ending == "csv" else "\t"
        text = f"id{mark}{label}{mark}{name}\r\n7{mark}it{mark}Rossi\r\n8{mark}ja{mark}Ito\r\n"
    assert read(tmp_path / f"d.{ending}", text) == ROSSI_ITO


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("name,country,label", "give --label-column country, or --label-column label"),
        ("text,label,Label", "give --label-column label, or --label-column Label"),
        ("name,label,label", "give --label-column 2, or --label-column 3"),
        ("name,lang", "no column 'country' among 'name', 'lang'"),
        ("words,label", "no column 'name' among 'words', 'label'"),
    ],
)
def test_a_doubt_about_the_label_is_an_error(tmp_path: Path, header: str, said: str) -> None:
    row = ",".join("abc"[: header.count(",") + 1])
    with pytest.raises(DataError) as caught:
        read(tmp_path / "d.csv", f"{header}\n{row}\n")
    assert str(caught.value).startswith(f"{tmp_path / 'd.csv'}, line 1: ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (
            {"name": "a", "country": "b", "label": "c"},
            "give --label-column country, or --label-column label",
        ),
        (
            {"name": "a", "lang": "b"},
            "line 1: no label 'country' among 'name', 'lang', nor in any other record",
        ),
        ({"name": "a", "contry": "b"}, "did you mean 'contry'? give --label-column the key of the labels"),
        ({"words": "a", "label": "b"}, "line 1: no 'name' among 'words', 'label', nor in any other record"),
    ],
)
def test_a_doubt_about_a_key_is_an_error(tmp_path: Path, record: dict[str, str], said: str) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path / "d.jsonl", json.dumps(record) + "\n")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("form", "found"),
    [
        (Format(), [("b", "c")]),  # a text is the name only where nothing else is
        (Format(column="text"), [("a", "c")]),
        (Format(label_column="text"), [("b", "a")]),
        (Format(column="label", label_column="text"), [("c", "a")]),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_what_is_asked_for_goes_first(
    tmp_path: Path, form: Format, found: list[tuple[str, str]], ending: str
) -> None:
    record = {"text": "a", "name": "b", "label": "c"}
    text = json.dumps(record) if ending == "jsonl" else "text,name,label\na,b,c\n"
    assert read(tmp_path / f"d.{ending}", text, form) == found


def test_predict_reads_the_same_names(here: Path, model_file: Path) -> None:
    (here / "d.jsonl").write_text('{"text": "Rossi", "label": "it"}\n', encoding="utf-8")
    told = fine("predict", "-m", model_file, "-i", "d.jsonl", "--format", "jsonl")
    assert json.loads(told.stdout)["text"] == "Rossi"
    assert json.loads(told.stdout)["country"]
    assert "d.jsonl: the name is 'text'" in told.stderr


# labels in lines


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("__label__it Rossi", [("Rossi", "it")]),
        ("__label__it Maria  de Rossi", [("Maria de Rossi", "it")]),
        ("__label__it\tRossi", [("Rossi", "it")]),
        ("  __label__it   Rossi  ", [("Rossi", "it")]),
        ("__label__it __label__ch Rossi", [("Rossi", "it"), ("Rossi", "ch")]),
        ("__label__it __label__it Rossi", [("Rossi", "it")]),
        ("Rossi __label__it", [("Rossi", "it")]),
        ("__label__it Maria __label__ch Rossi", [("Maria Rossi", "it"), ("Maria Rossi", "ch")]),
        ("__label__日本 伊藤", [("伊藤", "日本")]),
        ("__label__日本\u3000伊藤", [("伊藤", "日本")]),
        ("__label__Côte-d'Ivoire Koné", [("Koné", "Côte-d'Ivoire")]),
        ("__label__New_Zealand Ngata", [("Ngata", "New_Zealand")]),
        ("__label__New\u00a0Zealand Ngata", [("Ngata", "New Zealand")]),
        ("__label__3 Rossi", [("Rossi", "3")]),
        ("__label____label__ Rossi", [("Rossi", "__label__")]),
        ('__label__it \'Rossi, "M"', [('\'Rossi, "M"', "it")]),
        ("__label__it", [("", "it")]),
        ("__label__ Rossi", [("Rossi", "")]),
        ("Rossi", [("Rossi", "")]),
        ("Rossi__label__it", [("Rossi__label__it", "")]),
        (" \t", []),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_with_labels(tmp_path: Path, line: str, found: list[tuple[str, str]], end: str) -> None:
    for text in (f"__label__ja Ito{end}{line}{end}", f"{line}{end}__label__ja Ito"):
        read_as = [pair for pair in read(tmp_path / "d.txt", text) if pair != ("Ito", "ja")]
        assert read_as == found


@pytest.mark.parametrize(
    "packed", [bytes, gzip.compress, bz2.compress, lzma.compress], ids=["plain", "gzip", "bzip2", "xz"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("file", ["d.txt", "d", "d.train", "d.txt.gz"])
def test_files_of_such_lines(
    tmp_path: Path, packed: Callable[[bytes], bytes], encoding: str, file: str
) -> None:
    if file.endswith(".gz") and packed is not gzip.compress:
        pytest.skip("what ends in .gz is gzip")
    data = packed("__label__España Núñez\r\n__label__ja Ito\r\n".encode(encoding))
    assert read(tmp_path / file, data) == [("Núñez", "España"), ("Ito", "ja")]
    assert read(tmp_path / file, data, Format("text")) == [("Núñez", "España"), ("Ito", "ja")]


words = st.text(st.characters(exclude_categories=["Cs", "Z", "C"]), min_size=1).filter(
    lambda word: not word.startswith("__label__")
)


@given(st.lists(st.tuples(st.lists(words, min_size=1), st.lists(words, min_size=1)), min_size=1))
def test_labels_and_names_come_back(lines: list[tuple[list[str], list[str]]]) -> None:
    text = "".join(" ".join([*(f"__label__{one}" for one in of), *name]) + "\n" for of, name in lines)
    assert is_one(text)
    found = [read[:3] for read in LabelledLines(iter([text])).labelled()]
    assert found == [
        (number, " ".join(name), one)
        for number, (of, name) in enumerate(lines, 1)
        for one in dict.fromkeys(of)
    ]


@pytest.mark.parametrize("line", ["Rossi", "__labels__it Rossi", "x__label__it Rossi", "_label_it Rossi"])
def test_other_lines_have_no_labels(tmp_path: Path, line: str) -> None:
    with pytest.raises(DataError, match="or lines that begin with __label__; rename it"):
        read(tmp_path / "d.txt", f"{line}\n")


@pytest.mark.parametrize(
    ("text", "kind"), [('{"text": "Rossi", "label": "it"}\n', "jsonl"), ("[{}]", "json")]
)
def test_json_without_its_ending_is_told(here: Path, text: str, kind: str) -> None:
    (here / "d.txt").write_text(text, encoding="utf-8")
    assert f"give --input-format {kind}" in failed("check", "d.txt")


def test_predict_reads_the_name_and_keeps_the_line(here: Path, model_file: Path) -> None:
    (here / "d.txt").write_text("__label__it Rossi\n__label__ja\n", encoding="utf-8")
    rows = fine("predict", "-m", model_file, "-i", "d.txt", "--format", "csv").stdout.splitlines()
    (alone,) = fine("predict", "-m", model_file, "Rossi", "--format", "csv").stdout.splitlines()[1:]
    assert rows[1].split(",")[:2] == ["__label__it Rossi", alone.split(",")[1]]
    assert rows[2].split(",")[:2] == ["__label__ja", ""]
    with opened(here / "d.txt", Format("text")) as table:  # what is asked for is a name a line
        assert [name for names, _ in table for name in names] == ["__label__it Rossi", "__label__ja"]


def test_a_list_of_a_folder_has_no_labels_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "it.txt").write_text("__label__it Rossi\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"it\.txt: has labels in its lines"):
        read_examples(tmp_path)


def test_every_command_reads_such_lines(here: Path) -> None:
    lines = "__label__it Rossi\n__label__ja Ito\n__label__it Bianchi\n__label__ja Sato\n"
    found = json.loads(fine("check", "-", "--format", "json", input=lines).stdout)
    assert found["labels"] == {"it": {"rows": 2, "names": 2}, "ja": {"rows": 2, "names": 2}}
    (here / "d.txt").write_text(lines * 2, encoding="utf-8")
    fine("train", "d.txt", *QUICK, "-o", "m.npz")
    scored = fine("evaluate", "-m", "m.npz", "--split", "train", "--format", "json")  # its own data again
    assert json.loads(scored.stdout)["n"] == 4
    piped = subprocess.run(
        [sys.executable, "-m", "rnn_names", "evaluate", "-", "-m", "m.npz", "--split", "all"],
        input=lines.encode(),
        capture_output=True,
        check=True,
    )
    assert b"standard input: 4 names" in piped.stderr


# what lacks its label or its name

PEOPLE = [("Rossi", "it"), ("Ito", "ja"), ("Bianchi", "it"), ("Sato", "ja")]
BLANK = ["", " ", "\u00a0", "\u200b"]


def csv_of(name: str | None, label: str | None) -> str:
    return f'"{name or ""}","{label or ""}","x"\n'


def jsonl_of(name: str | None, label: str | None) -> str:
    return json.dumps({"name": name, "label": label, "id": 7}) + "\n"


def line_of(name: str | None, label: str | None) -> str:
    return f"{f'__label__{label}' if label and label.strip() else ''} {name or ''}\n"


WRITTEN: dict[str, tuple[str, Callable[[str | None, str | None], str]]] = {
    "csv": ("name,label,id\n", csv_of),
    "jsonl": ("", jsonl_of),
    "ndjson": ("", lambda name, label: json.dumps({"text": name, "country": label}) + "\n"),
    "txt": ("", line_of),
}


@pytest.mark.parametrize("ending", WRITTEN)
def test_rows_without_label_or_name_are_left_out_and_counted(here: Path, ending: str) -> None:
    first, row = WRITTEN[ending]
    rows = [*(("Abe", blank) for blank in BLANK), *((blank, "it") for blank in [*BLANK, "-"])]
    if ending.endswith("json") or ending == "jsonl":
        rows += [("Abe", None), (None, "it")]  # type: ignore[list-item]  # as JSON has it
    unlabelled = sum(name == "Abe" for name, _ in rows)
    text = first + "".join(row(name, label) for name, label in [*PEOPLE, *rows, *PEOPLE])
    (here / f"d.{ending}").write_text(text, encoding="utf-8")
    said = f"left out: {unlabelled} rows without a label, {len(rows) - unlabelled} cells without a name\n"
    of_training = said.replace("\n", f", {len(PEOPLE)} repeated rows\n")
    assert fine("train", f"d.{ending}", *QUICK, "-o", "m.npz").stderr.count(of_training) == 1
    scored = fine("evaluate", f"d.{ending}", "-m", "m.npz", "--split", "all", "--format", "json")
    assert scored.stderr.count(said) == 1
    assert json.loads(scored.stdout)["n"] == 2 * len(PEOPLE)
    compared = fine("evaluate", f"d.{ending}", "-m", "m.npz", "-m", "m.npz", "--split", "train")
    assert compared.stderr.count(said) == 1  # whatever part is scored, and by how many models
    own = fine("evaluate", "-m", "m.npz", "--split", "train", "--format", "json")
    assert own.stderr.count(said) == 1
    assert json.loads(own.stdout)["n"] == len(PEOPLE)
    found = json.loads(fine("check", f"d.{ending}", "--format", "json").stdout)
    assert found["no_label"] == {"n": unlabelled, "examples": ["Abe"] * min(unlabelled, 5)}
    assert found["no_letters"]["n"] == len(rows) - unlabelled
    assert found["names"] == len(PEOPLE) + 1  # Abe
    assert [*found["labels"]] == ["it", "ja"]
    assert found["rows"] == 2 * len(PEOPLE) + len(rows)
    assert f"{unlabelled} rows without a label, left out: Abe" in " ".join(found["warnings"])


def test_a_record_may_lack_the_keys(tmp_path: Path) -> None:
    text = '{"name": "Abe"}\n{"name": "Rossi", "label": "it"}\n{"label": "ja"}\n{"id": 7}\n'
    assert read(tmp_path / "d.jsonl", text) == [("Abe", ""), ("Rossi", "it"), ("", "ja"), ("", "")]


def test_blank_rows_are_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "d.csv", "name,label\nRossi,it\n\n , \n,\nIto,ja\n") == ROSSI_ITO


def test_a_dump_of_a_database_has_no_label_of_its_own(tmp_path: Path) -> None:
    text = "name\tlabel\nRossi\tit\nAbe\t\\N\n\\N\tja\n"
    assert read(tmp_path / "d.tsv", text, Format(quoted=False)) == [
        ("Rossi", "it"),
        ("Abe", ""),
        ("", "ja"),
    ]


def test_a_whole_number_is_a_label(tmp_path: Path) -> None:
    text = '[{"text": "Rossi", "label": 0}, {"text": "Ito", "label": 1}]'
    assert read(tmp_path / "d.json", text) == [("Rossi", "0"), ("Ito", "1")]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("d.csv", "name,label\nRossi,\n"),
        ("d.jsonl", '{"name": "Rossi", "label": null}\n{"name": "Ito", "label": " "}\n'),
        ("d.txt", "__label__ Rossi\n"),
    ],
)
def test_data_without_any_label(here: Path, file: str, text: str) -> None:
    (here / file).write_text(text, encoding="utf-8")
    for command in ("train", "evaluate"):
        assert f"{file}: no name has a label; " in failed(command, file)


@pytest.mark.parametrize("read_table", [read_groups, read_prior])
@pytest.mark.parametrize(
    ("file", "text", "where"),
    [
        ("g.csv", "country,{}\nIT,1\n,2\n", "line 3"),
        ("g.tsv", "country\t{}\nIT\t1\n \t2\n", "line 3"),
        ("g.jsonl", '{{"country": "IT", "{0}": "1"}}\n{{"country": null, "{0}": "2"}}\n', "line 2"),
        ("g.jsonl", '{{"country": "IT", "{0}": "1"}}\n{{"{0}": "2"}}\n', "line 2"),
        ("g.json", '[{{"country": "IT", "{0}": "1"}}, {{"country": "", "{0}": "2"}}]', "record 2"),
    ],
)
def test_groups_and_priors_lack_no_country(
    tmp_path: Path, read_table: Callable[[Path], object], file: str, text: str, where: str
) -> None:
    column = "group" if read_table is read_groups else "weight"
    (tmp_path / file).write_text(text.format(column), encoding="utf-8")
    with pytest.raises(DataError, match=f"{file}, {where}: 'country' is empty; fill it in"):
        read_table(tmp_path / file)


@pytest.mark.parametrize("read_table", [read_groups, read_prior])
def test_lines_with_labels_are_no_groups_and_no_prior(
    tmp_path: Path, read_table: Callable[[Path], object]
) -> None:
    (tmp_path / "g.txt").write_text("__label__IT 1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"g\.txt: not a \.csv, \.tsv or \.jsonl file; rename it"):
        read_table(tmp_path / "g.txt")


# one label in two spellings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Italy", "italy"),
        ("Türkiye", "Turkiye"),
        ("Côte d'Ivoire", "cote d’ivoire"),
        ("São Tomé", "SAO TOME"),
        ("ΕΛΛΆΔΑ", "Ελλαδα"),
        ("Strasse", "Straße"),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "jsonl", "folder"])
def test_two_spellings_of_a_label_are_an_error_that_names_both(
    here: Path, one: str, other: str, ending: str
) -> None:
    rows = [("Rossi", one), ("Ito", "ja"), ("Bianchi", other)]
    if ending == "folder":
        (here / "d").mkdir()
        for name, label in rows:
            (here / "d" / f"{label}.txt").write_text(f"{name}\n", encoding="utf-8")
    else:
        first, row = WRITTEN[ending]
        (here / f"d.{ending}").write_text(first + "".join(row(*pair) for pair in rows), encoding="utf-8")
    data = "d" if ending == "folder" else f"d.{ending}"
    for options in ([], ["--min-per-label", "2"]):
        told = failed("train", data, *QUICK, *options)
        assert f"{one!r} and {other!r} are one label" in told or f"{other!r} and {one!r} are one" in told
    assert f"{min(one, other)!r}, {max(one, other)!r}: make them one" in fine("check", data).stdout
