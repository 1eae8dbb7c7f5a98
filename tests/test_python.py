"""The Python API: names of every kind in, answers as columns out, and a training in one call."""

import inspect
import pydoc
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rnn_names
from rnn_names import DataError, Example, NameClassifier
from rnn_names.base import errors
from rnn_names.model.arguments import name_list
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.names.examples import read_examples
from rnn_names.names.groups import asked as asked_groups
from rnn_names.names.groups import grouped

NAMES = ["Schmidt", "Nguyen", None, "", "Schmidt", "Παπαδόπουλος", "🙂", "x" * 5000]


class OfArray:
    """Names in an object that has nothing but `__array__`."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> "np.ndarray[Any, Any]":
        return np.array(["Schmidt", None], object)


class OfArrow:
    """Names in an Arrow array of a library that is not installed here."""

    def __arrow_c_array__(self, schema: object = None) -> None: ...

    def to_pylist(self) -> list[str | None]:
        return ["Schmidt", None]


TAKEN = [
    ["Schmidt", None],
    ("Schmidt", float("nan")),
    iter(["Schmidt", None]),
    np.array(["Schmidt", None], object),
    np.array(["Schmidt", ""]),
    OfArray(),
    OfArrow(),
]
if hasattr(np.dtypes, "StringDType"):  # NumPy 2
    TAKEN.append(np.array(["Schmidt", None], np.dtypes.StringDType(na_object=None)))


@pytest.mark.parametrize("names", TAKEN, ids=lambda names: type(names).__name__)
def test_names_are_taken_in_every_kind_of_column(names: Any) -> None:
    assert name_list(names) == ["Schmidt", ""]


def test_columns_are_the_answers_of_predict(classifier: NameClassifier) -> None:
    columns = classifier.predict_frame(NAMES, top_k=2, threshold=0.5)
    assert [*columns] == ["country", "probability", "country_2", "probability_2", "unknown_letters"]
    for k, guesses in enumerate(classifier.predict(NAMES, 2)):
        if not guesses:
            assert columns["country"][k] is None
            assert np.isnan(columns["probability"][k])
            continue
        sure = guesses[0].probability >= 0.5
        assert columns["country"][k] == (guesses[0].country if sure else "unknown")
        assert (columns["probability"][k], columns["country_2"][k]) == (
            guesses[0].probability,
            guesses[1].country,
        )
        assert columns["unknown_letters"][k] == classifier.unknown_letters(str(NAMES[k]))


def test_columns_of_groups_and_codes() -> None:
    classifier = NameClassifier.load()  # it has regions of several countries
    asked = classifier.predict_by(NAMES, rnn_names.regions(classifier.labels), 1)
    between = (asked[0][0][0].probability + asked[0][1][0].probability) / 2
    levels = set()
    for threshold in (0.0, between, 1.0):
        columns = classifier.predict_frame(NAMES, threshold=threshold, by="region", codes=True)
        assert [*columns][3:] == ["region", "region_probability", "answer", "level"]
        for k, (guesses, groups) in enumerate(asked):
            row = {name: column[k] for name, column in columns.items()}
            if not guesses:
                assert (row["region"], row["answer"], row["level"]) == (None, None, None)
                assert np.isnan(row["region_probability"])
                continue
            code, region = classifier.labels.code(guesses[0].country), groups[0]
            expected = ("unknown", "unknown")
            if region.probability >= threshold:
                expected = (region.country, "region")
            if guesses[0].probability >= threshold:
                expected = (code, "country")
            assert (row["answer"], row["level"]) == expected
            assert row["country"] == (code if expected[1] == "country" else "unknown")
            assert (row["region"], row["region_probability"]) == tuple(region)
            levels.add(row["level"])
    assert levels == {"country", "region", "unknown"}


def test_groups_are_a_mapping_a_file_or_groups(classifier: NameClassifier, tmp_path: Path) -> None:
    of = {country: country[:1] for country in classifier.countries}
    table = tmp_path / "groups.csv"
    table.write_text("country,group\n" + "".join(f"{c},{g}\n" for c, g in of.items()), encoding="utf-8")
    found = [classifier.predict_frame(["Schmidt"], groups=groups) for groups in (of, table, str(table))]
    found.append(classifier.predict_frame(["Schmidt"], groups=asked_groups(classifier.labels, None, of)))
    assert all(columns == found[0] for columns in found)
    assert found[0]["group"][0] in set(of.values())


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"by": "continent"}, ValueError, "by must be 'region' or None, not 'continent'"),
        ({"by": "region", "groups": {}}, ValueError, "by or groups, not both"),
        ({"groups": {}}, DataError, "groups: no group for"),
        ({"groups": "missing.csv"}, DataError, "missing.csv"),
        ({"groups": grouped(["a"])}, DataError, "another model"),
    ],
)
def test_groups_that_cannot_be(
    classifier: NameClassifier, wrong: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        classifier.predict_frame([], **wrong)


def test_labels_that_are_no_countries_have_neither_regions_nor_codes() -> None:
    data = [Example("Anna", "cat"), Example("Otto", "dog"), Example("Hanna", "cat"), Example("Toto", "dog")]
    classifier = rnn_names.train(data * 5, **SMALL, val_split=0.0, test_split=0.0)
    for wrong, message in (({"by": "region"}, "no regions"), ({"codes": True}, "no codes")):
        with pytest.raises(DataError, match=message):
            classifier.predict_frame([], **wrong)


def test_columns_of_no_names(classifier: NameClassifier) -> None:
    assert [len(column) for column in classifier.predict_frame([]).values()] == [0, 0, 0]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"threshold": 1.5}, ValueError),
        ({"threshold": float("nan")}, ValueError),
        ({"threshold": "0.5"}, TypeError),
        ({"threshold": True}, TypeError),
        ({"top_k": 0}, ValueError),
        ({"top_k": 1.0}, TypeError),
    ],
)
def test_a_wrong_argument(
    classifier: NameClassifier, wrong: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        classifier.predict_frame(["Schmidt"], **wrong)


def test_more_countries_than_the_model_has(classifier: NameClassifier) -> None:
    columns = classifier.predict_frame(["Schmidt"], top_k=7)
    assert columns["country_5"][0] in classifier.countries
    assert columns["country_6"][0] is None


def test_a_saved_model_gives_the_same_answers(classifier: NameClassifier, tmp_path: Path) -> None:
    classifier.save(tmp_path / "saved.npz")
    again = NameClassifier.load(tmp_path / "saved.npz")
    assert again.predict(NAMES) == classifier.predict(NAMES)


SMALL: dict[str, Any] = {"epochs": 1, "hidden_size": 8, "bag": 4, "networks": 1, "workers": 1}


def test_training_on_examples_is_that_on_their_file(few_countries: Path, tmp_path: Path) -> None:
    events: list[object] = []
    of_folder = rnn_names.train(few_countries, tmp_path / "m.npz", on_event=events.append, **SMALL)
    of_examples = rnn_names.train(read_examples(few_countries), **SMALL)
    assert np.array_equal(of_folder.predict_proba(["Schmidt"]), of_examples.predict_proba(["Schmidt"]))
    assert type(events[-1]).__name__ == "EpochReport"
    assert [path.name for path in tmp_path.iterdir()] == ["m.npz"]
    again = NameClassifier.load(tmp_path / "m.npz")
    assert np.array_equal(of_folder.predict_proba(["Schmidt"]), again.predict_proba(["Schmidt"]))
    assert of_examples.model.data.source == "-"  # not taken for the bundled names


PEOPLE = [Example(f"{a}{k}", a) for a in ("Anna", "Otto") for k in ("a", "b", "c", "ri", "na", "lo")]


def test_training_event_by_event_is_that_in_one_call(few_countries: Path, tmp_path: Path) -> None:
    called: list[object] = []
    expected = rnn_names.train(few_countries, on_event=called.append, **SMALL)
    run = rnn_names.TrainingRun(few_countries, tmp_path / "m.npz", **SMALL)
    with pytest.raises(rnn_names.TrainingError, match="before the first epoch"):
        _ = run.classifier
    for _ in range(2):  # to iterate again is to train again
        events = [*run]
        assert [type(event) for event in events] == [type(event) for event in called]
        assert {type(event) for event in events} == {rnn_names.StepReport, rnn_names.EpochReport}
        for found in (run.classifier, NameClassifier.load(tmp_path / "m.npz")):
            assert np.array_equal(found.predict_proba(["Schmidt"]), expected.predict_proba(["Schmidt"]))
    assert [path.name for path in tmp_path.iterdir()] == ["m.npz"]


def test_a_loop_that_is_left_keeps_the_best_model_and_nothing_else(tmp_path: Path) -> None:
    run = rnn_names.TrainingRun(PEOPLE, tmp_path / "m.npz", **{**SMALL, "epochs": 50})
    for event in run:
        if isinstance(event, rnn_names.EpochReport):
            break
    assert run.classifier.countries == ("Anna", "Otto")
    assert run.classifier.model.history
    assert [path.name for path in tmp_path.iterdir()] == ["m.npz"]

    def stop(event: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rnn_names.train(PEOPLE, tmp_path / "m.npz", on_event=stop, **SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["m.npz"]
    rnn_names.train(PEOPLE, tmp_path / "m.npz", **SMALL)  # no state is in its way


def test_a_training_does_not_touch_the_state_of_another(tmp_path: Path) -> None:
    other = iter(rnn_names.TrainingRun(PEOPLE, tmp_path / "m.npz", **{**SMALL, "epochs": 3}))
    for event in other:
        if isinstance(event, rnn_names.EpochReport):
            break  # it goes on below
    with pytest.raises(rnn_names.CheckpointError, match="another training writes this state"):
        rnn_names.train(PEOPLE, tmp_path / "m.npz", **SMALL)
    assert (tmp_path / "m.npz.resume").exists()
    assert sum(isinstance(event, rnn_names.EpochReport) for event in other) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["m.npz"]


@pytest.mark.parametrize("data", [iter(PEOPLE), tuple(PEOPLE), (example for example in PEOPLE)])
def test_examples_are_any_iterable(data: Any) -> None:
    run = rnn_names.TrainingRun(data, **SMALL)
    assert [type(event) for event in run] == [type(event) for event in run]  # also the second time
    assert run.classifier.countries == ("Anna", "Otto")


def test_a_pair_of_texts_is_an_example(classifier: NameClassifier) -> None:
    pairs = [example[:2] for example in PEOPLE]
    lists: Any = [[*pair] for pair in pairs]
    of_examples, of_pairs = (rnn_names.train(data, **SMALL) for data in (PEOPLE, pairs))
    assert np.array_equal(of_examples.predict_proba(["Anna"]), of_pairs.predict_proba(["Anna"]))
    assert of_examples.evaluate(PEOPLE) == of_pairs.evaluate(pairs) == of_pairs.evaluate(lists)
    said = r"^examples must be Example\(name, country\) or pairs; examples\[1\] is "
    wrong: Any
    for wrong in (("Ono",), ("Ono", 1), ("Ono", "Japan", 2.0), "ab", None, Example("Ono", None)):  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=said):
            classifier.evaluate([Example("Abe", "Japan"), wrong])
        with pytest.raises(TypeError, match=said):
            rnn_names.train([("Abe", "Japan"), wrong])


def test_errors_of_training() -> None:
    with pytest.raises(TypeError, match="no argument 'epoch'"):
        rnn_names.train([], epoch=1)
    with pytest.raises(DataError, match="no examples"):
        rnn_names.train([])
    with pytest.raises(TypeError, match=r"examples\[0\]"):
        rnn_names.train(["Schmidt"])  # type: ignore[list-item]  # what is tested
    with pytest.raises(ValueError, match="epochs"):
        rnn_names.train([Example("a", "A"), Example("b", "B")], epochs=0)


def test_two_threads_share_a_classifier() -> None:
    """The answers are those of one thread, and the work takes no longer."""
    classifier = NameClassifier.load()
    names = [
        f"{a}{b}" for a in ("Schmidt", "Nguyen", "García", "Ivanov") for b in map(chr, range(97, 123))
    ] * 8
    expected = classifier.predict(names)
    ratios = []
    for _ in range(3):  # the machine may have other work
        began = time.perf_counter()
        for _ in range(4):
            classifier.predict(names)
        alone = time.perf_counter() - began
        with ThreadPoolExecutor(2) as pool:
            began = time.perf_counter()
            found = [*pool.map(classifier.predict, [names] * 4)]
            ratios.append((time.perf_counter() - began) / alone)
        assert found == [expected] * 4
    assert min(ratios) < 1.3


def test_help_lists_what_is_public() -> None:
    public = set(rnn_names.__all__) - {"__version__"}
    assert public <= set(dir(rnn_names))
    of_errors = {name for name, each in vars(errors).items() if isinstance(each, type)}
    assert of_errors <= public
    for name in public - of_errors:
        assert re.search(rf"\b{name}\b", str(rnn_names.__doc__)), name
    shown = re.sub(".\b", "", pydoc.render_doc(rnn_names))  # bold is each letter twice
    for name in public:
        each = getattr(rnn_names, name)
        first = inspect.cleandoc(each.__doc__).splitlines()[0]
        assert first in shown, name
        assert not first.startswith(f"{name}("), name  # what Python writes where nothing is written
    for name, method in vars(NameClassifier).items():
        if not name.startswith("_"):
            assert method.__doc__, name


@pytest.mark.parametrize("what", ["predict", "predict_proba", "predict_frame", "explain", "generate"])
def test_threads_get_the_answers_of_one(knowing: Checkpoint, tmp_path: Path, what: str) -> None:
    """Whatever they ask of one classifier, and whoever asks first: what is cached, too."""
    names = ["Schmidt", "Nguyen", "García", "Παπαδόπουλος", "Dr. Ivanov", None] * 20
    ask: dict[str, Any] = {
        "predict": lambda one, k: one.predict(names[k:]),
        "predict_proba": lambda one, k: one.predict_proba(names[k:]).tobytes(),
        "predict_frame": lambda one, k: str(one.predict_frame(names[k:], by="region", codes=True)),
        "explain": lambda one, k: str(rnn_names.explain(one, names[k : k + 4])),
        "generate": lambda one, k: rnn_names.generate(one.model, one.countries[k], 3),
    }
    NameClassifier(knowing).save(tmp_path / "m.npz")
    alone, shared = NameClassifier.load(tmp_path / "m.npz"), NameClassifier.load(tmp_path / "m.npz")
    expected = [ask[what](alone, k) for k in range(4)]
    with ThreadPoolExecutor(2) as pool:
        assert [*pool.map(lambda k: ask[what](shared, k), range(4))] == expected


def test_none_of_the_frames_is_imported() -> None:
    assert NameClassifier.load().predict_frame(["Schmidt"])["country"][0] == "Germany"
    code = (
        "import sys, rnn_names; rnn_names.NameClassifier.load().predict_frame(['a']); rnn_names.train;"
        "print({'pandas', 'polars', 'pyarrow', 'sklearn', 'pyspark'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
