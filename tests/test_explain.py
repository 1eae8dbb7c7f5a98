"""Beliefs after every letter and effects of letters, checked against new passes through the network."""

import io
import json
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, cast
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from rnn_names.base.arrays import FloatArray, Params
from rnn_names.base.bundled import bundled_test
from rnn_names.base.errors import CheckpointError, DataError
from rnn_names.cli.commands import app
from rnn_names.insight.explain import Belief, Explanation, Letter, explain, log_odds
from rnn_names.model import checkpoint
from rnn_names.model.calibration import adjust, trained_prior
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.metrics import evaluate
from rnn_names.names.encoded import Encoded, country_indices
from rnn_names.names.examples import read_examples
from rnn_names.network.config import READOUTS, NetworkConfig
from rnn_names.network.init import init_params
from rnn_names.network.input import inputs
from rnn_names.network.scores import forward, step_scores
from rnn_names.show.explanation import explanations_json, write_explanations
from rnn_names.show.explanation_picture import draw
from rnn_names.show.svg import COLOURS, SIZE, width, write

NAMES = ["Otto", "Ng", "a", "Papadopoulos", "Anna-Maria O'Hara", "Müller", "aжa", "Иван"]


def stepwise(model: Checkpoint, cell: str = "gru", both: bool = True, members: int = 2) -> Checkpoint:
    """The model with untrained networks of all readouts; its calibration is not neutral."""
    network = NetworkConfig(
        symbols=len(model.alphabet),
        countries=len(model.countries),
        hidden_size=5,
        cell=cell,
        bidirectional=both,
        readouts=READOUTS,
        pooling=both,
    )
    networks = []
    for seed in range(members):
        rng = np.random.default_rng(seed)
        params = init_params(network, rng)
        networks.append({k: q + rng.standard_normal(q.shape).astype(np.float32) for k, q in params.items()})
    return replace(
        model,
        network=network,
        members=tuple(networks),
        training=replace(model.training, class_weight="sqrt"),
        counts=(10, 200, 30, 4000, 50),
        temperature=1.7,
    )


@pytest.fixture(scope="module")
def steps(model: Checkpoint) -> NameClassifier:
    return NameClassifier(stepwise(model))


def alone(model: Checkpoint, params: Params, direction: str, prefix: Sequence[int]) -> list[float]:
    """The scores after this prefix alone: of a one-way network whose country is the readout of its last."""
    renamed = {f"forward.{letter}": params[f"{direction}.{letter}"] for letter in "UWb"}
    renamed |= {f"country.{letter}": params[f"{direction}.step_country.{letter}"] for letter in "Wb"}
    config = replace(model.network, bidirectional=False, pooling=False, readouts=("country",))
    names = Encoded(np.array(prefix), np.array([0]), np.array([len(prefix)]))
    return list(map(float, forward(renamed, config, names)[0]))


def believed(model: Checkpoint, z: list[list[float]], prior: Sequence[float], known: float) -> list[float]:
    """softmax of the networks' mean score, with the prior in place of that of training, by scalars."""
    trained = [math.sqrt(n) for n in model.counts]  # class weights √: n ∕ √n
    shifted = [
        sum(scores) / len(z) + math.log(q) - math.log(t)
        for scores, q, t in zip(zip(*z, strict=True), prior, trained, strict=True)
    ]
    total = sum(map(math.exp, shifted))
    return [known * math.exp(s) / total + (1 - known) * q for s, q in zip(shifted, prior, strict=True)]


def odds(p: Sequence[float] | FloatArray, c: int) -> float:
    return math.log(p[c]) - math.log(sum(x for k, x in enumerate(p) if k != c))


@pytest.mark.parametrize("bits", [32, 4])
def test_a_letter_that_is_not_read_yet_changes_no_belief(
    knowing: Checkpoint, tmp_path: Path, bits: int
) -> None:
    """An n-gram that ends at a letter has seen nothing behind it, in the order of the direction."""
    checkpoint.save(tmp_path / "m.npz", knowing, bits)
    classifier = NameClassifier.load(tmp_path / "m.npz")
    network, alphabet = classifier.model.network, classifier.model.alphabet
    (params,) = classifier.model.members
    assert network.ngrams is not None
    met = set()
    for name in ("papadopoulos", "kowalski", "schneider", "nguyen"):
        whole = {
            d: step_scores(params, network, inputs(alphabet.encode([name]), network)[d], d)
            for d in network.directions
        }
        (told,) = explain(classifier, [name], "Poland")
        found = network.ngrams.find(alphabet.encode([name]).symbols)
        met |= set(network.ngrams.length[found.ending].tolist())
        for place in range(len(name)):
            for letter in "aksz":
                other = name[:place] + letter + name[place + 1 :]
                (again,) = explain(classifier, [other], "Poland")
                for direction, z in whole.items():
                    # With the start read before; backward the end is, and the letters behind.
                    read = place + 1 if direction == "forward" else len(name) - place
                    of_other = inputs(alphabet.encode([other]), network)[direction]
                    now = step_scores(params, network, of_other, direction)
                    np.testing.assert_array_equal(now[:read], z[:read])
                    if other != name:
                        assert (now[read] != z[read]).any()
                    one, two = told.beliefs[direction], again.beliefs[direction]
                    for before, after in zip(one[:read], two[:read], strict=True):
                        np.testing.assert_allclose(before.p, after.p, rtol=1e-6)
    assert max(met) == 4  # so that long n-grams were put to the test


@pytest.mark.parametrize(
    ("cell", "prior"),
    [
        *(("rnn", None), ("gru", None), ("lstm", None)),
        *(("gru", "uniform"), ("gru", {"Greece": 1.0, "Japan": 3.0, "Poland": 2.0})),
    ],
    ids=str,
)
def test_beliefs_are_what_the_network_says_of_each_prefix_alone(
    model: Checkpoint, cell: str, prior: Any
) -> None:
    if isinstance(prior, dict):
        prior = {**dict.fromkeys(model.countries, 0.5), **prior}
    classifier = NameClassifier(stepwise(model, cell), prior)
    made = classifier.model
    between = {made.alphabet.symbols.index(c) for c in " -'" if c in made.alphabet.letters}
    for explanation in explain(classifier, NAMES):
        symbols = made.alphabet.encode([explanation.name]).symbols.tolist()
        assert set(explanation.beliefs) == {"forward", "backward"}
        for direction, beliefs in explanation.beliefs.items():
            read = symbols if direction == "forward" else symbols[::-1]
            assert len(beliefs) == len(read)
            for t, belief in enumerate(beliefs):
                prefix = read[: t + 1]
                letters = [s for s in prefix if s > 1 and s not in between]
                known = sum(s != 2 for s in letters) / len(letters) if letters else 0.0
                z = [alone(made, params, direction, prefix) for params in made.members]
                expected = believed(made, z, classifier.prior, known)
                assert belief.p == pytest.approx(expected, rel=1e-4)
                c = made.countries.index(explanation.country or "")
                assert belief.log_odds == pytest.approx(odds(belief.p, c))
                if t:
                    before = odds(beliefs[t - 1].p, c)
                    assert belief.change == pytest.approx(belief.log_odds - before, abs=1e-9)
                else:
                    assert belief.change is None
                    assert belief.p == pytest.approx(classifier.prior)


def test_the_answer_is_that_of_the_classifier(steps: NameClassifier) -> None:
    explanations = explain(steps, NAMES)
    assert np.array([e.p for e in explanations]) == pytest.approx(steps.of_texts(NAMES), rel=1e-4)
    for e, guesses in zip(explanations, steps.predict(NAMES), strict=True):
        assert e.country == guesses[0].country
        assert e.log_odds == pytest.approx(odds(e.p, steps.index(guesses[0].country)))


@pytest.mark.parametrize(
    ("name", "shorter"),
    [
        ("Otto", ["tto", "oto", "oto", "ott"]),
        ("Ng", ["g", "n"]),
        ("a", [""]),
        ("Nga", ["ga", "na", "ng"]),
        ("aжb", ["жb", "ab", "aж"]),
    ],
)
def test_a_letter_left_out_is_a_shorter_name(steps: NameClassifier, name: str, shorter: list[str]) -> None:
    [e] = explain(steps, [name], "Japan")
    c = steps.index("Japan")
    without = steps.of_texts(shorter)
    assert np.array([letter.p for letter in e.letters]) == pytest.approx(without, rel=1e-4)
    assert [letter.effect for letter in e.letters] == pytest.approx(
        [odds(e.p, c) - odds(p, c) for p in without.astype(float)], abs=1e-4
    )
    known = steps.model.alphabet.letters
    read = [letter if letter in known else "unknown" for letter in name.casefold()]
    assert [letter.letter for letter in e.letters] == read
    assert [belief.symbol for belief in e.beliefs["forward"]] == ["start", *read, "end"]
    assert [belief.symbol for belief in e.beliefs["backward"]] == ["end", *read[::-1], "start"]


def test_another_country_can_be_asked_about(steps: NameClassifier) -> None:
    [answer], [asked] = explain(steps, ["Otto"]), explain(steps, ["Otto"], "Germany")
    assert answer.country != asked.country == "Germany"
    assert (asked.p == answer.p).all()
    assert asked.log_odds == pytest.approx(odds(asked.p, steps.index("Germany")))
    with pytest.raises(
        DataError, match=r"^'Vietman' is not a country of the model; did you mean 'Vietnam'"
    ):
        explain(steps, ["Otto"], "Vietman")


def test_one_way_has_one_direction(model: Checkpoint) -> None:
    [e] = explain(NameClassifier(stepwise(model, "relu", both=False, members=1)), ["Otto"])
    assert set(e.beliefs) == {"forward"}


def test_a_blank_name_has_nothing_to_explain(steps: NameClassifier) -> None:
    for e in explain(steps, ["", " \t"], "Japan"):
        assert (e.country, e.letters, e.beliefs) == (None, (), {})


def test_a_model_without_the_readout(classifier: NameClassifier) -> None:
    with pytest.raises(CheckpointError, match="train one with a --step-loss above 0"):
        explain(classifier, ["Otto"])


def test_log_odds_of_what_is_nearly_certain_or_decided() -> None:
    p = np.array([[1.0, 1e-30], [0.5, 0.5], [1.0, 0.0], [0.0, 1.0]])
    assert log_odds(p, 0) == pytest.approx([30 * math.log(10), 0.0, math.inf, -math.inf])


# how sure it is on the way


def test_beliefs_on_the_way_are_less_sure_than_answers() -> None:
    """The figures in the docstring of the module."""
    bundled_model = NameClassifier.load()
    model = bundled_model.model
    config = model.training
    test = read_examples(bundled_test())
    names = model.alphabet.encode([example.name for example in test])
    truth = np.repeat(country_indices(test, model.countries), names.lengths)
    found = {}
    for direction in model.network.directions:
        read = inputs(names, model.network)[direction]
        z = sum(step_scores(params, model.network, read, direction) for params in model.members)
        trained = trained_prior(np.array(model.counts, float), config.class_weight)
        p = adjust(np.asarray(z / len(model.members)), trained, bundled_model.prior, 1.0)
        found[direction] = evaluate(p, truth, model.countries).ece
    assert found == pytest.approx({"forward": 0.12, "backward": 0.13}, abs=0.005)


# as JSON


def test_the_json_says_what_the_library_does(steps: NameClassifier) -> None:
    explanations = explain(steps, [*NAMES, " "])
    records = json.loads(explanations_json(explanations, steps, 2))
    assert [record["name"] for record in records] == [*NAMES, " "]
    for e, record, guesses in zip(explanations, records, steps.predict([*NAMES, " "], 2), strict=True):
        top = [
            {"country": g.country, "probability": pytest.approx(g.probability, abs=2e-6)} for g in guesses
        ]
        assert record["top"] == top
        assert record["about"] == e.country
        assert record["country"] == (guesses[0].country if guesses else None)
        assert [x["effect"] for x in record["letters"]] == pytest.approx(
            [x.effect for x in e.letters], abs=1e-6
        )
        for direction, beliefs in e.beliefs.items():
            for said, belief in zip(record[direction], beliefs, strict=True):
                best = int(belief.p.argmax())
                assert said["symbol"] == belief.symbol
                assert said["log_odds"] == pytest.approx(belief.log_odds, abs=1e-6)
                assert said["top"][0]["country"] == steps.countries[best]
                assert said["top"][0]["probability"] == pytest.approx(belief.p[best], abs=1e-6)
    blank = records[-1]
    assert (blank["country"], blank["about"], blank["log_odds"], blank["letters"]) == (None, None, None, [])


def test_a_prior_that_decides_leaves_no_odds_to_say(model: Checkpoint) -> None:
    certain = NameClassifier(stepwise(model), {"Japan": 1.0})
    [record] = json.loads(explanations_json(explain(certain, ["Otto"]), certain, 2))
    assert (record["country"], record["probability"], record["log_odds"]) == ("Japan", 1.0, None)
    assert [letter["effect"] for letter in record["letters"]] == [None] * 4
    assert {step["change"] for step in record["forward"]} == {None}
    assert "Japan 100%" in written(explain(certain, ["Otto"]), certain)


# on a terminal


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(
    explanations: list[Explanation],
    classifier: NameClassifier,
    file: io.StringIO | None = None,
    top_k: int = 3,
) -> str:
    file = io.StringIO() if file is None else file
    write_explanations(explanations, classifier, top_k, file)
    return file.getvalue()


@pytest.mark.parametrize("width", [60, 200])
def test_it_fits_the_terminal_and_needs_no_colour(
    steps: NameClassifier, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    explanations = explain(steps, NAMES)
    coloured = written(explanations, steps, Terminal())
    assert "\x1b[32m" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    bare = written(explanations, steps, Terminal())
    assert "\x1b[3" not in bare
    plain = re.sub(r"\x1b\[[\d;]*m", "", bare)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    assert max(map(cell_len, plain.splitlines())) <= width
    assert "…" not in plain
    for e in explanations:
        assert f"{e.name}" in plain
    # Of each step the likeliest country at least, marked as the one in question or another.
    rows = [line for line in plain.splitlines() if re.match(r"\S+ +\w+ +\d+% ", line)]
    assert len(rows) == sum(len(beliefs) for e in explanations for beliefs in e.beliefs.values())
    assert {len(re.findall("%", row)) for row in rows} == {2 if width == 60 else 3}


def test_a_country_has_one_colour_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    class Known(NamedTuple):
        countries: Sequence[str]

        def unknown_letters(self, name: str) -> str:
            return ""

    countries = [f"{'abcdefghijklmnopqrst'[k]}land" for k in range(20)]
    explanations = made_up(countries, ["abc", "def", "gh"], 2)
    shown = written(explanations, cast(NameClassifier, Known(countries)), Terminal(), 5)
    found: dict[str, set[str]] = {}
    for row in re.findall(r"(?m)^\S +\wland +\d+% .*$", shown):
        for country, colour, bar in re.findall(r"(\wland) +\d+% (?:\x1b\[(\d+)m)?([█▒]*)", row):
            if bar:
                found.setdefault(country, set()).add(colour)
    assert {len(colours) for colours in found.values()} == {1}
    own = [colour for colours in found.values() for colour in colours if colour]
    assert len(own) == len(set(own)) == 6
    assert "" in {colour for colours in found.values() for colour in colours}  # the small ones
    for e in explanations:
        [colour] = found[e.country or ""]
        assert colour


@pytest.mark.parametrize(
    ("columns", "top_k", "columns_out", "countries_out"),
    [(200, 3, "", 0), (60, 3, "", 1), (60, 5, "", 3), (44, 1, "without it", 0),
     (30, 3, "left out, without it", 2)],
)  # fmt: skip
def test_what_a_terminal_has_no_room_for_is_named(
    steps: NameClassifier,
    monkeypatch: pytest.MonkeyPatch,
    columns: int,
    top_k: int,
    columns_out: str,
    countries_out: int,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    explanations = explain(steps, ["Otto"])
    shown = " ".join(written(explanations, steps, Terminal(), top_k).split())
    where = "; widen the terminal, or write to a file or pipe"
    said = f"not shown: the {countries_out} least likely of {top_k} countries after each letter{where}"
    assert (said in shown) == (countries_out > 0)
    assert (f"not shown: {columns_out}{where}" in shown) == bool(columns_out)
    assert shown.count("not shown") == (countries_out > 0) + bool(columns_out)
    piped = written(explanations, steps, top_k=top_k)
    assert "not shown" not in piped
    rows = [line for line in piped.splitlines() if re.match(r"\S+ +\w+ +\d+% ", line)]
    assert {len(re.findall("%", row)) for row in rows} == {top_k}


def test_bars_are_as_long_as_they_should_be(steps: NameClassifier) -> None:
    [e] = explain(steps, ["Otto"])
    lines = written([e], steps).splitlines()
    effects = {x.letter: x.effect for x in e.letters}
    most = max(map(abs, effects.values()))
    start = lines.index("") + 3
    bars = [re.search("[█▒]*$", line) for line in lines[start + 1 : start + 5]]
    longest = max(len(bar[0]) for bar in bars if bar)
    for bar, letter in zip(bars, e.letters, strict=True):
        assert bar is not None
        assert len(bar[0]) == round(longest * abs(letter.effect) / most)
        assert set(bar[0]) <= ({"█"} if letter.effect > 0 else {"▒"})
    best = int(e.beliefs["forward"][-1].p.argmax())
    last = next(line for line in lines[start + 6 :] if line.startswith("end"))
    found = re.match(r"end +(\w+) +(\d+)% ([█▒]*)", last)
    assert found is not None
    assert found[1] == steps.countries[best]
    assert int(found[2]) == round(100 * e.beliefs["forward"][-1].p[best])
    assert set(found[3]) == ({"█"} if found[1] == e.country else {"▒"})


def test_odd_names_and_labels_are_shown_as_they_are(steps: NameClassifier) -> None:
    labels = ("[b]A[/b]", "B\x1b[31m", ":smile:", "大韓民国" * 9, "Z" * 200)
    odd = NameClassifier(replace(steps.model, countries=labels))
    names = ["\x1b[31mOtto", "[/x]", ":smile:"]
    shown = written(explain(odd, names), odd, top_k=5)
    assert "\x1b" not in shown
    assert "[b]A[/b]" in shown
    assert "\n[/x] (unknown letters: " in shown
    assert "\n:smile: (unknown letters: " in shown
    blank = written(explain(odd, [" "]), odd)
    assert blank == " : nothing to read\n"


# as a picture

SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture(steps: NameClassifier, tmp_path: Path) -> None:
    explanations = explain(steps, ["Otto", "<b>&", " "])
    write(tmp_path / "a.svg", *draw(explanations, steps.countries, 5))
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    texts = [element.text for element in root.iter(f"{SVG}text")]
    for title in ("Otto: ", "<b>&: ", " : nothing to read"):
        assert any(t and t.startswith(title) for t in texts)
    # Every share that is drawn, in order: as wide as it says, and of the country's own colour.
    drawn = [(e.get("class"), e, e.find(f"{SVG}title")) for e in root.iter(f"{SVG}rect")]
    shares = [(colour, e, title.text) for colour, e, title in drawn if title is not None and title.text]
    expected = [
        (explanation.country, steps.countries[c], belief.p[c])
        for explanation in explanations
        for beliefs in explanation.beliefs.values()
        for belief in beliefs
        for c in np.argsort(-belief.p, kind="stable")
    ]
    assert len(shares) == len(expected)
    colours = dict(legend(root))
    assert next(iter(colours)) == explanations[0].country
    for (colour, element, title), (_, country, p) in zip(shares, expected, strict=True):
        assert title == f"{country} {p:.0%}"
        assert colour == colours[country]
        assert float(element.get("width", "")) == pytest.approx(max(600 * p - 1, 0), abs=0.01)
    # And every letter's effect, to the side that it is on.
    bars = [(colour, e) for colour, e, title in drawn if title is None and colour != "paper"]
    bars = bars[len(colours) :]
    letters = [(e.country, letter.effect) for e in explanations for letter in e.letters]
    effects = [effect for _, effect in letters]
    assert [colour for colour, _ in bars] == [
        colours[country or ""] if effect >= 0 else "faint" for country, effect in letters
    ]
    middle = {
        float(e.get("x", "")) + (0 if colour != "faint" else float(e.get("width", "")))
        for colour, e in bars
    }
    assert max(middle) - min(middle) < 0.02
    longest = max(float(e.get("width", "")) for _, e in bars[:4])
    for (_, e), effect in zip(bars[:4], effects, strict=False):
        share = abs(effect) / max(map(abs, effects[:4]))
        assert float(e.get("width", "")) == pytest.approx(longest * share, abs=0.02)


def legend(root: ElementTree.Element) -> list[tuple[str, str]]:
    """Each label in the legend of the picture, and its colour."""
    key = next(iter(root.iter(f"{SVG}g"))).find(f"{SVG}g")
    assert key is not None
    colours = [rect.get("class") or "" for rect in key.iter(f"{SVG}rect")]
    return list(zip(("".join(t.itertext()) for t in key.iter(f"{SVG}text")), colours, strict=True))


def made_up(countries: Sequence[str], names: Sequence[str], seed: int) -> list[Explanation]:
    """Explanations of random beliefs, in which a few countries are likely, depending on the letter."""
    rng = np.random.default_rng(seed)

    def draw() -> FloatArray:
        return rng.dirichlet(np.full(len(countries), 0.05))

    found = []
    for name in names:
        p = draw()
        beliefs = {
            direction: tuple(Belief(symbol, draw(), 0.0, 1.0) for symbol in ["start", *name, "end"])
            for direction in ("forward", "backward")
        }
        letters = tuple(Letter(symbol, draw(), float(rng.normal())) for symbol in name)
        found.append(Explanation(name, p, countries[int(p.argmax())], 0.0, letters, beliefs))
    return found


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("top_k", [1, 3, 10, 200])
@pytest.mark.parametrize(
    ("number", "names"), [(2, ["ab"]), (8, ["a"]), (45, ["abc", "b"]), (200, "abcdef")]
)
def test_a_country_has_one_colour_and_no_other_has_it(
    tmp_path: Path, number: int, names: Sequence[str], top_k: int, seed: int
) -> None:
    countries = [f"{k}{'x' * k}"[:60] for k in range(number)]
    explanations = made_up(countries, names, seed)
    write(tmp_path / "a.svg", *draw(explanations, countries, min(top_k, number)))
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    key = legend(root)
    *own, others = key
    assert others == ("others", "faint")
    assert len({label for label, _ in key}) == len({colour for _, colour in key}) == len(key)
    assert len(own) <= COLOURS
    drawn: dict[str, set[str]] = {}
    sizes: dict[str, float] = {}
    for rect in root.iter(f"{SVG}rect"):
        if (said := rect.findtext(f"{SVG}title")) is not None:
            label = said.rpartition(" ")[0]
            drawn.setdefault(label, set()).add(rect.get("class") or "")
            sizes[label] = max(sizes.get(label, 0), float(rect.get("width", "")))
    colours = dict(own)
    assert {label: {colours.get(label, "faint")} for label in drawn} == drawn
    assert {e.country for e in explanations} <= set(colours)
    # A grey share is smaller than any share that is coloured for its size.
    asked = {e.country for e in explanations}
    small = [size for label, size in sizes.items() if label not in colours and label != "others"]
    large = [sizes[label] for label in set(colours) - asked]
    assert max(small, default=0) <= min(large, default=math.inf) + 0.01
    assert len(own) == COLOURS or not small


@pytest.mark.parametrize("name", ["a", "W" * 60, "x" * 256, "大" * 60, "<b>&amp;"])
@pytest.mark.parametrize("country", ["X", "W" * 60, "Bosnia and Herzegovina"])
def test_no_name_hides_the_answer(tmp_path: Path, name: str, country: str) -> None:
    [made] = made_up([country, f"{country} 2"], ["ab"], 1)
    e = replace(made, name=name, country=country, p=np.array([0.9, 0.1]))
    write(tmp_path / "a.svg", *draw([e], [country, f"{country} 2"], 2))
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    texts = ["".join(t.itertext()) for t in root.iter(f"{SVG}text")]
    [title] = [text for text in texts if text.endswith(f": {country} 90%")]
    assert title.startswith(name[:60])
    assert float(root.get("width", "")) > width(title, 1.3 * SIZE)
    assert f"log-odds of {country}, by letter" in texts


def test_a_picture_of_what_a_prior_decides(model: Checkpoint, tmp_path: Path) -> None:
    certain = NameClassifier(stepwise(model), {"Japan": 1.0})
    write(tmp_path / "a.svg", *draw(explain(certain, ["Otto"]), certain.countries, 3))
    assert "nan" not in (tmp_path / "a.svg").read_text(encoding="utf-8")


# the command


@pytest.fixture(scope="module")
def steps_file(steps: NameClassifier, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("steps") / "steps.npz"
    checkpoint.save(path, steps.model)
    return path


def invoke(*args: object) -> Result:
    return CliRunner().invoke(app, ["explain", *map(str, args)])


def test_the_command(steps: NameClassifier, steps_file: Path) -> None:
    table = invoke("Otto", "Ng", "-m", steps_file)
    assert (table.exit_code, table.stderr) == (0, "")
    assert table.stdout == written(explain(steps, ["Otto", "Ng"]), steps)
    read = invoke("Otto", "Ng", "-m", steps_file, "--format", "json", "-k", 2)
    assert read.stdout == explanations_json(explain(steps, ["Otto", "Ng"]), steps, 2) + "\n"


def test_its_options(steps: NameClassifier, steps_file: Path) -> None:
    found = invoke("Otto", "-m", steps_file, "--prior", "uniform", "--country", "Japan", "--format", "json")
    uniform = NameClassifier(steps.model, "uniform")
    assert found.stdout == explanations_json(explain(uniform, ["Otto"], "Japan"), uniform, 3) + "\n"
    assert invoke("Otto", "-m", steps_file, "-v").stderr == f"model: {steps_file}\n"


def test_the_command_draws(steps_file: Path, tmp_path: Path) -> None:
    picture = tmp_path / "a.svg"
    with_picture = invoke("Otto", "-m", steps_file, "--svg", picture)
    assert with_picture.stdout == invoke("Otto", "-m", steps_file).stdout
    assert picture.read_text(encoding="utf-8").startswith("<svg ")
    assert invoke("Otto", "-m", steps_file, "--svg", tmp_path / "none" / "a.svg").exit_code == 1
    assert invoke("Otto", "-m", steps_file, "--svg", picture, "--numbers").exit_code == 2


def test_what_goes_wrong_is_one_line(steps_file: Path, model_file: Path) -> None:
    for arguments in (["-m", model_file], ["-m", steps_file, "--country", "Atlantis"], ["-m", "none.npz"]):
        result = invoke("Otto", *arguments)
        assert (result.exit_code, result.stdout) == (1, "")
        assert re.fullmatch("error: .+; .+\n", result.stderr)
    assert invoke().exit_code == 2
    assert invoke("Otto", "-k", 0).exit_code == 2


def test_many_names_are_explained_as_each_alone(model: Checkpoint) -> None:
    classifier = NameClassifier(stepwise(model))
    names = [*NAMES * 20, "-", "", "o" * 300, "Ng"]
    together = explain(classifier, names)
    assert [e.name for e in together] == names
    for name, e in [*zip(names, together, strict=True)][-12:]:
        (alone,) = explain(classifier, [name])
        np.testing.assert_allclose(e.p, alone.p, rtol=1e-4)
        assert (e.country, len(e.letters)) == (alone.country, len(alone.letters))
        np.testing.assert_allclose([x.p for x in e.letters], [x.p for x in alone.letters], rtol=1e-4)
        for direction, beliefs in e.beliefs.items():
            other = alone.beliefs[direction]
            assert [b.symbol for b in beliefs] == [b.symbol for b in other]
            np.testing.assert_allclose([b.p for b in beliefs], [b.p for b in other], rtol=1e-4)


def test_a_picture_of_no_name_is_an_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["explain", "-", "12345", "--svg", str(tmp_path / "x.svg")])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: there is no name with a letter, and so nothing to draw; give one\n"
    assert list(tmp_path.iterdir()) == []
