"""Names of people from lists of the world: how they are cleaned, and which are left out."""

import gzip
import io
import pickle
import sys
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.base.bundled import bundled_test
from rnn_names.names.countries import countries
from rnn_names.names.examples import read_examples
from rnn_names.names.spelling import split_key

DATA = Path(__file__).resolve().parent.parent / "data"
sys.path.insert(0, str(DATA))

import demonyms  # noqa: E402  # of the scripts that build the data
import people  # noqa: E402
import person  # noqa: E402
import world  # noqa: E402
from sources import SourceError  # noqa: E402

WORLD = sorted((DATA / "world").glob("*.tsv*"))
TEST = DATA / "test" / "names.tsv.gz"


@pytest.mark.parametrize(
    ("raw", "country", "name"),
    [
        # titles before and behind, with a blank and without
        ("Dr.Hanan bint Abdulraheem Al-Ahmadi", "Saudi Arabia", "Hanan bint Abdulraheem Al-Ahmadi"),
        ("Maj.Gen.Nasser bin Ghazi Al-Otaibi", "Saudi Arabia", "Nasser bin Ghazi Al-Otaibi"),
        ("Dr.Md.Anowar Hossain", "Bangladesh", "Md. Anowar Hossain"),
        ("Mag. Dr. Wolfgang Zinggl", "Austria", "Wolfgang Zinggl"),
        ("Senator the Hon Michaelia Cash", "Australia", "Michaelia Cash"),
        ("M. Kokou Agbo", "Togo", "Kokou Agbo"),
        ("M. Kokou Agbo", "Ghana", "M. Kokou Agbo"),
        ("Haji Naqibullah Mohbut", "Afghanistan", "Naqibullah Mohbut"),
        ("Haji Juma Sereweji", "Tanzania", "Haji Juma Sereweji"),
        ("O. S H.D. Javier Ortega", "Panama", "Javier Ortega"),
        ("Slaa Peter Dr. Wilbrod", "Tanzania", "Slaa Peter Wilbrod"),
        ("मा.केशरी घर्ति मगर", "Nepal", "केशरी घर्ति मगर"),
        ("मा मिना चौधरी", "Nepal", "मिना चौधरी"),
        ("मानव सिंह", "India", "मानव सिंह"),
        ("นายชูเกียรติ รัตนชัยชาญ", "Thailand", "ชูเกียรติ รัตนชัยชาญ"),
        ("نائب", "Iraq", "نائب"),
        ("الشيخ الدكتور مجيد محسن", "Bahrain", "مجيد محسن"),
        ("د . محمد هادي الحويلة", "Kuwait", "محمد هادي الحويلة"),
        ("Owen S. Arthur, Q.C., M.P.", "Barbados", "Owen S. Arthur"),
        ("Amo Houghton, Jr.", "United States", "Amo Houghton"),
        ("H. John Heinz Iii", "United States", "H. John Heinz"),
        ("Llin Golding, Baroness Golding", "United Kingdom", "Llin Golding"),
        ("Jim Simatab, MP", "Papua New Guinea", "Jim Simatab"),
        ("Ir. H. Airlangga Hartarto, M.M.T., M.B.A.", "Indonesia", "Airlangga Hartarto"),
        ("Drs. M.Si Yoseph Umar Hadi,", "Indonesia", "Yoseph Umar Hadi"),
        ("mohammad akbari , bamyan", "Afghanistan", "Mohammad Akbari"),
        ('Howard P. "Buck" McKeon', "United States", "Howard P. McKeon"),
        ("Madeleine née Mbono Samba", "Cameroon", "Madeleine Mbono Samba"),
        # a comma tells the order
        ("Rao, Shri Muthamsetti", "India", "Muthamsetti Rao"),
        ("P., Shri Nagarajan", "India", "Nagarajan P."),
        ("Hegedűs, Lorántné", "Hungary", "Lorántné Hegedűs"),
        ("Tupas, Niel Jr. C.", "Philippines", "Niel C. Tupas"),
        ("Исаков, Исмаил Исакович", "Kyrgyzstan", "Исмаил Исакович Исаков"),
        # one sign
        ("Ze`ev Boim", "Israel", "Ze'ev Boim"),
        ("Điểu K` Rứ", "Vietnam", "Điểu K' Rứ"),
        ("Denis O’Rourke", "New Zealand", "Denis O'Rourke"),
        ("'Aisake Valu Eke", "Tonga", "'Aisake Valu Eke"),
        ("Sa\x9aa Ðokiæ", "Kosovo", "Saša Đokić"),
        ("N\x92Doula Thiam", "Mali", "N'Doula Thiam"),
        ("Federico Calabro'", "Italy", "Federico Calabrò"),
        ("!Coma Moses", "Namibia", "ǃComa Moses"),
        ("Lungi Mnganga - Gcabashe", "South Africa", "Lungi Mnganga-Gcabashe"),
        ("Basile . Olongo Pongo", "DR Congo", "Basile Olongo Pongo"),
        ("نھلة سعدی", "Iraq", "نهلة سعدي"),
        ("مجيد جليل", "Iran", "مجید جلیل"),
        ("රනිල් වික් රමසිංහ", "Sri Lanka", "රනිල් වික්\u200dරමසිංහ"),
        ("සජිත් ප්\u200dරේමදාස", "Sri Lanka", "සජිත් ප්\u200dරේමදාස"),
        ("حسين\u200cزاده بحريني", "Iran", "حسین\u200cزاده بحرینی"),
        ("Во́лков", "Russia", "Волков"),
        # capitals and glued words
        ("ДЕНИЦА ИВАЙЛОВА МИТОВА-ИЛИЕВА", "Bulgaria", "Деница Ивайлова Митова-Илиева"),
        ("LjILjANA BERONjA", "Serbia", "Ljiljana Beronja"),
        ("Talat DZaferi", "North Macedonia", "Talat Dzaferi"),
        ("Cecil McKIE", "Ghana", "Cecil McKie"),
        ("TolegenToktasynovich Ibrayev", "Kazakhstan", "Tolegen Toktasynovich Ibrayev"),
        ("Joe FitzPatrick", "United Kingdom", "Joe FitzPatrick"),
        ("Tony deBrum", "Marshall Islands", "Tony deBrum"),
        ("AJ Bridge", "United Kingdom", "AJ Bridge"),
        ("Anastácia S.Amaral", "Timor-Leste", "Anastácia S. Amaral"),
        ("იოსებ ხაბარელი", "Georgia", "იოსებ ხაბარელი"),
        ("abiodun olasupo", "Nigeria", "Abiodun Olasupo"),
        ("sani Mohammed", "Nigeria", "Sani Mohammed"),
        ("de Happy Feyou", "Cameroon", "de Happy Feyou"),
        ("Ambassador.Dr. Mark Al-Mark", "Saudi Arabia", "Mark Al-Mark"),
        ("IJsbrand van Dijk", "Netherlands", "IJsbrand van Dijk"),
        ("Amartya Sen", "India", "Amartya Sen"),
        ("Jong Vi Xi", "China", "Jong Vi Xi"),
    ],
)
def test_one_form_of_a_name(raw: str, country: str, name: str) -> None:
    cleaned = person.clean_person(raw, country, "en")
    assert cleaned == name
    assert person.clean_person(cleaned, country, "en") == name


@pytest.mark.parametrize(
    ("raw", "country", "language", "name"),
    [
        ("Skrekas Theodoros", "Greece", "", "Theodoros Skrekas"),
        ("Μαυρονικόλα Ρούλα", "Cyprus", "el", "Ρούλα Μαυρονικόλα"),
        ("Кришин Олег Юрійович", "Ukraine", "", "Олег Юрійович Кришин"),
        ("ИСАКОВ Эсенгул Байдалиевич", "Kyrgyzstan", "ru", "Эсенгул Байдалиевич Исаков"),
        ("Ben Ali Mohamed", "Algeria", "", "Mohamed Ben Ali"),
        ("Theodoros Skrekas", "Greece", "en", "Theodoros Skrekas"),
        ("Nguyễn Bá Thuyền", "Vietnam", "", "Nguyễn Bá Thuyền"),
        ("Kim Yong-nam", "North Korea", "", "Kim Yong-nam"),
    ],
)
def test_given_names_first(raw: str, country: str, language: str, name: str) -> None:
    assert person.clean_person(raw, country, language) == name


@pytest.mark.parametrize(
    ("name", "country", "reason"),
    [
        ("Karl 2 Maier", "Germany", "a digit"),
        ("黄志明（新加坡）", "Singapore", "a bracket"),
        ("Amina Souna (Mme", "Niger", "a bracket"),
        ("Fifi Sain!", "DR Congo", "another sign"),
        ("Endri Ҫekiҫi", "Albania", "letters of two scripts"),
        ("ហ៊ុន សែkhmer", "Cambodia", "letters of two scripts"),
        ("A. B.", "Malawi", "initials only"),
        ("İzmir", "Türkiye", "one word"),
        ("Abdullah bin", "Brunei", "cut off"),
        ("a b c d e f g h i jj", "India", "more than 9 words"),
        ("- -", "India", "no letter"),
        ("孟祥凯", "China", ""), ("古丽努尔·买买提", "China", ""), ("김용순", "North Korea", ""),
        ("さとう 太郎", "Japan", ""), ("Suharto", "Indonesia", ""), ("K. Kalua", "Malawi", ""),
        ("ǃComa Moses", "Namibia", ""),
        ("සජිත් ප්\u200dරේමදාස", "Sri Lanka", ""), ("Mary-Jane O'Neill", "Ireland", ""),
    ],
)  # fmt: skip
def test_what_is_left_out(name: str, country: str, reason: str) -> None:
    assert person.fault(name, country) == reason


@given(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.sampled_from(["Iraq", "Indonesia", "Togo", "Italy"]),
)
def test_no_text_raises_and_what_is_taken_is_tidy(raw: str, country: str) -> None:
    name = person.clean_person(raw, country, "en")
    if name and not person.fault(name, country):
        assert name == " ".join(name.split())
        assert not any(unicodedata.category(letter) == "Cc" for letter in name)


@pytest.mark.parametrize(
    ("title", "name", "reason"),
    [
        ("Alan IV, Duke of Brittany", "Alan IV", "a ruler's number"),
        ("Louisa Hamilton, Duchess of Abercorn", "Louisa Hamilton", ""),
        ("Yeshe Dorje, 11th Karmapa", "Yeshe Dorje", ""),
        ("4th Dalai Lama", "4th Dalai Lama", "a digit"),
        ("Malalai of Maiwand", "Malalai of Maiwand", "a place or an office in it"),
        ("Prince Hisahito", "Prince Hisahito", "an office before it"),
        ("D&#39;Arcy Short", "D'Arcy Short", ""),
        ("Smith &amp; Sons", "Smith & Sons", "another sign"),
        ("John Smith (footballer)", "John Smith", ""),
        ("Lamond Murray Jr.", "Lamond Murray", ""),
        ("Robert Casey III", "Robert Casey", ""),
        ("Sir Isaac Newton", "Isaac Newton", ""),
        ("DJ Fita", "DJ Fita", "a stage name"),
        ("A$AP Rocky", "A$AP Rocky", "another sign"),
        ("Lee In-young", "Lee In-young", ""),
        ("Elizabeth Bishop", "Elizabeth Bishop", ""),
        ("Naseeruddin Shah", "Naseeruddin Shah", ""),
        ("Sri Mulyani", "Sri Mulyani", ""),
        ("Bryan Brothers", "Bryan Brothers", "a place or an office in it"),
        ("Sister Vanilla", "Sister Vanilla", "an office before it"),
        ("Oscar De La Hoya", "Oscar De La Hoya", ""),
    ],
)
def test_titles_of_articles(title: str, name: str, reason: str) -> None:
    assert people.clean_title(title) == (name, reason)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["English", "British"], ("United Kingdom",)),
        (["Welsh", "American"], ("United Kingdom", "United States")),
        (["Catalan"], ("Spain",)), (["Dominican"], ("Dominican Republic",)),
        (["Dominican", "Mexican"], ("Mexico",)),
        (["Turk"], ()), (["Tamil"], ()), (["Tamil", "Indian"], ("India",)), (["Georgian"], ("Georgia",)),
        (["Congolese"], ()), (["Nigerien"], ("Niger",)), (["Swazi"], ("Eswatini",)),
    ],
)  # fmt: skip
def test_demonyms(words: list[str], found: tuple[str, ...]) -> None:
    assert demonyms.countries_of(words) == found


def test_demonyms_are_countries_of_the_table_and_no_demonym_is_decided_twice() -> None:
    names = {country.name for country in countries()}
    assert set(demonyms.COUNTRY_OF.values()) <= names
    assert {country for country, _ in demonyms.DECIDED.values()} <= names
    assert not set(demonyms.COUNTRY_OF) & set(demonyms.DECIDED)
    assert not set(demonyms.DROPPED) & {*demonyms.COUNTRY_OF, *demonyms.DECIDED}


def test_an_unknown_demonym_is_an_error() -> None:
    with pytest.raises(KeyError):
        demonyms.countries_of(["Atlantean"])


def test_a_pickle_that_names_anything_is_refused() -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return print, ("executed",)

    with pytest.raises(SourceError, match="print"):
        people._Containers(io.BytesIO(pickle.dumps(Evil()))).load()
    plain = {"Ada": ["English"]}
    assert people._Containers(io.BytesIO(pickle.dumps(plain))).load() == plain


def rows(path: Path) -> Iterator[list[str]]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    assert raw.endswith(b"\n")
    assert b"\r" not in raw
    for line in raw.decode("utf-8").splitlines():
        yield line.split("\t")


@pytest.mark.long
@pytest.mark.parametrize("path", [*WORLD, TEST], ids=lambda path: path.name)
def test_every_table_is_sorted_and_read_by_the_tool(path: Path) -> None:
    header, *listed = rows(path)
    assert header[:2] == ["name", "country"]
    assert listed == sorted(listed)
    assert len({tuple(row) for row in listed}) == len(listed)
    assert {len(row) for row in listed} == {len(header)}
    assert {row[1] for row in listed} <= {country.name for country in countries()}
    assert len(read_examples(path)) == len(listed)
    full = [row for row in listed if len(row) == 2 or row[2] == "full"]
    assert [(row, why) for row in full if (why := person.fault(row[0], row[1]))] == []
    assert [row for row in listed if unicodedata.normalize("NFC", row[0]) != row[0]] == []


def test_the_held_out_names_come_with_the_package() -> None:
    assert bundled_test() == TEST
    project = tomllib.loads((DATA.parent / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"]["data/test"] == "rnn_names/data/test"


def test_the_three_lists_of_the_world_are_there() -> None:
    assert [path.name for path in WORLD] == ["common.tsv", "players.tsv.gz", "politicians.tsv.gz"]
    assert sum(path.stat().st_size for path in WORLD) < 1_200_000
    assert TEST.stat().st_size < 150_000


@pytest.mark.long
def test_no_name_of_the_test_part_is_in_what_is_learned() -> None:
    held = {key for row in [*rows(TEST)][1:] for key in world.keys(row[0])}
    assert len(held) > 4000
    for path in WORLD:
        assert [row for row in [*rows(path)][1:] if world.keys(row[0]) & held] == []


def test_the_test_part_has_each_kind_and_other_letters() -> None:
    _, *listed = rows(TEST)
    assert {row[2] for row in listed} == {"full", "family", "given"}
    scripts = {script for row in listed for script in person.scripts_of(row[0])}
    assert {"LATIN", "CYRILLIC", "GREEK", "ARABIC", "DEVANAGARI", "CJK", "THAI", "HANGUL"} <= scripts


def test_a_name_is_the_same_in_any_order() -> None:
    assert world.held_key("Skrekas Theodoros") == world.held_key("Theodoros SKREKAS")
    assert split_key("Skrekas Theodoros") != split_key("Theodoros Skrekas")


@pytest.mark.parametrize(
    ("raw", "country", "language", "reason"),
    [
        ("Anna Sablan", "Guam", "", "of a territory that is left out"),
        ("Guy Joseph", "Saint Lucia", "", "of a country with too few names"),
        ("张庆信", "Malaysia", "zh-tw", "spelled in Chinese for another country"),
        ("Franois Lusanga Ngiele", "DR Congo", "", "letters lost"),
        ("François Kabura", "Burundi", "", ""),
    ],
)
def test_people_who_are_left_out(raw: str, country: str, language: str, reason: str) -> None:
    assert world.person_row(raw, country, language)[0] == reason


def test_people_of_a_territory_count_to_its_state() -> None:
    assert world.person_row("Annick Girardin", "Saint Pierre and Miquelon", "fr")[1] == (
        "Annick Girardin",
        "France",
    )


@pytest.mark.parametrize(
    ("zawgyi", "name"),
    [
        ("ဦးသိန္းေအာင္", "သိန်းအောင်"), ("ဦးခင္ေမာင္ဝင္း", "ခင်မောင်ဝင်း"), ("ဦးေအာင္ျမင့္သိန္း", "အောင်မြင့်သိန်း"),
        ("ဦးေက်ာ္သန္း", "ကျော်သန်း"), ("ဦးလွျမင့္", "လှမြင့်"), ("ေဒၚျဖဴျဖဴသင္း", "ဖြူဖြူသင်း"), ("သူရဦးေရႊမန္း", "ရွှေမန်း"),
        ("ဦးၿဖိဳးေဇယ်ာေသာ္", "ဖြိုးဇေယျာသော်"), ("ဦးဝင္းႏိုင္", "ဝင်းနိုင်"), ("ေဒါက္တာ ခင္ေမာင္ေဆြ", "ခင်မောင်ဆွေ"),
        ("ဦးသန္း၀င္း", "သန်းဝင်း"), ("ဦးခင္ေမာင္ၫို", "ခင်မောင်ညို"), ("ေဒါက္တာစံလႈိင္", "စံလှိုင်"),
        ("ဦးေအာင္ႀကိဳင္", "အောင်ကြိုင်"), ("ဦးနနၵေက်ာ္စြာ", "နန္ဒကျော်စွာ"), ("ဦးေမာင္ေမာင္စုိး", "မောင်မောင်စိုး"),
    ],
)  # fmt: skip
def test_burmese_names_come_to_unicode(zawgyi: str, name: str) -> None:
    expected = unicodedata.normalize("NFC", name)
    assert world.person_row(zawgyi, "Myanmar", "") == ("", (expected, "Myanmar"))


PEOPLE = ["players.tsv.gz", "politicians.tsv.gz", "common.tsv"]
NATIVE = sorted((DATA / "native").glob("*.tsv"))
SCRIPTS = {
    "Armenia": "ARMENIAN", "Bangladesh": "BENGALI", "Bulgaria": "CYRILLIC", "China": "CJK",
    "Georgia": "GEORGIAN",
    "Greece": "GREEK", "India": "DEVANAGARI GUJARATI ORIYA TAMIL", "Iran": "ARABIC", "Israel": "HEBREW",
    "Japan": "CJK HIRAGANA KATAKANA", "Maldives": "THAANA", "Nepal": "DEVANAGARI", "Russia": "CYRILLIC",
    "South Korea": "HANGUL", "Sri Lanka": "SINHALA", "Taiwan": "CJK", "Thailand": "THAI",
}  # fmt: skip


def test_native_names_are_in_the_letters_of_their_country() -> None:
    found: dict[str, set[str]] = {}
    for path in NATIVE:
        header, *listed = rows(path)
        assert header == ["name", "country"]
        assert listed == sorted(listed)
        for name, country in listed:
            assert not person.fault(name, country, full=False)
            found.setdefault(country, set()).update(person.scripts_of(name))
    assert not any("LATIN" in scripts for scripts in found.values())
    assert {country: " ".join(sorted(found[country])) for country in SCRIPTS} == SCRIPTS


def test_both_kinds_of_native_names_are_there() -> None:
    assert [path.stem for path in NATIVE] == ["family", "given"]


def test_the_table_of_countries_counts_what_is_committed() -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    part = readme.partition("<!-- coverage: begin -->")[2].partition("<!-- coverage: end -->")[0]
    shown = {
        cells[1]: cells[2:]
        for line in part.splitlines()
        if (cells := [c.strip() for c in line.split("|")])[1:]
    }
    assert {country.name for country in countries()} <= shown.keys()
    counts = [Counter(row[1] for row in rows(DATA / "world" / name)) for name in PEOPLE]
    counts += [
        Counter({p.stem: len(p.read_text("utf-8").splitlines()) for p in (DATA / kind).glob("*.txt")})
        for kind in ("surnames", "given")
    ]
    counts.append(Counter(row[1] for path in NATIVE for row in rows(path)))
    for country in countries():
        assert [int(cell.replace("-", "0")) for cell in shown[country.name][:6]] == [
            c[country.name] for c in counts
        ]
