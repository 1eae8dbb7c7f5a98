"""Training that starts from a model: what is kept of it, what is solved for, and what is refused."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from rnn_names.base.arrays import Params
from rnn_names.cli.commands import app
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.metrics import wilson
from rnn_names.names.encoded import Encoded, country_indices
from rnn_names.names.examples import read_examples
from rnn_names.names.split import unique
from rnn_names.network.config import NetworkConfig
from rnn_names.network.layers import softmax
from rnn_names.network.scores import forward
from rnn_names.network.sums import with_sums
from rnn_names.show.training import chosen_line, saved_line
from rnn_names.training import loop, start, state
from rnn_names.training.folds import FoldReport
from rnn_names.training.logistic import PENALTIES, chosen_penalty, solved
from rnn_names.training.loop import EpochReport, clearly_lower
from rnn_names.training.run import Job, Training
from rnn_names.training.start import Base
from tests.test_cli import failed, fine, invoke

QUICK = ["--epochs", "2", "--workers", "1"]
SHORT = ["--epochs", "1", "--workers", "1"]


def train(*args: object) -> Any:
    return CliRunner().invoke(app, ["train", *map(str, args)])


@pytest.fixture(scope="module")
def base_file(knowing: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of n-grams, with every readout, as a file."""
    path = tmp_path_factory.mktemp("base") / "base.npz"
    checkpoint.save(path, knowing)
    return path


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory, few_countries: Path) -> Path:
    """Names with two labels of one's own; some have a letter of their own."""
    path = tmp_path_factory.mktemp("own") / "own.csv"
    names = [e.name for e in unique(read_examples(few_countries))][::4]
    rows = [f"{name}{'ʘ' if k % 3 else ''},{('odd', 'even')[k % 2]}\n" for k, name in enumerate(names)]
    path.write_text("name,country\n" + "".join(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("bits", [4, 8, 32])
def test_what_reads_a_name_is_kept(knowing: Checkpoint, tmp_path: Path, bits: int) -> None:
    checkpoint.save(tmp_path / "base.npz", knowing, bits)
    base = Base.load(tmp_path / "base.npz")
    model = base.model
    alphabet = replace(model.alphabet, letters="".join(sorted({*model.alphabet.letters, "ʘ", "ж"})))
    network = base.network(alphabet, len(model.countries))
    names = ["Schmidt", "Nguyễn", "Παπαδόπουλος", "O'Brien"]
    y, weight = np.array([0, 1, 2, 3]), np.ones(4)
    params = base.start(0, network, alphabet, model.countries, alphabet.encode(names), y, weight * 0 + 1)
    seen = with_sums(params, network)
    for name in ("country.W", "country.b"):  # those of the base again, in the place of what was solved for
        seen[name] = checkpoint.load(tmp_path / "base.npz").members[0][name]
    mine = forward(seen, network, alphabet.encode(names))
    theirs = forward(model.members[0], model.network, model.alphabet.encode(names))
    assert mine == pytest.approx(theirs, abs=2e-4)


def test_a_new_letter_begins_as_what_the_base_reads(knowing: Checkpoint) -> None:
    base = Base(knowing, "base", "")
    letters = "".join(sorted({*knowing.alphabet.letters, "ʘ"}))
    alphabet = replace(knowing.alphabet, letters=letters)
    network = base.network(alphabet, 2)
    names = alphabet.encode(["ab", "cd"])
    params = base.start(0, network, alphabet, ("A", "B"), names, np.array([0, 1]), np.ones(2))
    new, unknown = alphabet.symbols.index("ʘ"), 2
    assert np.array_equal(params["forward.U"][:, new], params["forward.U"][:, unknown])
    assert params["country.W"].shape[1] == 2


@pytest.mark.parametrize("penalty", [0.01, 0.1, 1.0])
def test_a_readout_is_solved_for(penalty: float) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(200, 5)), rng.integers(0, 3, 200)
    x[:, 0] += y
    W, b = rng.normal(size=(5, 3)), np.zeros(3)
    W_1, b_1 = solved(x, y, np.ones(200), W, b, penalty)
    p = np.exp(x @ W_1 + b_1)
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(200), y] -= 1
    assert p.sum(axis=0) / 200 == pytest.approx(0, abs=1e-5)  # the derivative with respect to b
    spread = x.std(axis=0)[:, None] + 1e-3
    assert x.T @ p / 200 + penalty * spread**2 * (W_1 - W) == pytest.approx(0, abs=1e-4)
    assert solved(x, y, np.ones(200), W, b, 1e6)[0] == pytest.approx(W, abs=1e-5)


@pytest.mark.parametrize(("told", "penalties"), [(3.0, PENALTIES[:4]), (0.0, PENALTIES[-1:])])
def test_the_penalty_suits_what_is_told_of_the_labels(told: float, penalties: tuple[float, ...]) -> None:
    """Two spellings of a name say the same: kept apart, they would be known by heart and no penalty win."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(150, 40)), rng.integers(0, 3, 150)
    x[:, :3] += told * np.eye(3)[y]
    x, y, name = np.tile(x, (2, 1)), np.tile(y, 2), np.tile(np.arange(150), 2)
    W, b = np.zeros((40, 3)), np.zeros(3)
    assert chosen_penalty(x, y, np.ones(300), W, b, name)[0] in penalties
    assert chosen_penalty(x[:1], y[:1], np.ones(1), W, b, name[:1])[0] in PENALTIES  # of one name
    # The numbers only tell names apart: of a sample of names they have gaps.
    assert chosen_penalty(x, y, np.ones(300), W, b, 997 * name) == chosen_penalty(
        x, y, np.ones(300), W, b, name
    )


def test_of_many_names_both_spellings_of_some_are_solved_for(
    knowing: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def solved_for(
        params: Params, network: NetworkConfig, names: Encoded, y: Any, weight: Any, name: Any
    ) -> Params:
        asked.append((names.lengths.tolist(), name.tolist()))
        return params

    monkeypatch.setattr(start, "_solved", solved_for)
    monkeypatch.setattr(start, "SOLVED", 10)
    base, n = Base(knowing, "base", ""), 40
    names = knowing.alphabet.encode(["a" * (k + 1) for k in range(n)] * 2)
    base.start(
        0,
        base.network(knowing.alphabet, 2),
        knowing.alphabet,
        ("A", "B"),
        names,
        np.zeros(2 * n, int),
        np.ones(2 * n),
    )
    ((lengths, name),) = asked
    assert name == [0, 9, 19, 29, 39] * 2
    assert lengths == [k + 3 for k in name]


def test_what_is_solved_for_stays_unless_an_epoch_is_clearly_better(
    base_file: Path, halves: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The labels stand in turn: it is as sure as the prior. Here no epoch is clearly better."""
    monkeypatch.setattr(loop, "CLEARLY", 1e9)
    recipe = {"epochs": 6, "workers": 1, "val_split": 0.3, "test_split": 0.3}
    training = Training(Job(data=halves, output=Path("a.npz"), recipe=recipe, base=base_file))
    first, *later = [event for event in training.run() if isinstance(event, EpochReport)]
    assert (first.epoch, first.temperature, first.members is None) == (0, 1.0, False)
    assert (first.loss, first.grad_norm, first.clipped, first.clip_factor, first.lr) == (None,) * 5
    assert [event.epoch for event in later] == list(range(1, len(later) + 1))
    assert not any(event.members for event in later)
    assert "is kept, the readout alone: no later one is clearly better" in saved_line(training)
    assert training.best is not None
    p = NameClassifier(training.best).predict_proba([e.name for e in training.data.parts.test])
    assert p == pytest.approx(0.5, abs=0.1)
    told = fine("info", "a.npz").stdout
    assert "network 1, epoch 0" in told


def test_labels_that_are_only_called_like_those_of_the_base_begin_at_nothing(knowing: Checkpoint) -> None:
    """The labels stand in turn: where the base knows one of them by its name, that says nothing."""
    base = Base(knowing, "base", "")
    labels = tuple(sorted(["No country", knowing.countries[0]]))
    network = base.network(knowing.alphabet, 2)
    texts = [f"{a}{b}{c}" for a in "BDFGLMNRST" for b in "aeiou" for c in ("n", "rt")]
    names = knowing.alphabet.encode(texts * 2)
    y = np.tile(np.random.default_rng(1).permutation(np.arange(100) % 2), 2)
    params = base.start(0, network, knowing.alphabet, labels, names, y, np.ones(200))
    p = softmax(forward(with_sums(params, network), network, names))
    assert p == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    ("before", "after", "clearly"),
    [
        ([1.0] * 4, [0.0] * 4, False),  # of four names nothing is clear
        ([1.0] * 5, [0.0] * 5, True),
        ([1.0] * 100, [0.9, 0.8] * 50, True),
        ([1.0] * 100, [0.0, 1.9] * 50, False),
        ([1.0] * 100, [1.0] * 100, False),
        ([1.0] * 100, [1.5] * 100, False),
    ],
    ids=str,
)
def test_clearly_lower_losses(*, before: list[float], after: list[float], clearly: bool) -> None:
    assert clearly_lower(np.array(after), np.array(before)) is clearly


def test_labels_and_letters_of_ones_own(base_file: Path, halves: Path, here: Path) -> None:
    for name in ("a.npz", "b.npz"):
        done = train(halves, "--from", base_file, "-o", name, *QUICK)
        assert done.exit_code == 0, done.output
    assert Path("a.npz").read_bytes() == Path("b.npz").read_bytes()
    model = checkpoint.load("a.npz")
    assert model.countries == ("even", "odd")
    assert "ʘ" in model.alphabet.letters
    assert model.data.base == "base.npz"
    told = CliRunner().invoke(app, ["info", "a.npz"])
    assert model.data.base_digest in "".join(told.output.split())


def test_frozen_only_the_readouts_change(base_file: Path, halves: Path, here: Path) -> None:
    done = train(halves, "--from", base_file, "--freeze", "-o", "a.npz", *QUICK)
    assert done.exit_code == 0, done.output
    a, base = checkpoint.load("a.npz"), checkpoint.load(base_file)
    for name in ("forward.W", "backward.W", "forward.b"):
        assert a.members[0][name] == pytest.approx(base.members[0][name], abs=1e-6)  # of an average


def test_a_finished_model_goes_on(base_file: Path, few_countries: Path, here: Path) -> None:
    done = train(few_countries, "--from", base_file, "-o", "a.npz", *QUICK)
    assert done.exit_code == 0, done.output
    before, after = checkpoint.load(base_file), checkpoint.load("a.npz")
    assert after.countries == before.countries
    assert (after.training.seed, after.data.split) == (before.training.seed, before.data.split)
    examples = read_examples(few_countries)
    y = country_indices(examples, after.countries)
    names = after.alphabet.encode(e.name for e in examples)
    right = [
        (
            forward(m.members[0], m.network, m.alphabet.encode(e.name for e in examples)).argmax(1) == y
        ).mean()
        for m in (before, after)
    ]
    assert len(names.lengths) == len(y)
    assert right[1] > right[0]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--from", "{base}", "--hidden-size", "8"], "--hidden-size comes from the model of --from"),
        (["--from", "{base}", "--cell", "gru"], "--cell comes from the model of --from"),
        (["--freeze"], "--freeze keeps what a model has learned"),
        (["--from", "none.npz"], "'none.npz' is no file"),
        (["--folds", "1"], "one fold leaves nothing"),
        (["--folds", "3", "--test-split", "0.2"], "there is no --test-split"),
    ],
)
def test_what_does_not_go_together(
    base_file: Path, halves: Path, here: Path, args: list[str], message: str
) -> None:
    done = train(halves, "-o", "a.npz", *(arg.format(base=base_file) for arg in args))
    assert done.exit_code == 2
    assert message in " ".join(done.output.replace("│", " ").split())
    assert not Path("a.npz").exists()


def test_a_model_is_not_written_over_the_one_it_starts_from(
    knowing: Checkpoint, halves: Path, here: Path
) -> None:
    checkpoint.save("a.npz", knowing)
    done = train(halves, "--from", "a.npz", "-o", "a.npz", *QUICK)
    assert done.exit_code in (1, 2)
    assert checkpoint.load("a.npz").countries == knowing.countries


def test_folds_score_every_name_once(base_file: Path, halves: Path, here: Path) -> None:
    done = train(halves, "--from", base_file, "--folds", "3", "-o", "a.npz", *QUICK)
    assert done.exit_code == 0, done.output
    n = len(unique(read_examples(halves)))
    assert f"3 folds, {n:,} names, each scored by a model that has not seen it: accuracy 0." in done.output
    assert "± " in done.output
    model = checkpoint.load("a.npz")
    assert (model.data.test, model.training.test_split) == (0, 0)


@pytest.mark.parametrize(
    ("of_base", "options", "bits"),
    [
        (4, [], 8),
        (8, [], 8),
        (16, [], 32),
        (32, [], 32),
        (4, ["--bits", "32"], 32),
        (4, ["--bits", "8"], 8),
        (4, ["--bits", "4"], 4),
        (32, ["--bits", "4"], 4),
    ],
    ids=str,
)
def test_from_a_base_of_few_bits_a_model_has_eight(
    *, knowing: Checkpoint, halves: Path, here: Path, of_base: int, options: list[str], bits: int
) -> None:
    checkpoint.save("base.npz", knowing, of_base)
    done = train(halves, "--from", "base.npz", "-o", "a.npz", *SHORT, *options)
    assert done.exit_code == 0, done.output
    model = checkpoint.load("a.npz")
    assert model.members[0]["forward.U"].dtype == {4: np.uint8, 8: np.int8, 32: np.float32}[bits]
    checkpoint.save("again.npz", model, bits)
    assert Path("a.npz").read_bytes() == Path("again.npz").read_bytes()


@pytest.mark.parametrize(("bits", "after"), [(None, 0), (8, 1), (32, 1)])
def test_a_resumed_training_from_a_base_of_few_bits_gives_the_same_bytes(
    *, knowing: Checkpoint, halves: Path, here: Path, bits: int | None, after: int
) -> None:
    checkpoint.save("base.npz", knowing, 4)
    recipe = {"epochs": 2, "workers": 1, "val_split": 0.2}
    whole, stopped = (
        Job(data=halves, output=Path(f"{name}.npz"), recipe=recipe, base=Path("base.npz"), bits=bits)
        for name in ("whole", "stopped")
    )
    for _ in Training(whole).run():
        pass
    for event in Training(stopped).run():
        if isinstance(event, EpochReport) and event.epoch == after:
            break
    for _ in Training(stopped, state.load(state.state_path(stopped.output))).run():
        pass
    assert Path("stopped.npz").read_bytes() == Path("whole.npz").read_bytes()
    model = checkpoint.load("whole.npz")
    assert model.members[0]["forward.U"].dtype == {8: np.int8, 32: np.float32}[bits or 8]


@pytest.mark.parametrize(
    ("recipe", "started", "told"),
    [
        (
            {},
            False,
            "3 × gru of 64 units, 0 n-grams; 20 epochs, patience 5; defaults for fewer than 200,000",
        ),
        (
            {"networks": 1, "cell": "rnn", "hidden_size": 3, "ngrams": 0, "epochs": 7, "patience": 0},
            False,
            "rnn of 3 units, 0 n-grams; 7 epochs, no early stop; defaults for fewer than 200,000 names",
        ),
        (
            {},
            True,
            "from base.npz: gru of 8 units, 216 n-grams; 10 epochs, patience 5; defaults for a model",
        ),
    ],
    ids=str,
)
def test_train_says_what_it_has_chosen(
    *, base_file: Path, halves: Path, here: Path, recipe: dict[str, Any], started: bool, told: str
) -> None:
    job = Job(data=halves, output=Path("a.npz"), recipe=recipe, base=base_file if started else None)
    assert chosen_line(Training(job)).startswith(told)


@pytest.fixture(scope="module")
def of_folds(halves: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A model that three folds were trained for before it, and what its training printed."""
    path = tmp_path_factory.mktemp("folds") / "a.npz"
    small = [*QUICK, "--networks", "1", "--hidden-size", "4", "--ngrams", "9", "--bag", "0"]
    done = train(halves, "--folds", "3", "-o", path, *small)
    assert done.exit_code == 0, done.output
    return path, done.output


def test_a_model_keeps_the_scores_of_its_folds(of_folds: tuple[Path, str], halves: Path) -> None:
    path, printed = of_folds
    kept = checkpoint.load(path).folds
    assert kept is not None
    accuracies = [float(found) for found in re.findall(r"fold ./3  accuracy (\S+)", printed)]
    assert (kept.folds, kept.names) == (3, len(unique(read_examples(halves))))
    assert kept.accuracy == pytest.approx(np.mean(accuracies), abs=1e-3)
    assert kept.accuracy_error == pytest.approx(np.std(accuracies, ddof=1) / 3**0.5, abs=1e-3)
    told = f"accuracy {kept.accuracy:.3f} ± {kept.accuracy_error:.3f}, macro-F1 {kept.macro_f1:.3f} ± "
    assert f"mean of the folds and its standard error: {told}" in printed
    assert f"3 folds, {kept.names:,} names: {told}" in " ".join(fine("info", path).stdout.split())
    assert json.loads(fine("info", path, "--format", "json").stdout)["folds"] == kept._asdict()


@pytest.mark.parametrize("options", [[], ["--split", "test"]], ids=str)
def test_evaluate_without_data_shows_the_scores_of_folds(
    of_folds: tuple[Path, str], options: list[str]
) -> None:
    path, _ = of_folds
    kept = checkpoint.load(path).folds
    assert kept is not None
    done = fine("evaluate", "-m", path, *options)
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.strip()}
    low, high = wilson(kept.accuracy * kept.names, kept.names)
    expected = [f"{kept.accuracy:.3f}", f"{kept.accuracy_error:.3f}", f"{low:.3f}", "to", f"{high:.3f}"]
    assert rows["accuracy"] == expected
    assert f"{kept.names:,} names, each scored in training by a model of the other folds" in done.stderr
    record = json.loads(fine("evaluate", "-m", path, *options, "--format", "json").stdout)
    assert record.pop("n") == kept.names
    assert record.pop("intervals") == {"accuracy": [low, high]}
    assert record == {name: value for name, value in kept._asdict().items() if name != "names"}
    too_low = invoke("evaluate", "-m", path, *options, "--min-accuracy", 1)
    assert too_low.exit_code == 1
    assert f"accuracy {kept.accuracy:.4f} is" in too_low.stderr


@pytest.mark.parametrize(
    "options",
    [["--errors", "1"], ["--format", "csv"], ["--confusion", "-"], ["--threshold", "0.5"], ["-m", "MODEL"]],
    ids=str,
)
def test_what_folds_do_not_keep_is_told_in_one_line(
    of_folds: tuple[Path, str], options: list[str], here: Path
) -> None:
    path, _ = of_folds
    options = [str(path) if option == "MODEL" else option for option in options]
    said = failed("evaluate", "-m", path, *options)
    assert "no test part is left, for the model learned it after its 3 folds, which had accuracy" in said
    assert said.endswith("give other DATA, or --split all\n")


def test_other_parts_of_a_model_of_folds_are_scored(of_folds: tuple[Path, str], halves: Path) -> None:
    path, _ = of_folds
    model = checkpoint.load(path)
    assert json.loads(fine("evaluate", "-m", path, "--split", "val", "--format", "json").stdout)["n"] == (
        model.data.val
    )
    every = json.loads(fine("evaluate", halves, "-m", path, "--split", "all", "--format", "json").stdout)
    assert every["n"] == len(read_examples(halves))


def test_a_resumed_training_keeps_the_scores_of_its_folds(
    of_folds: tuple[Path, str], halves: Path, tmp_path: Path
) -> None:
    path, _ = of_folds
    trained = checkpoint.load(path)
    shape = ["hidden_size", "bag"]
    job = Job(
        data=halves,
        output=tmp_path / "a.npz",
        recipe={
            **{"epochs": 2, "workers": 1, "networks": 1, "ngrams": 9},
            **{name: getattr(trained.network, name) for name in shape},
        },
        folds=3,
    )
    training = Training(job)
    assert sum(isinstance(event, FoldReport) for event in training.cross_validate()) == 3
    assert training.folds == trained.folds
    for event in training.run():
        if isinstance(event, EpochReport):
            break
    resumed = Training(job, state.load(state.state_path(job.output)))
    assert resumed.folds == trained.folds
    assert [event.epoch for event in resumed.run() if isinstance(event, EpochReport)] == [2]
    assert checkpoint.load(job.output).folds == trained.folds


def test_folds_that_cannot_be_are_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(
        "name,country\n" + "".join(f"N{c}o,{'AB'[k % 2]}\n" for k, c in enumerate("abcdef"))
    )
    arguments = ["train", str(tmp_path / "d.csv"), "--folds", "10", "-o", str(tmp_path / "m.npz")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert "has no name; give fewer folds, or another --seed" in " ".join(done.stderr.split())
    assert "epoch 1" not in done.stderr
    assert not (tmp_path / "m.npz").exists()
