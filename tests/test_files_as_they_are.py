"""Files as people have them: the command of tests/files/README.md reads each at the first try.

What is written has the form of what was read. `check` tells the same commands.
"""

import csv
import gzip
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rnn_names.model.classifier import NameClassifier
from tests.test_cli import failed, fine, invoke

FILES = Path(__file__).with_name("files")
ROWS = re.findall(
    r"^\| `([^`]+)` \| .* \| `([^`]+)` \|$", (FILES / "README.md").read_text("utf-8"), re.MULTILINE
)
COMMANDS = {file: command.replace("\\|", "|") for file, command in ROWS}
TOLD = ["api.json", "contacts.vcf", "linkedin.csv", "mail.mbox", "psql-table.txt"]  # by an error
SHEETS = ["excel.xlsx", "libreoffice.ods"]
STAFF = ["Ana Kovačević", "Þór Jónsson", "", "Zoë O'Neill"]

# Of each file the encoding, the delimiter and the line end, or how else it is written; then the names.
CASES: dict[str, tuple[str, list[str]]] = {
    "1c-russian.csv": ("cp1251 ; CRLF", ["Ирина Павловна Кузнецова", "Рустам Азатович Юсупов"]),
    "api.jsonl": ("jsonl", ["José Müller", "", "Aoi Tanaka"]),
    "duckdb.csv.gz": ("utf-8 | LF", ["Bayarmaa Dorj", "Batbayar Ganbold"]),
    "excel-french.csv": ("cp1252 ; CRLF", ["Chloé Lefèvre", "Inès Ñañez", "Noël Gœtz"]),
    "excel-german.csv": ("cp1252 ; CRLF", ["Jördis Großmann", "Cem Öztürk", "Jürgen Weiß"]),
    "excel-japanese.csv": ("cp932 , CRLF", ["山本 陽菜", "鈴木 蓮"]),
    "excel-korean.csv": ("cp949 , CRLF", ["김하윤", "박서준"]),
    "excel-macintosh.csv": ("mac_roman ; CR", ["Zoé Dubois", "François Béranger"]),
    "excel-sep.csv": ("utf-8 ; CRLF", ["Sanne van den Berg", "Daan de Boer, jr."]),
    "excel-unicode.txt": ("utf-16 TAB CRLF", ["Дарья Соколова", "Тарас Бондаренко"]),
    "excel-utf8.csv": ("utf-8-sig ; CRLF", ["Șerban Ionescu", "Łucja Wiśniewska"]),
    "excel.xlsx": ("utf-8 , LF", ["Chloé Lefèvre", "Inès Ñañez", "Noël Gœtz"]),
    "google-contacts-old.csv": ("utf-8 , LF", ["Isla MacLeod", "Bjørn Åse"]),
    "google-contacts.csv": ("utf-8 , LF", ["Priya S. Raghavan", "Mehmet Yılmaz", ""]),
    "libreoffice.csv": ("utf-8 , LF", ["Maria Rossi", "Luca Bianchi", "Carla Esposito"]),
    "libreoffice.ods": ("utf-8 , LF", ["Maria Rossi", "Luca Bianchi", "Carla Esposito"]),
    "list-notepad.txt": ("text cp1252", ["Müller", "Grün", "Schäfer-Weiß", "Özdemir"]),
    "list.txt": ("text utf-8", ["Sørensen", "", "García Márquez", "O’Brien"]),
    "mail-from.txt": ("text utf-8", ["Jörg Krauß", "Ada Okonkwo", "Marta Nowak", "luis ortega"]),
    "mysql-batch.tsv": ("utf-8 TAB LF bare", STAFF),
    "mysql-outfile.txt": ("utf-8 TAB LF bare", STAFF),
    "names.json": ("json", ["Ngozi Okafor", "Chinedu Eze"]),
    "outlook.csv": ("cp1252 , CRLF", ["Käthe Schröder", "Aarón J. Núñez"]),
    "pandas-quoted.tsv": ("utf-8 TAB LF", ["Olena Shevchenko", "Zsófia Kovács", "", "Nguyễn Thị Hương"]),
    "pandas.csv": ("utf-8 , LF", ["Olena Shevchenko", "Zsófia Kovács", "", "Nguyễn Thị Hương"]),
    "pandas.json": ("json", ["Olena Shevchenko", "Zsófia Kovács", "", "Nguyễn Thị Hương"]),
    "polars.ndjson": ("jsonl", ["Wiremu Tāmati", "Leilani Kealoha"]),
    "psql-copy-header.csv": ("utf-8 , LF", STAFF),
    "psql-copy.tsv": ("utf-8 TAB LF bare", STAFF),
    "psql-unaligned.txt": ("utf-8 | LF", STAFF),
    "r-csv2.csv": ("utf-8 ; LF", ["Awa Traoré", "Moussa Keïta", ""]),
    "salesforce.csv": ("utf-8 , LF", ["Mia Fernández", "Li Wei", "Ada Rossi", "Hao Zhang"]),
    "spanish-school.csv": ("utf-8-sig ; CRLF", ["Ainhoa García Iturbe", "Íñigo Peña"]),
    "sqlite-list.txt": ("utf-8 | LF", ["Siobhán Ní Bhriain", "Jānis Ozoliņš", "", "Mircea Popescu"]),
    "sqlite.csv": ("utf-8 , LF", ["Siobhán Ní Bhriain", "Jān|is Ozoliņš", "", "Mircea Popescu"]),
    "thunderbird.csv": ("utf-8 , LF", ["Helena Virtanen", "Tapio Mäkinen"]),
}
LINE_ENDS = {"CRLF": "\r\n", "CR": "\r", "LF": "\n"}


@pytest.fixture
def there(here: Path) -> Path:
    """The current folder, with the files in it."""
    shutil.copytree(FILES, here, dirs_exist_ok=True)
    return here


def needs(file: str) -> None:
    if file in SHEETS:
        pytest.importorskip("python_calamine")


def words(file: str) -> list[str]:
    return shlex.split(COMMANDS[file])[1:]


def marked(files: list[str]) -> list[Any]:
    return [pytest.param(file, marks=pytest.mark.extras if file in SHEETS else ()) for file in files]


def test_every_file_has_its_line_and_its_test() -> None:
    there = {path.name for path in FILES.iterdir()} - {"README.md"}
    assert there == set(COMMANDS) == {*CASES, *TOLD}
    assert len(there) >= 30


@pytest.mark.parametrize("file", marked([*CASES]))
def test_the_command_works_at_the_first_try(
    there: Path, model_file: Path, classifier: NameClassifier, file: str
) -> None:
    needs(file)
    how, names = CASES[file]
    done = fine(*words(file), "-m", model_file, "-k", 1)
    answers = [
        (guess[0].country, guess[0].probability) if guess else None for guess in classifier.predict(names)
    ]
    if how in ("json", "jsonl") or how.startswith("text"):
        got, kept, own = of_records(there / file, how, done.stdout)
    else:
        got, kept, own = of_table(there / file, how, done.stdout_bytes)
    assert kept == own
    assert [None if answer is None else answer[0] for answer in got] == [
        None if answer is None else answer[0] for answer in answers
    ]
    for one, other in zip(got, answers, strict=True):
        if one and other:
            assert one[1] == pytest.approx(other[1], abs=2e-6)


Answers = list[tuple[str, float] | None]


def of_records(path: Path, how: str, written: str) -> tuple[Answers, list[Any], list[Any]]:
    """The answers, and what stands beside them; and the records of the file."""
    found = json.loads(written) if how == "json" else list(map(json.loads, written.splitlines()))
    added = ("country", "probability", "top", "unknown_letters")
    kept = [{key: value for key, value in record.items() if key not in added} for record in found]
    if how == "jsonl":
        own = list(map(json.loads, path.read_text("utf-8").splitlines()))
    elif how == "json":
        own = [
            one if isinstance(one, dict) else {"name": one} for one in json.loads(path.read_text("utf-8"))
        ]
    else:
        own = [{"name": line} for line in path.read_text(how.split()[1]).splitlines()]
    return [(r["country"], r["probability"]) if r["country"] else None for r in found], kept, own


def of_table(path: Path, how: str, written: bytes) -> tuple[Answers, list[Any], list[Any]]:
    """The same of a table, which is written with the encoding, delimiter and line ends of the file."""
    encoding, mark, ends, *bare = how.split()
    mark = {"TAB": "\t"}.get(mark, mark)
    options: dict[str, Any] = {"delimiter": mark, **({"quoting": csv.QUOTE_NONE} if bare else {})}
    text = written.decode(encoding)
    assert text.endswith(LINE_ENDS[ends])
    assert ends != "CRLF" or text.count("\r\n") >= len(text.splitlines()) - 2  # but for breaks in cells
    rows = list(csv.reader(io.StringIO(text, newline=""), **options))
    if path.name in SHEETS:
        source = path.with_name("excel-french.csv" if path.suffix == ".xlsx" else "libreoffice.csv")
        mark, encoding = (";", "cp1252") if path.suffix == ".xlsx" else (",", "utf-8")
        own = list(csv.reader(io.StringIO(source.read_text(encoding), newline=""), delimiter=mark))
    else:
        data = path.read_bytes()
        unpacked = (gzip.decompress(data) if path.suffix == ".gz" else data).decode(encoding)
        own = list(csv.reader(io.StringIO(unpacked, newline=""), **options))
    own = own[1:] if own[0] == ["sep="] or own[0][0].startswith("sep=") else own
    header = "-H" not in words(path.name)
    assert not header or rows[0][-3:] == ["country", "probability", "unknown_letters"]
    answers: Answers = [(row[-3], float(row[-2])) if row[-3] else None for row in rows[header:]]
    return answers, [row[:-3] for row in rows], own


@pytest.mark.parametrize("file", marked([*CASES]))
def test_check_tells_the_command(there: Path, file: str) -> None:
    """Without options where the file itself says enough, else with those that must be told."""
    needs(file)
    told = [word for word in words(file)[3:] if "-e" not in words(file)]
    found = json.loads(fine("check", file, *told, "--format", "json").stdout)
    assert found["commands"]["predict"] == COMMANDS[file]
    assert found["rows"] == len(CASES[file][1])
    assert found["no_letters"]["n"] == CASES[file][1].count("")


@pytest.mark.parametrize("file", TOLD)
@pytest.mark.parametrize("command", ["predict", "check", "train"])
def test_what_holds_more_than_names_tells_how_to_get_them(there: Path, command: str, file: str) -> None:
    assert COMMANDS[file] in failed(command, *(["-i"] if command == "predict" else []), file)


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("api.json", ["Fatima Zahra Alaoui", "Youssef Benali"]),
        ("contacts.vcf", ["Anaïs Girard", "Goran Petrović"]),
        ("mail.mbox", ["From: luis.ortega82@example.org"]),
        ("linkedin.csv", ["Thandiwe"]),
    ],
)
def test_the_command_of_the_error_works(there: Path, model_file: Path, file: str, names: list[str]) -> None:
    line = COMMANDS[file]
    if shutil.which(line.split()[0]) is None:
        pytest.skip(f"{line.split()[0]} is not installed")
    if "|" not in line:
        line += "; rnn-names predict -i " + line.partition(" > ")[2]
    program = shlex.quote(str(Path(sys.executable).with_name("rnn-names")))
    line = line.replace("rnn-names", program) + f" -m {shlex.quote(str(model_file))}"
    done = subprocess.run(line, shell=True, capture_output=True, check=True)
    for name in names:
        assert name in done.stdout.decode()


def test_labels_are_found_under_their_word(there: Path) -> None:
    found = json.loads(fine("check", "salesforce.csv", "--format", "json").stdout)
    assert found["commands"]["train"] == "rnn-names train salesforce.csv --label-column MailingCountry"
    for file in ("google-contacts.csv", "google-contacts-old.csv", "outlook.csv", "excel-german.csv"):
        assert "train" not in json.loads(fine("check", file, "--format", "json").stdout)["commands"]


def test_a_dump_without_a_header_says_what_to_give(there: Path) -> None:
    assert "give --column one of them, or its number from 1, and -H if these are no header" in failed(
        "predict", "-i", "psql-copy.tsv"
    )
    done = invoke("check", "mysql-outfile.txt")
    assert "line 1 has columns; give -t and --column, and -H if line 1 is no header" in done.stderr
