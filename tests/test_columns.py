"""Which columns hold the name: asked for by name, number or range, or found by the words of the header."""

import json
from pathlib import Path

import pytest

from rnn_names.base.errors import DataError
from rnn_names.names.columns import BETWEEN, columns, found
from rnn_names.names.examples import read_examples
from rnn_names.names.tables import Format, opened
from tests.test_cli import QUICK, failed, fine, wrong_usage

HEADER = ["id", "Vorname", "von", "Nachname", "a,b", "2-3"]


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        (["Nachname"], [3]),
        (["Nachname", "Vorname"], [3, 1]),
        (["2", "4"], [1, 3]),
        (["2-4"], [1, 2, 3]),
        (["2:4"], [1, 2, 3]),
        (["-2"], [0, 1]),
        (["5-"], [4, 5]),
        (["2,4"], [1, 3]),
        (["Vorname,3-4"], [1, 2, 3]),
        (["a,b"], [4]),
        (["2-3"], [5]),  # what is the name of a column is that column
        (["3-3"], [2]),
    ],
)
def test_columns_are_asked_for_as_in_csvkit(wanted: list[str], places: list[int]) -> None:
    assert columns(HEADER, BETWEEN.join(wanted), "t.csv, line 1") == places


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("4-2", "'4-2' ends before it begins"), ("2-9", "no column '9'"), ("0-2", "'0'"), ("-", "'-'")],
)
def test_a_range_that_is_none(wanted: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        columns(HEADER, wanted, "t.csv, line 1")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("name,country", "name"),
        ("Name,city", "Name"),
        ("FULL_NAME,name_id", "FULL_NAME"),
        ("fullName", "fullName"),
        ("id,surname", "surname"),
        ("Last Name,First Name", "First Name+Last Name"),
        ("lastName,firstName", "firstName+lastName"),
        ("First Name,Middle Name,Last Name,Title", "First Name+Middle Name+Last Name"),
        ("Name,Given Name,Additional Name,Family Name", "Name"),
        ("Nachname,Vorname,PLZ", "Vorname+Nachname"),
        ("Name,Vorname,Ort", "Vorname+Name"),
        ("Nom,Prénom", "Prénom+Nom"),
        ("NOM,PRENOM", "PRENOM+NOM"),
        ("nom", "nom"),
        ("Apellido(s),Nombre(s)", "Nombre(s)+Apellido(s)"),
        ("nombre,apellido paterno,apellido materno", "nombre+apellido paterno+apellido materno"),
        ("Nome,Cognome", "Nome+Cognome"),
        ("nome,sobrenome", "nome+sobrenome"),
        ("nome", "nome"),
        ("förnamn,efternamn", "förnamn+efternamn"),
        ("Imię,Nazwisko", "Imię+Nazwisko"),
        ("Jméno,Příjmení", "Jméno+Příjmení"),
        ("Фамилия,Имя,Отчество", "Имя+Отчество+Фамилия"),
        ("ФИО", "ФИО"),
        ("ADI,SOYADI", "ADI+SOYADI"),
        ("姓,名", "姓+名"),
        ("姓名", "姓名"),
        ("성,이름", "성+이름"),
        ("họ,tên đệm,tên", "họ+tên+tên đệm"),
        ("Vezetéknév,Keresztnév", "Vezetéknév+Keresztnév"),
        ("ชื่อ,นามสกุล", "ชื่อ+นามสกุล"),
        ("शहर,नाम", "नाम"),
        ("city,country", None),
        ("first name,city", None),
        ("username,filename", None),
        ("name,city,name", None),
    ],
)
def test_the_words_of_a_header(header: str, expected: str | None) -> None:
    cells = header.split(",")
    places = found(cells, "t.csv, line 1")
    assert (places and "+".join(cells[place] for place in places)) == expected


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Name,First name", "--column Name, or --column 'First name' --column Name"),
        ("name,surname", "--column name, or --column name --column surname"),
        ("Full name,display name", "--column 'Full name', or --column 'display name'"),
        ("surname,nachname", "--column surname, or --column nachname"),
        ("Name,name", "--column Name, or --column name"),
    ],
)
def test_what_can_be_read_in_two_ways_is_not_guessed(header: str, said: str) -> None:
    with pytest.raises(DataError, match="more than one column may hold the name") as caught:
        found(header.split(","), "t.csv, line 1")
    assert str(caught.value).endswith(f"give {said}")


def test_cells_are_joined_where_they_are_not_blank(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Vorname,Nachname,country\nHans,Maier,X\n,Kim,X\n Eva , ,X\n , ,X\n")
    with opened(tmp_path / "t.csv", Format()) as table:
        assert [name for names, _ in table for name in names] == ["Hans Maier", "Kim", "Eva", ""]
    examples = read_examples(tmp_path / "t.csv", Format(column=BETWEEN.join(["Nachname", "1"])))
    assert [example.name for example in examples] == ["Maier Hans", "Kim", "Eva", ""]


def test_keys_of_json_are_found_as_columns_are(tmp_path: Path) -> None:
    lines = [
        {"firstName": "Eva", "lastName": "Kim", "country": "X"},
        {"lastName": "Abe", "firstName": None},
    ]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, lines)))
    notes: list[str] = []
    with opened(tmp_path / "t.jsonl", Format(note=notes.append)) as table:
        assert [name for names, _ in table for name in names] == ["Eva Kim", "Abe"]
    assert len(notes) == 1


@pytest.fixture
def people(here: Path) -> Path:
    rows = [("Eva", "Rossi", "Italy"), ("Jun", "Sato", "Japan"), ("Ugo", "Bianchi", "Italy")] * 4
    text = "Vorname,Nachname,country\n" + "".join(",".join(row) + "\n" for row in rows)
    (here / "p.csv").write_text(text, encoding="utf-8")
    return here / "p.csv"


def test_the_choice_is_said_once_on_standard_error(people: Path, model_file: Path) -> None:
    said = "p.csv: the name is 'Vorname' and 'Nachname'; give --column to read another\n"
    for command in (
        "predict -i p.csv --prefix _",
        "check p.csv",
        "evaluate p.csv",
        f"evaluate -m {model_file} p.csv",
    ):
        done = fine(*command.split())
        assert done.stderr.count(said) == 1
        assert said not in done.stdout
        assert said not in fine(*command.split(), "-q").stderr
    assert said not in fine("check", "p.csv", "--column", "Nachname").stderr


@pytest.mark.parametrize(
    "options", [[], ["--column", "Nachname", "--column", "Vorname"], ["--column", "1-2"]]
)
def test_a_model_finds_its_names_again(people: Path, options: list[str]) -> None:
    fine("train", "p.csv", *QUICK, "-o", "m.npz", *options)
    scored = fine("evaluate", "-m", "m.npz", "--format", "json", "--split", "all")
    assert json.loads(scored.stdout)["n"] == 12
    assert "Vorname" not in fine("info", "m.npz").stdout


def test_a_column_of_labels_is_no_name(people: Path) -> None:
    assert "cannot be both" in wrong_usage(
        "check", "p.csv", "--column", "country", "--label-column", "country"
    )
    assert "'country' cannot be both" in failed("train", "p.csv", "--column", "1-3")
