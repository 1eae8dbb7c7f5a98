import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.names.alphabet import END, MANY, RARE, START, UNKNOWN, Alphabet
from rnn_names.names.encoded import END_INDEX, UNKNOWN_INDEX, Encoded, one_hot
from rnn_names.names.spelling import has_letters, normalise
from rnn_names.training.batches import batches

LATIN = Alphabet("".join(sorted("abcdefghijklmnopqrstuvwxyzüé '-")))
# Letters that normalise to themselves, alone and together.
OF_LATIN = st.text("abcdefghijklmnopqrstuvwxyzüé'-", min_size=1, max_size=15)
WORDS = st.lists(OF_LATIN, min_size=1, max_size=20)
ANYTHING = st.text(st.characters())  # lone surrogates, too


def decode(alphabet: Alphabet, names: Encoded) -> list[str]:
    parts = zip(names.starts.tolist(), names.lengths.tolist(), strict=True)
    return ["".join(alphabet.symbols[i] for i in names.symbols[s : s + n]) for s, n in parts]


# the alphabet


@given(st.lists(ANYTHING))
def test_a_learned_alphabet_is_sorted_and_does_not_depend_on_order(names: list[str]) -> None:
    alphabet = Alphabet.learn(names)
    assert list(alphabet.letters) == sorted(set(alphabet.letters))
    assert list(alphabet.scripts) == sorted(set(alphabet.scripts))
    assert len(set(alphabet.symbols)) == len(alphabet)
    assert alphabet == Alphabet.learn(reversed(names))
    assert len(alphabet) == len(alphabet.symbols)


def test_an_alphabet_is_learned_from_normalised_names() -> None:
    assert Alphabet.learn(["Żak", "ŻA\u00a0B"]) == Alphabet(" abkzż")  # base letters too


def test_an_alphabet_learns_no_control_character() -> None:
    assert Alphabet.learn(["a\x02b\x03\x1a\x7f\u200b\ud800c"]) == Alphabet("abc")


def test_the_first_symbols_are_start_end_unknown() -> None:
    assert LATIN.symbols[:3] == START + END + UNKNOWN
    assert Alphabet("").symbols == START + END + UNKNOWN


@given(WORDS)
def test_names_over_the_alphabet_survive_encoding(names: list[str]) -> None:
    assert decode(LATIN, LATIN.encode(names)) == [START + name + END for name in names]


@given(st.lists(ANYTHING, min_size=1))
def test_names_survive_encoding_in_the_alphabet_learned_from_them(names: list[str]) -> None:
    alphabet = Alphabet.learn(names)
    for name, word in zip(names, decode(alphabet, alphabet.encode(names)), strict=True):
        known = [c for c in normalise(name) if c in alphabet.letters]
        assert [c for c in word[1:-1] if c != UNKNOWN] == known


def test_encode_by_hand() -> None:
    encoded = Alphabet("ab").encode(["Ba", "", "a"])
    assert encoded.symbols.tolist() == [0, 4, 3, 1, 0, 1, 0, 3, 1]
    assert encoded.starts.tolist() == [0, 4, 6]
    assert encoded.lengths.tolist() == [4, 2, 3]


def test_no_names_encode_to_nothing() -> None:
    encoded = LATIN.encode([])
    assert [len(field) for field in encoded] == [0, 0, 0]


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Élan", "élan"),  # é is a letter of this alphabet
        ("Łódź", "lodz"),
        ("Strauß", "strauss"),
        ("STRAUẞ", "strauss"),
        ("Ærø", "aero"),
        ("Nguyễn", "nguyen"),
        ("Yıldız", "yildiz"),
        ("O\u2019Neill", "o'neill"),
        ("x\u0332y", "xy"),  # no letter of Unicode is x with a macron below: the mark stands alone
        ("\u0301", ""),
        ("a山b", f"a{UNKNOWN}b"),
        ("Иван", UNKNOWN * 4),
        ("a1", f"a{UNKNOWN}"),
        ("\ud800a\udfff", f"{UNKNOWN}a{UNKNOWN}"),
        ("\x02a\x03b\x1a", f"{UNKNOWN}a{UNKNOWN}b{UNKNOWN}"),
    ],
)
def test_letters_that_are_not_in_the_alphabet(name: str, spelled: str) -> None:
    for _ in range(2):  # the second time it is remembered
        assert decode(LATIN, LATIN.encode(["zé", name])) == [START + "zé" + END, START + spelled + END]


@given(st.lists(ANYTHING | st.text("\x02\x03\x1aab"), min_size=1))
def test_any_text_has_one_start_and_one_end(names: list[str]) -> None:
    encoded = LATIN.encode(names)
    assert encoded.symbols.min() >= 0
    assert encoded.symbols.max() < len(LATIN)
    for word in decode(LATIN, encoded):
        assert word[0] == START
        assert word[-1] == END
        assert word.count(START) == word.count(END) == 1


# one-hot rows


@given(st.lists(st.integers(0, 6), max_size=30), st.integers(0, 2**32 - 1))
def test_one_hot_selects_and_sums_rows(index: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    at = np.array(index, np.intp)
    U = rng.standard_normal((7, 3)).astype(np.float32)
    da = rng.integers(-9, 10, (len(at), 3)).astype(np.float32)  # whole numbers: sums are exact
    rows = one_hot(at, 7)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows.sum(axis=1), np.ones(len(at)))
    np.testing.assert_array_equal(rows @ U, U[at])
    summed = np.zeros((7, 3), np.float32)
    np.add.at(summed, at, da)
    np.testing.assert_array_equal(rows.T @ da, summed)


def test_one_hot_by_hand() -> None:
    expected = [[0, 0, 1], [1, 0, 0]]
    assert one_hot(np.array([2, 0]), 3).tolist() == expected
    assert one_hot(np.array([2, 0]), 3, np.float64).dtype == np.float64


# encoded names


def as_lists(names: Encoded) -> list[list[int]]:
    return [
        names.symbols[s : s + n].tolist()
        for s, n in zip(names.starts.tolist(), names.lengths.tolist(), strict=True)
    ]


@given(WORDS, st.data())
def test_names_taken_and_read_backward(words: list[str], data: st.DataObject) -> None:
    encoded = LATIN.encode(words)
    chosen = data.draw(st.lists(st.integers(0, len(words) - 1), min_size=1, max_size=30), label="chosen")
    names = as_lists(encoded)
    taken = encoded.take(np.array(chosen))
    assert as_lists(taken) == [names[i] for i in chosen]
    assert taken.starts.tolist() == [sum(taken.lengths[:i]) for i in range(len(chosen))]
    assert as_lists(taken.backward()) == [names[i][::-1] for i in chosen]


@given(st.lists(st.text("ab", max_size=4), min_size=1, max_size=30))
def test_names_in_order_are_sorted_by_their_symbols(words: list[str]) -> None:
    encoded = LATIN.encode(words)
    names = as_lists(encoded)
    order = encoded.order().tolist()
    assert sorted(order) == list(range(len(words)))
    assert [names[i] for i in order] == sorted(names)


# batches


@given(st.lists(st.integers(2, 20), max_size=200), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_batches_cover_everything_once(lengths: list[int], size: int, seed: int) -> None:
    drawn, again = (batches(np.array(lengths, int), size, np.random.default_rng(seed)) for _ in "12")
    assert sorted(i for batch in drawn for i in batch.tolist()) == list(range(len(lengths)))
    sizes = sorted(map(len, drawn), reverse=True)
    assert all(n == size for n in sizes[:-1])
    assert [batch.tolist() for batch in drawn] == [batch.tolist() for batch in again]


def test_batches_are_of_like_length_and_shuffled_anew_each_time() -> None:
    rng = np.random.default_rng(1)
    lengths = rng.integers(2, 20, 1000)
    drawn = [batches(lengths, 10, rng) for _ in range(2)]
    first, second = (np.concatenate(found).tolist() for found in drawn)
    assert first != second
    means = [lengths[batch].mean() for batch in drawn[0]]
    assert means != sorted(means)  # long and short ones come in no order
    spread = np.mean([np.ptp(lengths[batch]) for batch in drawn[0]])
    assert spread < np.ptp(lengths) / 4


# unknown letters


@pytest.mark.parametrize(
    ("name", "letters", "share"),
    [
        ("Élan", "", 0),
        ("Łódź", "", 0),  # its base letters are known
        ("STRAUẞ", "", 0),
        ("x\u0332y", "", 0),
        ("Иван", "иван", 1),
        ("山田", "山田", 1),
        ("a山B", "山", 1 / 3),
        ("Анна A", "анна", 4 / 5),
        ("a11", "11", 2 / 3),
        ("ИИ", "ии", 1),
        ("", "", 1),
        (" \u00a0", "", 1),
        ("\u0301", "", 1),
        ("\ud800ab", "\ud800", 1 / 3),
    ],
)
def test_unknown_letters_by_hand(name: str, letters: str, share: float) -> None:
    assert LATIN.unknown(name) == letters
    (found,) = LATIN.unknown_share(LATIN.encode([name]))
    assert found == pytest.approx(share)
    among_others = LATIN.unknown_share(LATIN.encode(["abc", name, "", "ж"]))
    assert among_others.tolist() == pytest.approx([0, share, 1, 1])


def test_no_names_have_no_shares() -> None:
    assert LATIN.unknown_share(LATIN.encode([])).shape == (0,)


@given(st.lists(ANYTHING, min_size=1))
def test_shares_of_unknown_letters_are_those_of_the_spelling(names: list[str]) -> None:
    encoded = LATIN.encode(names)
    shares = LATIN.unknown_share(encoded)
    for name, word, share in zip(names, decode(LATIN, encoded), shares.tolist(), strict=True):
        letters = [c for c in word[1:-1] if c not in " -'"]
        assert share == (letters.count(UNKNOWN) / len(letters) if letters else 1)
        assert (share > 0) == (bool(LATIN.unknown(name)) or not letters)
        assert set(LATIN.unknown(name)) <= set(normalise(name)) - set(LATIN.letters)


@given(st.lists(OF_LATIN.filter(lambda word: word.strip("'-")), min_size=1))
def test_names_of_known_letters_have_none_unknown(names: list[str]) -> None:
    assert not LATIN.unknown_share(LATIN.encode(names)).any()
    assert {LATIN.unknown(name) for name in names} == {""}


# scripts


def test_a_letter_of_a_known_script_is_read_as_any_letter_of_it() -> None:
    alphabet = Alphabet.learn(["anna", "иван", "мария"])
    assert alphabet.scripts == ("CYRILLIC", "LATIN")
    cyrillic, latin = (UNKNOWN_INDEX + 1 + k for k in (0, 1))
    symbols = alphabet.encode(["анжq王"]).symbols.tolist()
    assert symbols[3:] == [cyrillic, latin, UNKNOWN_INDEX, END_INDEX]
    assert alphabet.unknown("анжq王") == "王"
    assert alphabet.unknown_share(alphabet.encode(["анжq", "王w"])).tolist() == [0, 0.5]
    assert alphabet.fallback[alphabet.symbols.index("и")] == cyrillic
    assert alphabet.fallback[:3].tolist() == [0, END_INDEX, UNKNOWN_INDEX]


def test_a_character_of_the_private_use_area_is_no_letter_of_a_script() -> None:
    alphabet = Alphabet.learn(["anna", "иван"])
    assert alphabet.encode(["a\ue000"]).symbols.tolist()[2:] == [UNKNOWN_INDEX, END_INDEX]


def test_rare_letters_of_a_large_script_are_left_out() -> None:
    common = [chr(0x4E00 + k) for k in range(MANY)]
    alphabet = Alphabet.learn(["li", *RARE * common, "\u9fa0"])
    assert set(common) <= set(alphabet.letters)
    assert "\u9fa0" not in alphabet.letters
    assert alphabet.encode(["\u9fa0"]).symbols[1] == UNKNOWN_INDEX + 1  # any CJK


@given(
    st.lists(
        st.text("aéÉßIİıσΣς'’-‐· .  ーｶﾞカ하각ㅏЖжё́ñǅอ؟ขำাোক\u200d\n\r\t王9", max_size=12),
        min_size=70,
        max_size=90,
    )
)
def test_many_names_are_read_as_each_is_alone(names: list[str]) -> None:
    alphabet = Alphabet.learn(["aéßıσ'- .カ하жñขำোক王", "b"])
    together = alphabet.encode(names)
    alone = [alphabet.encode([name]) for name in names]
    assert together.symbols.tolist() == [symbol for one in alone for symbol in one.symbols.tolist()]
    assert together.lengths.tolist() == [int(one.lengths[0]) for one in alone]
    assert together.starts.tolist() == [0, *np.cumsum(together.lengths)[:-1].tolist()]
    assert alphabet.unnamed(names, together) == [k for k, name in enumerate(names) if not has_letters(name)]
