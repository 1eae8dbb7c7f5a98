"""All ways to write one name: its forms, and the letters that an alphabet has for it."""

import json
import re
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.names import spelling
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.letters import nearest
from rnn_names.names.spelling import (
    LONGEST,
    RULES,
    fold,
    has_letters,
    is_cut,
    label_key,
    normalise,
    split_key,
    tidy,
)

NAMES = st.text(st.characters(codec="utf-8"), max_size=40)


def test_the_table_of_forms_shows_what_the_functions_give() -> None:
    rows = re.findall(r"^    (\w+) .*`(.+)`$", spelling.__doc__ or "", re.MULTILINE)
    assert [name for name, _ in rows] == ["written", "tidy", "normalise", "fold", "split_key"]
    (_, written), *others = rows
    assert {name: getattr(spelling, name)(written) for name, _ in others} == dict(others)
    assert written != tidy(written)


SPACING = (
    *("\u1fcd\u1fce\u1fcf\u1fdd\u1fde\u1fdf\u1fed\u1fee\u1fc0\u1fc1\u0385"),
    *("\u02c6\u02c7\u02c9\u02d8\u02d9\u02da\u02db\u02dc\u02dd\u00a8\u00af\u00b8\u203e\uffe3"),
)


@pytest.mark.parametrize("mark", SPACING, ids=lambda mark: f"U+{ord(mark):04X}")
def test_a_spacing_accent_is_a_mark_and_no_unknown_letter(mark: str) -> None:
    alphabet = Alphabet(" abo")
    for name in (f"o{mark}b", f"a {mark} b", f"{mark}a", f"a{mark}", f"a{mark}{mark} {mark}b"):
        assert alphabet.unknown(name) == "", name
        assert normalise(normalise(name)) == normalise(name)
        assert fold(name).replace(" ", "") == "".join(filter(str.isascii, name)).replace(" ", "")
    assert not has_letters(mark)


@pytest.mark.parametrize("apostrophe", "'’‘ʼʻ´＇`′ʹʾʿʽ‛ꞌˈ׳՚")
def test_one_apostrophe(apostrophe: str) -> None:
    assert normalise(f"O{apostrophe}Brien") == "o'brien"


@pytest.mark.parametrize("hyphen", "-−‒―⁃‐‑–—﹣－־")
def test_one_hyphen(hyphen: str) -> None:
    assert normalise(f"Al{hyphen}Masri") == "al-masri"


@pytest.mark.parametrize("blank", " \u00a0\u2003\u3000\u2009\u202f\u1680\t")
def test_one_blank(blank: str) -> None:
    assert normalise(f"van{blank}{blank}Dam{blank}") == "van dam"


@pytest.mark.parametrize("dot", "·・•")
def test_a_dot_between_words_parts_them(dot: str) -> None:
    assert normalise(f"Jean{dot}Pierre") == "jean pierre"


@pytest.mark.parametrize(
    "invisible", ["\u200b", "\ufeff", "\u00ad", "\u202a", "\u2066", "\ufe0f", "\u200d", "\u200c", "\u2060"]
)
def test_what_has_no_look_is_not_read(invisible: str) -> None:
    assert normalise(f"{invisible}No{invisible}wak{invisible}") == "nowak"


@pytest.mark.parametrize(
    ("written", "read", "folded"),
    [
        ("Garcı\u0301a", "garcía", "garcia"),
        ("İnönü", "inönü", "inonu"),
        ("STRAẞE", "strasse", "strasse"),
        ("Mu\u0308ller", "müller", "muller"),
        ("\uff76\uff9e\uff98", "ガリ", "ガリ"),
        ("ＫＩＭ", "kim", "kim"),
        ("مُحَمَّد", "مُحَمَّد", "محمد"),
        ("محـــمد", "محمد", "محمد"),
        ("שָׁלוֹם", "שָׁלוֹם", "שלום"),
        ("ǆ", "dž", "dz"),
        ("ǿ", "ǿ", "o"),
        ("Nguyễn", "nguyễn", "nguyen"),
        ("ɛ ɔ ŋ ɖ ƒ ɣ ʋ ɓ ɗ ƙ ñ ơ ư", "ɛ ɔ ŋ ɖ ƒ ɣ ʋ ɓ ɗ ƙ ñ ơ ư", "e o n d f g v b d k n o u"),
        ("x\ufe20\ufe21y", "x\ufe20\ufe21y", "xy"),
    ],
)
def test_the_forms_of_a_name(written: str, read: str, folded: str) -> None:
    assert normalise(written) == unicodedata.normalize("NFKC", read)
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("letter", "letters", "found"),
    [
        ("ẳ", "aăâ", "ă"),
        ("ẳ", "a", "a"),
        ("ǿ", "oø", "ø"),
        ("ł", "l", "l"),
        ("ŋ", "n", "n"),
        ("æ", "ae", "ae"),
        ("'", "a", ""),
        ("-", "a ", " "),
        (".", "a", ""),
        ("ж", "a", None),
    ],
)
def test_the_nearest_letter_that_is_known(letter: str, letters: str, found: str | None) -> None:
    assert nearest(letter, letters) == found


@given(NAMES)
def test_a_form_is_its_own_form(name: str) -> None:
    for form in (tidy, normalise, fold):
        assert form(form(name)) == form(name)
    assert split_key(normalise(name)) == split_key(name)


@given(NAMES)
def test_composed_or_not_is_the_same_name(name: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    assert normalise(composed) == normalise(decomposed)
    assert split_key(composed) == split_key(decomposed)


@given(NAMES, NAMES, st.sampled_from("\u200b\ufeff\u00ad\u2060\ufe0f"))
def test_nothing_depends_on_what_has_no_look(first: str, second: str, invisible: str) -> None:
    assert normalise(first + invisible + second) == normalise(first + second) or not (
        unicodedata.is_normalized("NFKD", first + second)
    )


def test_the_cut_comes_after_the_composition() -> None:
    composed, decomposed = "é" * 130, "e\u0301" * 130
    assert normalise(decomposed) == normalise(composed) == composed
    assert not is_cut(decomposed)
    assert normalise("é" * 300) == normalise("e\u0301" * 300) == "é" * LONGEST
    assert is_cut("e\u0301" * 300)


def test_a_tower_of_marks_takes_no_time() -> None:
    before = time.process_time()
    normalise("a" + "\u0301\u0316" * 100_000)
    assert time.process_time() - before < 5  # in canonical order it takes minutes


@pytest.mark.parametrize("cell", ["", " ", "-", "12345", "…", "\u0301", "...", "\u200b", "½", "'"])
def test_what_has_no_letter_is_no_name(cell: str) -> None:
    assert not has_letters(cell)


@pytest.mark.parametrize("name", ["x", "Ng", "김", "王", "é", "\u0301a", "O'", "محمد"])
def test_what_has_a_letter_is_a_name(name: str) -> None:
    assert has_letters(name)


def test_labels_fold() -> None:
    assert (
        len({label_key(text) for text in ("Türkiye", "Turkiye", "TÜRKIYE", " türkiye ", "Tu\u0308rkiye")})
        == 1
    )


def test_signs_between_letters_are_no_unknown_letters() -> None:
    alphabet = Alphabet("abco")
    names = ["a.b", "a b", "a,b", "a-b", "a'b", "a’b", "a·b"]
    assert alphabet.unknown_share(alphabet.encode(names)).tolist() == [0.0] * len(names)
    assert [alphabet.unknown(name) for name in names] == [""] * len(names)


FIXTURE = json.loads((Path(__file__).parent / "fixtures" / "spelling1.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("which", FIXTURE["letters"])
def test_models_of_before_read_their_letters_as_before(which: str) -> None:
    """Symbols of names, recorded by an older version with the alphabets of older models."""
    alphabet = Alphabet(FIXTURE["letters"][which])
    for name, symbols in FIXTURE["symbols"][which].items():
        if set(symbols) & {2}:  # it had an unknown letter: that one may be known better now
            continue
        assert alphabet.encode([name]).symbols.tolist() == symbols, name


def test_models_of_before_keep_their_split() -> None:
    for name, was in FIXTURE["names"].items():
        assert RULES[1].normalise(name) == was["normalised"]
        assert RULES[1].split_key(name) == was["key"]


@pytest.mark.parametrize(
    ("letter", "known", "found"),
    [
        *(("ʉ", "u", "u"), ("ɵ", "o", "o"), ("ә", "а", "а"), ("ү", "у", "у"), ("گ", "ك", "ك")),
        *(("ם", "מ", "מ"), ("ッ", "ツ", "ツ"), ("ş", "sș", "ș"), ("ş", "s", "s"), ("ә", "a", None)),
    ],
)
def test_the_nearest_letter_of_each_script(letter: str, known: str, found: str | None) -> None:
    assert nearest(letter, known) == found


@pytest.mark.parametrize(
    ("written", "plain"), [("Ahn۔", "ahn."), ("Ann∼Mai", "ann-mai"), ("Ann●Mai", "ann mai"), ("A՝B", "a,b")]
)
def test_signs_of_other_scripts(written: str, plain: str) -> None:
    assert normalise(written) == plain
