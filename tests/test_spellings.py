"""How names are read in training: each reading joins names of one country, in a form that people use."""

import re
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.names.example import Example
from rnn_names.names.spelling import fold, normalise
from rnn_names.training.spellings import FULL, JOINED, joints, spellings

LETTERS = st.text("abkéłßŻö山", min_size=1, max_size=6)
NAMES = st.lists(
    st.builds(Example, LETTERS, st.sampled_from("ABCD")),
    min_size=1,
    max_size=20,
    unique_by=lambda example: fold(example.name),
)
SEEDS = st.integers(0, 2**32 - 1)
WAYS = {
    r"(?P<given>\w+) (?P<name>\w+)",
    r"(?P<name>\w+),? (?P<given>\w+)",
    r"(?P<given>\w+)",
    r"(?P<name>\w+)[ -](?P<other>\w+)",
    r"(?P<given>\w+) (?P<name>\w+)[ -](?P<other>\w+)",
}


@given(NAMES, st.integers(0, 3), SEEDS)
def test_names_without_given_names_are_joined_to_another_of_their_country(
    names: list[Example], composed: int, seed: int
) -> None:
    n = len(names)
    texts = spellings(names, [], composed, np.random.default_rng(seed))
    assert texts == spellings(names, [], composed, np.random.default_rng(seed))
    assert len(texts) == (2 + 2 * composed) * n
    written, folded = texts[:n], texts[n : 2 * n]
    assert written == [normalise(e.name) for e in names]
    assert folded == [fold(e.name) for e in names]
    sizes = Counter(e.country for e in names)
    for k in range(1, composed + 1):
        partners = []
        for i, (text, plain) in enumerate(
            zip(texts[2 * k * n :][:n], texts[(2 * k + 1) * n :][:n], strict=True)
        ):
            first, joint, second = re.split("([ -])", text)  # none of the names has a joint of its own
            partner = written.index(second)
            assert (first, names[partner].country) == (written[i], names[i].country)
            assert (partner == i) == (k % sizes[names[i].country] == 0)
            assert plain == folded[i] + joint + folded[partner]
            partners.append(partner)
        assert sorted(partners) == list(range(n))  # each is the partner of one


@given(NAMES, NAMES, SEEDS)
def test_full_names_are_of_one_country(names: list[Example], given_names: list[Example], seed: int) -> None:
    n = len(names)
    texts = spellings(names, given_names, 1, np.random.default_rng(seed))
    firsts = {c: {normalise(e.name): fold(e.name) for e in given_names if e.country == c} for c in "ABCD"}
    others = {c: {normalise(e.name) for e in names if e.country == c} for c in "ABCD"}
    for e, text, plain in zip(names, texts[2 * n : 3 * n], texts[3 * n :], strict=True):
        assert plain == fold(text)
        matches = [m for way in WAYS if (m := re.fullmatch(way, text))]
        if not firsts[e.country]:
            matches = [m for m in matches if "given" not in m.groupdict()]
        assert any(
            m.groupdict().get("name", normalise(e.name)) == normalise(e.name)
            and m.groupdict().get("given", next(iter(firsts[e.country]), "")) in (firsts[e.country] or {""})
            and m.groupdict().get("other", normalise(e.name)) in others[e.country]
            for m in matches
        ), text


def test_every_form_is_drawn_as_often_as_it_stands_in_the_list() -> None:
    names = [Example(f"x{i:04}", "A") for i in range(8000)]
    for given_names, forms in (([Example("g", "A")], FULL), ([], JOINED)):
        texts = spellings(names, given_names, 1, np.random.default_rng(1))[16000:24000]
        seen = Counter(
            re.sub(r"x\d+", "{other}", re.sub(r"x\d+", "{name}", text, count=1)).replace("g", "{given}")
            for text in texts
        )
        assert set(seen) == set(forms)
        for form, count in Counter(forms).items():
            share = count / len(forms)
            assert abs(seen[form] / 8000 - share) < 5 * (share * (1 - share) / 8000) ** 0.5


def test_joints_are_what_stands_between_names() -> None:
    assert set(joints(full=True)) == {" ", "-", ","}
    assert set(joints(full=False)) == {" ", "-"}
