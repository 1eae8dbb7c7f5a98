"""The name in a text as people have it is read, without what is beside it."""

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from rnn_names.base.bundled import bundled_test
from rnn_names.cli.commands import app
from rnn_names.insight.explain import explain
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import NameClassifier
from rnn_names.names import titles
from rnn_names.names.beside import are_titles, key_of
from rnn_names.names.cleaning import LONGEST_CELL, STEPS, clean, cleaned
from rnn_names.names.example import Example
from rnn_names.names.spelling import has_letters, tidy

TITLES = {
    "Mr John Smith": "John Smith",
    "MR. JOHN SMITH": "JOHN SMITH",
    "mrs jane smith": "jane smith",
    "Ms. Rebecca Teichman": "Rebecca Teichman",
    "Mx A.J. Smith": "A.J. Smith",
    "Mr and Mrs Smith": "Smith",
    "Mr. & Mrs. Smith": "Smith",
    "Dr.Smith": "Smith",
    "Prof.Dr.Müller": "Müller",
    "Sir Ian McKellen": "Ian McKellen",
    "The Rt Hon Boris Johnson": "Boris Johnson",
    "The Rev. Martin Luther King": "Martin Luther King",
    "H.E. Mr. Kofi Annan": "Kofi Annan",
    "His Excellency Nana Akufo": "Nana Akufo",
    "Lt. Col. John Smith": "John Smith",
    "Lt Col John Smith": "John Smith",
    "Maj. Gen. John Smith": "John Smith",
    "Major General John Smith": "John Smith",
    "Rev. John Smith": "John Smith",
    "Herr Müller": "Müller",
    "Herrn Dipl.-Ing. Jörg Müller": "Jörg Müller",
    "Frau Prof. Dr. Anna Schmidt": "Anna Schmidt",
    "Prof. Dr. med. univ. Margit Popp, MSc": "Margit Popp",
    "Dr. h. c. Otto Kern": "Otto Kern",
    "Dr. H. Kern": "H. Kern",
    "Mag.a Anna Gruber": "Anna Gruber",
    "DI Dr. Maier": "Maier",
    "Sen. Ted Cruz": "Ted Cruz",
    "1st Lt. John Doe": "John Doe",
    "YB Dato' Seri Anwar Ibrahim": "Anwar Ibrahim",
    "к.т.н. Иванов Иван": "Иванов Иван",
    "พล.อ.ประยุทธ์ จันทร์โอชา": "ประยุทธ์ จันทร์โอชา",
    "박 사장님": "박",
    "习近平同志": "习近平",
    "Dhr. Jan de Vries": "Jan de Vries",
    "Mevr. drs. Anna de Vries": "Anna de Vries",
    "Fru Kari Nordmann": "Kari Nordmann",
    "Rouva Aino Virtanen": "Aino Virtanen",
    "Mme Dupont": "Dupont",
    "M. le Dr. Jean Valjean": "M. le Dr. Jean Valjean",  # a word that no table has ends the titles
    "Mlle Amélie Poulain": "Amélie Poulain",
    "Sig.ra Maria Rossi": "Maria Rossi",
    "Dott.ssa Giulia Bianchi": "Giulia Bianchi",
    "Avv. Paolo Verdi": "Paolo Verdi",
    "Sr. Juan Pérez": "Juan Pérez",
    "Sra. García López": "García López",
    "Lic. Carlos Fuentes": "Carlos Fuentes",
    "Sr.ª Maria Silva": "Maria Silva",
    "Dr.ª Ana Souza": "Ana Souza",
    "Dona Maria Silva": "Maria Silva",
    "Eng.º Rui Costa": "Rui Costa",
    "Doamna Ioana Popescu": "Ioana Popescu",
    "mgr inż. Jan Kowalski": "Jan Kowalski",
    "Pani Anna Nowak": "Anna Nowak",
    "ks. Jan Nowak": "Jan Nowak",
    "Ing. Jan Novák, Ph.D.": "Jan Novák",
    "MUDr. Petr Novák, CSc.": "Petr Novák",
    "Bc. Jana Nováková DiS.": "Jana Nováková DiS.",
    "özv. Kovács Jánosné": "Kovács Jánosné",
    "Dr. Nagy István": "Nagy István",
    "Gospođa Ana Horvat": "Ana Horvat",
    "Zoti Arben Hoxha": "Arben Hoxha",
    "Sayın Ayşe Yılmaz": "Ayşe Yılmaz",
    "Av. Mehmet Demir": "Mehmet Demir",
    "Ahmet Bey": "Ahmet",
    "Ayşe Hanım": "Ayşe",
    "Bpk. Budi Santoso": "Budi Santoso",
    "Hj. Siti Aminah": "Siti Aminah",
    "Tan Sri Lee Kim Yew": "Lee Kim Yew",
    "Dato' Ahmad": "Ahmad",
    "Haji Ahmad Yusof": "Ahmad Yusof",
    "Sheikh Mohammed bin Rashid": "Mohammed bin Rashid",
    "Shri Narendra Modi": "Narendra Modi",
    "Smt. Sonia Gandhi": "Sonia Gandhi",
    "Engr. Emeka Obi": "Emeka Obi",
    "Mheshimiwa Asha Juma": "Asha Juma",
    "Ông Nguyễn Văn An": "Nguyễn Văn An",
    "г-н Иванов": "Иванов",
    "Проф. д-р Иван Петров": "Иван Петров",
    "пані Олена Шевченко": "Олена Шевченко",
    "κ. Παπαδόπουλος": "Παπαδόπουλος",
    "Δρ. Μαρία Γεωργίου": "Μαρία Γεωργίου",
    "الدكتور أحمد علي": "أحمد علي",
    "د. أحمد علي": "أحمد علي",
    "آقای رضا کریمی": "رضا کریمی",
    'ד"ר יוסי כהן': "יוסי כהן",
    "גב' רות לוי": "רות לוי",
    "श्री राम कुमार": "राम कुमार",
    "डॉ. सीमा शर्मा": "सीमा शर्मा",
    "პარონი": "პარონი",
    "ბატონი გიორგი": "გიორგი",
    "Պարոն Արամ": "Արամ",
    "አቶ አበበ በቀለ": "አበበ በቀለ",
    "นายสมชาย ใจดี": "สมชาย ใจดี",
    "นางสาวสุดา ใจดี": "สุดา ใจดี",
    "ดร.สมชาย ใจดี": "สมชาย ใจดี",
    "王先生": "王",
    "王小明先生": "王小明",
    "李女士": "李",
    "田中さん": "田中",
    "田中太郎様": "田中太郎",
    "田中 様": "田中",
    "田中社長様": "田中",
    "山田太郎氏": "山田太郎",
    "김민준 씨": "김민준",
    "김민준님": "김민준",
    "Tanaka-san": "Tanaka",
    "Yamada sensei": "Yamada",
}
DEGREES = {
    "John Smith PhD": "John Smith",
    "John Smith, Ph.D.": "John Smith",
    "John Smith Ph. D.": "John Smith",
    "John Smith M.D.": "John Smith",
    "John Smith MD": "John Smith",
    "John Smith, MD, FRCS": "John Smith",
    "John Smith, CISSP, PMP": "John Smith",
    "John Smith, XRTB": "John Smith",  # in no table, but it has the look of one
    "John Smith Jr.": "John Smith",
    "John Smith Sr": "John Smith",
    "John Smith III": "John Smith",
    "Smith Jr., John": "John Smith",
    "Smith, Jr., John": "John Smith",
    "John Smith, Esq.": "John Smith",
    "John Smith MBA": "John Smith",
    "John Smith OBE": "John Smith",
    "John Smith, B.Sc.": "John Smith",
    "John Smith CPA": "John Smith",
    "John W. Ingram, V": "John W. Ingram",
    "Budi Santoso, S.E., M.M.": "Budi Santoso",
    "Andrew Ma, MA": "Andrew Ma",
    "Prof. Dr. Ahmad Syafii, S.H., M.H.": "Ahmad Syafii",
    "Ali, Md.": "Md. Ali",
    "Hannah Müller geb. Schmidt": "Hannah Müller Schmidt",
    "Marie Curie née Skłodowska": "Marie Curie Skłodowska",
}
BESIDE = {
    'Robert "Bob" Smith': "Robert Smith",
    "Robert 'Bob' Smith": "Robert Smith",
    "Robert ‘Bob’ Smith": "Robert Smith",
    "Robert “Bob” Smith": "Robert Smith",
    "Robert „Bob“ Smith": "Robert Smith",
    "Robert «Bob» Smith": "Robert Smith",
    "Robert (Bob) Smith": "Robert Smith",
    "Robert [Bob] Smith": "Robert Smith",
    "山田（やまだ）太郎": "山田 太郎",
    "Smith (Manager)": "Smith",
    "Baker (Johnson), Jenny": "Jenny Baker",
    "(Smith)": "Smith",
    '"Pelé"': "Pelé",
    '"Bob" Smith': "Bob Smith",
    "'John Smith'": "John Smith",
    "Smith (Manager": "Smith Manager",
    "John Smith,": "John Smith",
    "John Smith ;": "John Smith",
    "John Smith | CEO": "John Smith",
    "John Smith - CEO": "John Smith",
    "John Smith – Head of Sales": "John Smith",
    "Garcia - Lopez": "Garcia - Lopez",
    "\N{NO-BREAK SPACE}Dr.\N{NO-BREAK SPACE}Smith ": "Smith",
}
ADDRESSES = {
    "john.smith@gmail.com": "john smith",
    "john_smith42@gmail.com": "john smith",
    "jean-luc.picard+list@ships.example": "jean-luc picard",
    "mailto:john.smith@gmail.com": "john smith",
    "<john.smith@gmail.com>": "john smith",
    "Smith, John <js@x.org>": "John Smith",
    '"Smith, John" <js@x.org>': "John Smith",
    "John Smith <js@x.org>": "John Smith",
    "John Smith [mailto:js@x.org]": "John Smith",
    "John Smith (js@x.org)": "John Smith",
    "js@x.org (John Smith)": "John Smith",
    "John Smith, js@x.org": "John Smith",
    "From: John Smith <js@x.org>": "John Smith",
    "From: =?UTF-8?Q?J=C3=BCrgen_M=C3=BCller?= <jm@x.org>": "Jürgen Müller",
}
ORDER = {
    "Smith, John": "John Smith",
    "Smith,John": "John Smith",
    "van der Berg, Jan": "Jan van der Berg",
    "Smith, Dr. John": "John Smith",
    "Smith, Dr.": "Smith",
    "Doe, Rev. John V, Jr.": "John V Doe",
    "MURDOCK, Orrice Abram, Jr. (Abe)": "Orrice Abram MURDOCK",
    "Peuchen, Major. Arthur Godfrey": "Arthur Godfrey Peuchen",
    "Ma, Andrew": "Andrew Ma",
    "Li, Ma": "Ma Li",
    "Nguyen Van, Do": "Do Nguyen Van",
    "García López, Ana": "Ana García López",
    "Smith Jones, TJ": "TJ Smith Jones",
    "Иванов, Пётр": "Пётр Иванов",
    "علي، أحمد": "أحمد علي",
    "SMITH John": "John SMITH",
    "DE LA CRUZ Juan Carlos": "Juan Carlos DE LA CRUZ",
    "O'NEILL Mary": "Mary O'NEILL",
    "ИВАНОВ Пётр": "Пётр ИВАНОВ",
    "LEE Min-ho": "Min-ho LEE",
}
NAMES = (
    """
Sir|Dean|Major|Prince|Bishop|King|Earl|Don|Mr|Dr|Lord|Haji|Jr.|PhD|Sensei|先生|นาย
Dean Smith|Major Tom|Major Peuchen|Prince Rogers Nelson|Bishop Perkins|Earl Jones|Duke Ellington|King Lear
Don DeLillo|Don Quijote de la Mancha|Judge Reinhold|Justice Ude|Abbott|Van Jr|Maj Britt Nilsson|Gen Sato
Md. Rahman|Md Abdul Karim|Mohd. Ali bin Abu|Rahman Md|Jack Ma|Jack MA|Andrew Ma|Van Do|Do Van Minh
Ma Long|V Shantaram|Ramesh Kumar V|Pan Wei|Pak Nam Il|Ing Yun|Sri Mulyani|Tan Wei Ling|Ong Teng Cheong
Sheikh Hasina|Haji Manara|Imam Prasodjo|Pastor Maldonado|Dona Silva|El Hadji Diouf|Teodoro Obiang Mba
Amartya Kumar Sen|Bina KC|Arjun Narsingh K.C.|Admiral Muskwe
Dame Diouf|Zhang Meng|Chang Chun-kun|Ahmad Efendi|Mc Donald
J. R. R. Tolkien|J.R.Smith|A.K.M. Rezaul Karim|AKM Rezaul Karim|SR Nathan|K.H. Lee|M.D. Rahman|E. Ahamed
DJ Khaled|LI Wei|MARIA GARCIA|mueller|O'Brien|'Abd al-'Aziz|‘Alā’ al-Dīn|N'Golo Kanté|D'Angelo|Jean-Pierre
Ludwig van Beethoven|Nguyễn Văn An|Müller|Sørensen|محمد علي|السيد علي|王小明|王小君|김민준|คุณากร ใจดี
Владимир Иванов|राम कुमार|12345|-|Smith 42
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


@pytest.mark.parametrize(
    ("text", "name"),
    [pair for table in (TITLES, DEGREES, BESIDE, ADDRESSES, ORDER) for pair in table.items()],
)
def test_the_name_is_read_alone(text: str, name: str) -> None:
    assert clean(text) == name


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_no_title(name: str) -> None:
    assert cleaned(name) == (name, ())


@pytest.mark.parametrize(
    ("text", "not_read"),
    [
        ("Dr. John Smith (CEO), PhD <js@x.org>", ("Dr.", "(CEO)", "PhD", "<js@x.org>")),
        ("john.smith@gmail.com", ("@gmail.com",)),
        ("Smith, John", ()),
        ("田中様", ("様",)),
        ("John Smith", ()),
    ],
)
def test_what_is_not_read_is_told_in_the_order_of_the_text(text: str, not_read: tuple[str, ...]) -> None:
    assert cleaned(text).not_read == not_read


@pytest.mark.parametrize(
    "table",
    [name for name, value in vars(titles).items() if isinstance(value, frozenset) and name != "MIXED"],
)
def test_the_words_of_the_tables_are_written_as_they_are_looked_up(table: str) -> None:
    entries = getattr(titles, table)
    assert [entry for entry in entries if " ".join(map(key_of, entry.split())) not in entries] == []


def test_a_word_stands_in_one_table_of_a_place() -> None:
    assert not titles.BEFORE & (titles.BEFORE_LONG | titles.BEFORE_DOTTED)
    assert not titles.BEHIND & (titles.BEHIND_LONG | titles.BEHIND_IN_CAPITALS | titles.BEHIND_A_COMMA)
    assert not titles.BEHIND_LONG & titles.BEHIND_IN_CAPITALS
    assert not titles.BEHIND_IN_CAPITALS & titles.BEHIND_A_COMMA


def test_nearly_no_name_of_people_is_changed() -> None:
    """Those that are have a title: Bey, Doctor, Haji."""
    with gzip.open(bundled_test(), "rt", encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file, delimiter="\t")]
    assert len(names) > 4000
    changed = [name for name in names if clean(name) != name]
    assert all({"Bey", "Doctor", "Haji"} & {*name.split()} for name in changed)
    assert len(changed) < 6


PARTS = st.sampled_from(
    [
        part
        for table in (TITLES, DEGREES, BESIDE, ADDRESSES, ORDER)
        for text in table
        for part in text.split(" ")
    ]
)
SIGNS = st.text("\"'“”‘’()<>[]@.,;:|=?- \t\N{NO-BREAK SPACE}aB", max_size=3)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.lists(st.one_of(PARTS, SIGNS), max_size=8).map(" ".join),
    st.lists(st.one_of(PARTS, SIGNS), max_size=8).map("".join),
)


@given(TEXTS)
def test_a_clean_name_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(TEXTS)
def test_a_name_is_left_wherever_there_was_one(text: str) -> None:
    name, _ = cleaned(text)
    assert has_letters(name) or not has_letters(text) or (name == "" and are_titles(text))


@pytest.mark.parametrize("text", ["Mr.", " MR.", "Prof. Dr.", "(Frau.)", "г-н.", "Dr. (Prof.) <>"])
def test_titles_alone_are_no_name(knowing: Checkpoint, text: str) -> None:
    assert clean(text) == ""
    classifier, raw = NameClassifier(knowing), NameClassifier(knowing, raw=True)
    assert classifier.predict([text, "Müller"]) == [[], *classifier.predict(["Müller"])]
    assert np.isnan(classifier.predict_proba([text])).all()
    assert raw.predict([text])[0]
    assert classifier.evaluate([Example(text, "Germany"), Example("Müller", "Germany")])[0].n == 1
    (explained,) = explain(classifier, [text])
    assert explained.country is None
    assert " ".join(explained.not_read) in text.strip()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("Dr. (Schmidt)", "Schmidt"), ("Prof. [Rossi]", "Rossi"), ("Mr. | Rossi", "Rossi")),
        *(("Mr. <hans.mueller@x.de>", "hans mueller"), ("Dr. (CEO) <>", "CEO")),
    ],
)
def test_a_name_among_signs_behind_a_title_is_read(text: str, name: str) -> None:
    assert clean(text).strip("<>()[]| ") == name


@given(TEXTS)
def test_a_name_that_is_not_looked_at_has_nothing_to_clean(text: str) -> None:
    """The quick test says the same as the steps do."""
    if cleaned(text) == (text, ()) and len(text) <= LONGEST_CELL:
        for step in STEPS:
            name = tidy(step(tidy(text)).name)
            assert name == tidy(text) or not has_letters(name)


def test_a_long_text_is_read_as_it_is() -> None:
    text = "Dr. " + "a" * LONGEST_CELL
    assert clean(text) == text


def test_python_and_the_shell_read_the_same(model: Checkpoint) -> None:
    classifier, raw = NameClassifier(model), NameClassifier(model, raw=True)
    dirty, name = "Herr Müller (Manager)", "Müller"
    assert classifier.predict([dirty]) == classifier.predict([name]) == raw.predict([name])
    assert raw.predict([dirty]) != raw.predict([name])
    assert classifier.unknown_letters("“Müller”") == ""
    assert (
        classifier.evaluate([Example(dirty, "Germany")])[0] == raw.evaluate([Example(name, "Germany")])[0]
    )


@pytest.fixture
def run(knowing: Checkpoint, tmp_path: Path) -> Callable[..., str]:
    checkpoint.save(tmp_path / "knowing.npz", knowing)

    def result(*args: object) -> str:
        done = CliRunner().invoke(app, [*map(str, args), "-m", str(tmp_path / "knowing.npz")])
        assert done.exit_code == 0, done.output
        return done.stdout

    return result


def test_predict_keeps_the_text_and_reads_the_name(run: Callable[..., str]) -> None:
    name, dirty, raw = (
        next(csv.DictReader(run("predict", "--format", "csv", *args).splitlines()))
        for args in (("Anna Schmidt",), ("Frau Anna Schmidt",), ("--raw", "Frau Anna Schmidt"))
    )
    assert dirty.pop("name") == raw.pop("name") == "Frau Anna Schmidt"
    del name["name"]
    assert dirty == name != raw


def test_explain_says_what_is_not_read(run: Callable[..., str]) -> None:
    (record,) = json.loads(run("explain", "--format", "json", "Frau Schmidt (Chefin)"))
    assert record["name"] == "Frau Schmidt (Chefin)"
    assert record["not_read"] == ["Frau", "(Chefin)"]
    assert [x["letter"] for x in record["letters"]] == [*"schmidt"]
    (raw,) = json.loads(run("explain", "--raw", "--format", "json", "Frau Schmidt"))
    assert raw["not_read"] == []
    assert len(raw["letters"]) > len(record["letters"])
    assert "\nnot read: Frau, (Chefin)\n" in run("explain", "Frau Schmidt (Chefin)")
    assert "not read" not in run("explain", "Schmidt")


def test_evaluate_scores_the_same_reading(run: Callable[..., str], tmp_path: Path) -> None:
    people, plain = tmp_path / "people.csv", tmp_path / "plain.csv"
    people.write_text("name,country\nHerr Schmidt (Chef),Germany\n", encoding="utf-8")
    plain.write_text("name,country\nSchmidt,Germany\n", encoding="utf-8")
    ask = ("evaluate", "--format", "json")
    assert run(*ask, people) == run(*ask, plain) != run(*ask, "--raw", people)
