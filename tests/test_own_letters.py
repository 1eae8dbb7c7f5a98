"""Names in the letters of their country, which the lists that the model learns from are completed with."""

import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "data"))

import by_rule  # of the scripts that build the data
import by_sound
import compose


@pytest.mark.parametrize(
    ("country", "latin", "own"),
    [
        ("Belarus", "Alyaksandr Lukashenka", "Аляксандр Лукашэнка"),
        ("Belarus", "Svetlana Tsikhanouskaya", "Светлана Ціханоўская"),
        ("Ethiopia", "Abebe Tadesse", "አበበ ታደሰ"),
        ("Ethiopia", "Kenenisa Bekele", "ከነኒሳ በከለ"),
        ("Eritrea", "Zersenay", "ዘርሰናይ"),
        ("Serbia", "Đorđe Njegoš", "Ђорђе Његош"),
        ("Belarus", "Ihar Kazloŭ", "Ігар Казлоў"),
        ("Belarus", "Dmitriy", "Дмітрій"),
        ("Tajikistan", "Dmitry Yoqubov", "Дмитри Ёқубов"),
        ("Tajikistan", "Emomali Rahmon", "Емомали Раҳмон"),
    ],
)
def test_an_alphabet_that_is_nearly_one_to_one_is_written_by_rule(
    country: str, latin: str, own: str
) -> None:
    assert by_rule.RULES[country](latin) == own


@pytest.mark.parametrize(
    ("word", "own"),
    [
        *(("narendra", "नरेंद्र"), ("modi", "मोदी"), ("sharma", "शर्मा"), ("anil", "अनिल"), ("gupta", "गुप्ता")),
        *(("deepak", "दीपक"), ("aishwarya", "ऐश्वर्य"), ("", "")),
    ],
)
def test_hindi_is_written_as_it_is_usually_spelled(word: str, own: str) -> None:
    assert by_rule.devanagari(word) == own


@pytest.mark.parametrize(
    ("script", "own"),
    [
        *(("DEVANAGARI", "मोदी भवन"), ("BENGALI", "মোদী ভবন"), ("TELUGU", "మోదీ భవన"), ("KANNADA", "ಮೋದೀ ಭವನ")),
        *(
            ("MALAYALAM", "മോദീ ഭവന"),
            ("GUJARATI", "મોદી ભવન"),
            ("TAMIL", "மோதீ பவந"),
            ("GURMUKHI", "ਮੋਦੀ ਭਵਨ"),
        ),
    ],
)
def test_the_scripts_of_india_have_the_same_letters(script: str, own: str) -> None:
    assert by_rule.in_script("मोदी भवन", script) == own


@example("अ ऄ अ", "TAMIL")  # the second word has no letter there
@given(
    st.text(st.sampled_from([chr(c) for c in range(0x904, 0x94E)] + [" "])),
    st.sampled_from([*by_rule.WRITERS]),
)
def test_a_name_has_one_script(name: str, script: str) -> None:
    written = by_rule.in_script(name, script)
    assert all(unicodedata.name(c).startswith(script) for c in written if c != " ")
    assert written == " ".join(written.split())


def test_lao_is_written_as_it_is_heard() -> None:
    assert by_rule.lao("สมศักดิ์") == "ສມສັກ"


LISTS = by_sound.Lists(
    [
        *(*[("محمد", "Egypt")] * 9, ("محمود", "Egypt"), ("صلاح", "Egypt"), ("السيد", "Egypt")),
        *(("عبد الرحمن", "Yemen"), ("حسين", "Iraq"), ("ڕێبوار", "Iraq"), ("علي", "Iraq"), ("رضا", "Iran")),
        *(("Сергей", "Russia"), ("Иванов", "Russia"), ("Петрова", "Russia"), ("Сергій", "Ukraine")),
        *(("नरेन्द्र", "India"), ("ନରେନ୍ଦ୍ର", "India"), ("Γιώργος", "Greece"), ("Παππάς", "Greece")),
    ]
)


@pytest.mark.parametrize(
    ("latin", "country", "own"),
    [
        *(("Mohamed Salah", "Egypt", "محمد صلاح"), ("Mahmoud El Sayed", "Egypt", "محمود السيد")),
        *(
            ("Muhammad Al-Sayyid", "Libya", "محمد السيد"),
            ("Abdel Rahman Hussein", "Sudan", "عبدالرحمن حسين"),
        ),
        *(("Abd ar-Rahman ibn Ali", "Yemen", ""), ("Ali bin Hussain", "Oman", "علي بن حسين")),
        *(("Ali Reza", "Iran", "علی رضا"), ("Rebwar Ali", "Qatar", ""), ("Salah Zidane", "Egypt", "")),
        *(("Sergei Ivanov", "Russia", "Сергей Иванов"), ("Sergey Ivanov", "Belarus", "Сергей Иванов")),
        *(("Serhii Ivanov", "Ukraine", ""), ("Giorgos Pappas", "Cyprus", "Γιώργος Παππάς")),
        *(("Narendra Modi", "India", "नरेन्द्र मोदी"), ("John Coatman", "India", "")),
        *(("Salah", "Egypt", ""), ("", "Egypt", ""), ("Abu Ivanov", "Belarus", "")),
    ],
)
def test_a_name_is_written_with_words_that_sound_alike(latin: str, country: str, own: str) -> None:
    assert LISTS.write(latin, country) == own


def test_a_draw_depends_on_the_text_and_the_weights() -> None:
    weights = {"a": 3.0, "b": 1.0, "c": 0.0}
    drawn = [by_sound.drawn_from(weights, str(k)) for k in range(400)]
    assert drawn == [by_sound.drawn_from(weights, str(k)) for k in range(400)]
    assert 270 < drawn.count("a") < 330
    assert "c" not in drawn


def test_the_scripts_of_india_count_as_they_are_written() -> None:
    names = {"मोदी": 1.0, "राहुल": 1.0, "ରାହୁଲ": 50.0, "మోదీ": 8.0}
    counted = compose.by_writers(names)
    assert sum(counted.values()) < sum(names.values())
    assert counted["मोदी"] == counted["राहुल"]
    assert 2 * counted["मोदी"] / counted["ରାହୁଲ"] == pytest.approx(611.4 / 37.5)
    assert counted["మోదీ"] / counted["ରାହୁଲ"] == pytest.approx(81.1 / 37.5)


def test_people_are_counted_where_their_country_writes_the_family_name() -> None:
    table = compose.Table()
    table.add("Marko Vuković", "Serbia", 1.0)
    table.add_other("Vuković Marko", "Serbia", 1.0)
    table.add("Stevan Faddy", "Serbia", 1.0)  # y is no letter of the alphabet
    compose.add_written(table)
    own = {name: known.kind for (name, _), known in table.names.items() if not compose.is_latin(name)}
    assert own == {
        **{"Марко Вуковић": "full", "Вуковић Марко": "full"},
        **{"Вуковић": "family", "Марко": "given"},
    }
