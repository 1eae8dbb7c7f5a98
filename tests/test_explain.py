"""What is believed after every letter, and what each letter did, against the network read afresh."""

import io
import json
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from rnn_names import checkpoint
from rnn_names.calibration import adjust, trained_prior
from rnn_names.checkpoint import Checkpoint
from rnn_names.classifier import NameClassifier
from rnn_names.cli import app
from rnn_names.dataset import Example, split, unique
from rnn_names.encoding import Encoded, FloatArray
from rnn_names.errors import CheckpointError, DataError
from rnn_names.explain import Explanation, explain, log_odds
from rnn_names.metrics import evaluate
from rnn_names.network import READOUTS, NetworkConfig, Params, forward, init_params, step_scores
from rnn_names.report_explain import explanations_json, write_explanations
from rnn_names.svg_explain import write_picture
from rnn_names.training import country_indices

NAMES = ["Otto", "Ng", "a", "Papadopoulos", "Anna-Maria O'Hara", "Müller", "aжa", "Иван", "'"]


def stepwise(model: Checkpoint, cell: str = "gru", both: bool = True, members: int = 2) -> Checkpoint:
    """The model with networks of all readouts, as they start; its calibration is not neutral."""
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
    assert np.array([e.p for e in explanations]) == pytest.approx(steps.predict_proba(NAMES), rel=1e-4)
    for e, guesses in zip(explanations, steps.predict(NAMES), strict=True):
        assert e.country == guesses[0].country
        assert e.log_odds == pytest.approx(odds(e.p, steps.index(guesses[0].country)))


@pytest.mark.parametrize(
    ("name", "shorter"),
    [
        ("Otto", ["tto", "oto", "oto", "ott"]),
        ("Ng", ["g", "n"]),
        ("a", [""]),
        ("a-b", ["-b", "ab", "a-"]),
        ("aжb", ["жb", "ab", "aж"]),
    ],
)
def test_a_letter_left_out_is_a_shorter_name(steps: NameClassifier, name: str, shorter: list[str]) -> None:
    [e] = explain(steps, [name], "Japan")
    c = steps.index("Japan")
    without = steps.predict_proba(shorter)
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
    with pytest.raises(DataError, match=r"^'Vietman' is no country of the model; did you mean 'Vietnam'"):
        explain(steps, ["Otto"], "Vietman")


def test_one_way_has_one_direction(model: Checkpoint) -> None:
    [e] = explain(NameClassifier(stepwise(model, "relu", both=False, members=1)), ["Otto"])
    assert set(e.beliefs) == {"forward"}


def test_a_blank_name_has_nothing_to_explain(steps: NameClassifier) -> None:
    for e in explain(steps, ["", " \t"], "Japan"):
        assert (e.country, e.letters, e.beliefs) == (None, (), {})


def test_a_model_without_the_readout(classifier: NameClassifier) -> None:
    with pytest.raises(CheckpointError, match="train one that does, with a --step-loss above 0"):
        explain(classifier, ["Otto"])


def test_log_odds_of_what_is_nearly_certain_or_decided() -> None:
    p = np.array([[1.0, 1e-30], [0.5, 0.5], [1.0, 0.0], [0.0, 1.0]])
    assert log_odds(p, 0) == pytest.approx([30 * math.log(10), 0.0, math.inf, -math.inf])


# how sure it is on the way


def test_beliefs_are_calibrated_without_the_temperature(bundled: list[Example]) -> None:
    """The figures that the README tells."""
    bundled_model = NameClassifier.load()
    model = bundled_model.model
    config = model.training
    test = split(unique(bundled), config.val_split, config.test_split, config.seed).test
    names = model.alphabet.encode([example.name for example in test])
    truth = np.repeat(country_indices(test, model.countries), names.lengths)
    found = {}
    for direction in model.network.directions:
        z = sum(step_scores(params, model.network, names, direction) for params in model.members)
        trained = trained_prior(np.array(model.counts, float), config.class_weight)
        for temperature in (1.0, model.temperature):
            p = adjust(np.asarray(z / len(model.members)), trained, bundled_model.prior, temperature)
            found[direction, temperature] = evaluate(p, truth, model.countries).ece
    assert found["forward", 1.0] == pytest.approx(0.036, abs=0.002)
    assert found["backward", 1.0] == pytest.approx(0.029, abs=0.002)
    assert min(found[direction, model.temperature] for direction in model.network.directions) > 0.1


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
    write_picture(tmp_path / "a.svg", explanations, steps.countries, 5)
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
    for (colour, element, title), (about, country, p) in zip(shares, expected, strict=True):
        assert title == f"{country} {p:.0%}"
        assert (colour == "c0") == (country == about)
        assert float(element.get("width", "")) == pytest.approx(max(600 * p - 1, 0), abs=0.01)
    # And every letter's effect, to the side that it is on.
    bars = [(colour, e) for colour, e, title in drawn if title is None and colour in ("c0", "c1")]
    effects = [letter.effect for e in explanations for letter in e.letters]
    assert [colour for colour, _ in bars] == ["c0" if effect >= 0 else "c1" for effect in effects]
    middle = {
        float(e.get("x", "")) + (0 if colour == "c0" else float(e.get("width", ""))) for colour, e in bars
    }
    assert max(middle) - min(middle) < 0.02
    longest = max(float(e.get("width", "")) for _, e in bars[:4])
    for (_, e), effect in zip(bars[:4], effects, strict=False):
        share = abs(effect) / max(map(abs, effects[:4]))
        assert float(e.get("width", "")) == pytest.approx(longest * share, abs=0.02)


def test_a_picture_of_what_a_prior_decides(model: Checkpoint, tmp_path: Path) -> None:
    certain = NameClassifier(stepwise(model), {"Japan": 1.0})
    write_picture(tmp_path / "a.svg", explain(certain, ["Otto"]), certain.countries, 3)
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
