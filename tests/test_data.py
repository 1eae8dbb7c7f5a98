"""The bundled lists of names: their format, their counts, and the romanisation of other scripts."""

import importlib.util
import re
import sys
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

DATA = Path(__file__).resolve().parent.parent / "data"
FILES = sorted([*DATA.glob("surnames/*.txt"), *DATA.glob("given/*.txt")])
ONE_LETTER = {("China", "E"), ("South Korea", "O"), ("Vietnam", "Ý")}
GLUED_UNLESS = ("Mc", "Mac", "De", "Di", "Le", "La", "Van", "Du")


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"data_{name}", DATA / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


romanise = load("romanise")
clean = load("clean")


def names(path: Path) -> list[str]:
    """The names of a list; a tab and a weight may follow a name."""
    lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    return [line.partition("\t")[0] for line in lines]


def fold(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def faults(country: str, name: str) -> Iterator[str]:
    """Yield the faults of a name, judged without the code that built the list."""
    if len(name) < 2 and (country, name) not in ONE_LETTER:
        yield "too short"
    if name != unicodedata.normalize("NFC", name):
        yield "not NFC"
    if name != " ".join(name.split()):
        yield "blanks"
    if not all(c in " '-" or unicodedata.name(c).startswith("LATIN ") for c in name):
        yield "odd characters"
    if re.search(r"\d|--|''|[-']$|^-|- | -", name):
        yield "punctuation"
    for word in re.split(r"[ '-]", name):
        for at, (before, after) in enumerate(pairwise(word), 1):
            if after.isupper() and not (word[:at] in GLUED_UNLESS or before + after == "IJ"):
                yield "glued"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_list_is_clean(path: Path) -> None:
    raw = path.read_bytes()
    listed = names(path)
    assert raw.endswith(b"\n")
    assert b"\r" not in raw
    assert listed == sorted(listed)
    assert len({fold(name) for name in listed}) == len(listed)
    assert [(name, f) for name in listed for f in faults(path.stem, name)] == []
    assert path.name == unicodedata.normalize("NFC", path.name)


@pytest.mark.parametrize(
    "name",
    ["DavidovićAmić", "Bena?", "Domokos (name)", "COmfort", "Karl 2", "Иванов", "Ma--", "a\u0325x"],
)
def test_the_checks_see_what_is_wrong(name: str) -> None:
    assert list(faults("Croatia", name))
    assert clean.fault(name)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  Van\u00a0 der  Berg ", "Van der Berg"),
        ("O\u2019Neill", "O'Neill"),
        ("G\u02bbulomov", "G'ulomov"),
        ("MÜLLER", "Müller"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("Ajose-adeogun", "Ajose-Adeogun"),
        ("d' Heripon", "d'Heripon"),
        ("van 't Riet", "van 't Riet"),
    ],
)
def test_cleaning(raw: str, cleaned: str) -> None:
    assert clean.clean(raw) == cleaned
    assert clean.fault(cleaned) == ""


def test_of_two_spellings_the_one_with_more_capitals_stays() -> None:
    assert clean.unique(["Mcdonald", "McDonald", "Adam"]) == ["Adam", "McDonald"]


def test_counts() -> None:
    surnames = {path.stem: len(names(path)) for path in FILES if path.parent.name == "surnames"}
    given = {path.stem: len(names(path)) for path in FILES if path.parent.name == "given"}
    assert 43 <= len(surnames) <= 47
    assert surnames.keys() == given.keys()
    assert 50_000 <= sum(surnames.values()) <= 60_000
    assert min(surnames.values()) >= 100
    assert min(given.values()) >= 100
    counts = readme().partition("<!-- counts: begin -->")[2].partition("<!-- counts: end -->")[0]
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| (\d+) \|", counts, re.MULTILINE)
    counted = {country: (int(s), int(g)) for country, s, g in rows}
    total = counted.pop(f"{len(surnames)} countries")
    assert counted == {country: (surnames[country], given[country]) for country in surnames}
    assert total == (sum(surnames.values()), sum(given.values()))


def readme() -> str:
    return (DATA / "README.md").read_text(encoding="utf-8")


def test_no_list_is_a_copy_of_another() -> None:
    lists = {p.stem: {fold(n) for n in names(p)} for p in FILES if p.parent.name == "surnames"}
    copies = [
        (one, other)
        for one, mine in lists.items()
        for other, theirs in lists.items()
        if one != other and len(mine & theirs) > 0.6 * len(mine)
    ]
    assert copies == []


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("Vietnam", "Nguyễn Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý"),
        ("South Korea", "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim"),
        ("China", "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Lyu Ouyang Zeng Shan E"),
        ("Japan", "Sato Suzuki Takahashi Tanaka Ito Inoue Ono Homma Hattori Matsuura"),
        ("Russia", "Ivanov Ivanova Yakovlev Dostoyevsky Chekhov Shcherbakov"),
        ("Ukraine", "Shevchenko Kovalenko Bondarenko"),
        ("Greece", "Papadopoulos Papadopoulou"),
        ("Poland", "Kowalski Kowalska Wójcik"),
        ("Czechia", "Novák Nováková Dvořák"),
        ("Germany", "Müller Schmidt Schäfer"),
        ("Denmark", "Jensen Møller Sørensen"),
        ("Ireland", "O'Brien McCarthy"),
        ("Netherlands", "Bakker Visser Smit"),
    ],
)
def test_well_known_surnames_are_there(country: str, expected: str) -> None:
    listed = set(names(DATA / "surnames" / f"{country}.txt"))
    assert [name for name in expected.split() if name not in listed] == []


@pytest.mark.parametrize("country", ["South Korea", "Ireland", "Vietnam", "Germany"])
def test_what_is_not_a_surname_there_is_not_there(country: str) -> None:
    wrong = {"Gim", "Bag", "Choe", "Nguyen", "Le", "Xx", "auch Schlauchin", "Gro"}
    assert wrong.isdisjoint(names(DATA / "surnames" / f"{country}.txt"))


ROMANISED = {
    "Russia": {
        "Щербаков": "Shcherbakov",
        "Достоевский": "Dostoyevsky",
        "Юрий": "Yury",
        "Ельцин": "Yeltsin",
        "Соловьёв": "Solovyev",
        "Горбачёв": "Gorbachev",
        "Наталья": "Natalya",
        "Ива\u0301нов": "Ivanov",
        "Семёнов-Тянский": "Semenov-Tyansky",
    },
    "Ukraine": {
        "Згурський": "Zghurskyi",
        "Юрій": "Yurii",
        "Яценко": "Yatsenko",
        "Євген": "Yevhen",
        "Мар'яна": "Mariana",
        "Їжак": "Yizhak",
        "Гончаренко": "Honcharenko",
        "Ґудзь": "Gudz",
    },
    "Bulgaria": {"Щерев": "Shterev", "Мария": "Maria", "Ъглов": "Aglov", "Илияна": "Iliyana"},
    "North Macedonia": {"Ѓорѓиевски": "Gjorgjievski", "Ќосе": "Kjose", "Џамбаз": "Djambaz"},
    "Kazakhstan": {"Әуезов": "Auezov", "Нұрсұлтан": "Nursultan", "Ғани": "Ghani"},
    "Greece": {
        "Παπαδόπουλος": "Papadopoulos",
        "Ευαγγέλου": "Evangelou",
        "Μπακογιάννης": "Bakogiannis",
        "Λάμπρος": "Lampros",
        "Ευθυμίου": "Efthymiou",
        "Παύλος": "Pavlos",
        "Αγγελόπουλος": "Angelopoulos",
        "Γκίκας": "Gkikas",
        "Σφυγξ": "Sfynx",
        "Ταΰγετος": "Taygetos",
    },
    "Armenia": {
        "Պետրոսյան": "Petrosyan",
        "Հովհաննիսյան": "Hovhannisyan",
        "Ոսկանյան": "Voskanyan",
        "Եղիազարյան": "Yeghiazaryan",
        "Ուլիխանյան": "Ulikhanyan",
        "Գևորգյան": "Gevorgyan",
    },
    "Georgia": {"ბერიძე": "Beridze", "წიკლაური": "Tsiklauri", "ჭავჭავაძე": "Chavchavadze"},
    "Japan": {
        "さとう 佐藤": "Sato",
        "いのうえ 井上": "Inoue",
        "まつうら 松浦": "Matsuura",
        "おおの 大野": "Ono",
        "よこお 横尾": "Yokoo",
        "ほんま 本間": "Homma",
        "はっとり 服部": "Hattori",
        "りゅういち": "Ryuichi",
        "こうめ": "Koume",
        "Sato": "Sato",
    },
}


@pytest.mark.parametrize(
    ("country", "written", "latin"),
    [(country, a, b) for country, pairs in ROMANISED.items() for a, b in pairs.items()],
)
def test_romanisation(country: str, written: str, latin: str) -> None:
    assert romanise.ROMANISERS[country](written, "surnames") == (latin,)


@pytest.mark.parametrize(
    ("hangul", "latin"), [("김", "Kim"), ("이", "Lee"), ("박", "Park"), ("최", "Choi"), ("정", "Jung")]
)
def test_korean_surnames_have_their_customary_spelling_first(hangul: str, latin: str) -> None:
    assert romanise.korean(hangul, "surnames")[0] == latin


@pytest.mark.parametrize(
    ("hangul", "latin"), [("민준", "Minjun"), ("석원", "Seokwon"), ("별라", "Byeolla"), ("빛나", "Bitna")]
)
def test_korean_given_names_are_revised_romanization_joined(hangul: str, latin: str) -> None:
    assert romanise.korean(hangul, "given") == (latin,)


@pytest.mark.parametrize(
    ("hanzi", "latin"),
    [("单", "Shan"), ("仇", "Qiu"), ("曾", "Zeng"), ("解", "Xie"), ("查", "Zha"), ("尉迟", "Yuchi")],
)
def test_chinese_surnames_have_their_own_readings(hanzi: str, latin: str) -> None:
    assert romanise.chinese(hanzi, "surnames") == (latin,)


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [("Đorđević", "Ђорђевић"), ("Njegoš", "Његош"), ("LJUBICA", "ЉУБИЦА"), ("Hadži-Žujić", "Хаџи-Жујић")],
)
def test_serbian_letters_are_one_for_one(latin: str, cyrillic: str) -> None:
    assert romanise.serbian_cyrillic(latin) == cyrillic
    assert set(romanise.SERBIAN.values()) == set("абвгдђежзијклљмнњопрстћуфхцчџш")


def test_what_a_table_does_not_know_is_seen() -> None:
    (name,) = romanise.russian("Їжак", "surnames")
    assert clean.fault(name) == "letters that are not Latin"


def test_what_nearly_everybody_is_called_weighs_more() -> None:
    """Bearers of Vietnam's surnames, per thousand people."""
    lines = (DATA / "surnames" / "Vietnam.txt").read_text(encoding="utf-8").splitlines()
    weights = {name: float(weight) for name, tab, weight in (line.partition("\t") for line in lines) if tab}
    assert len(weights) == 16
    assert max(weights, key=weights.__getitem__) == "Nguyễn"
    assert 850 < sum(weights.values()) < 1000
