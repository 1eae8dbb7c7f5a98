"""The estimator of scikit-learn: its contract by scikit-learn's own checks, and what works with it."""

import io
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn", reason='scikit-learn is missing: pip install ".[sklearn]"')

from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted, validate_data

from rnn_names.names.examples import read_examples
from rnn_names.sklearn import NameCountryClassifier

pytestmark = [pytest.mark.extras, pytest.mark.filterwarnings("default")]  # of other projects

QUICK = {"val_split": 0.0, "bag": 0, "ngrams": 0, "join": 0.0}
CANNOT = {
    "check_sample_weight_equivalence_on_dense_data": "a name repeated under its label is learned once",
    "check_classifiers_train": "that accuracy is of features by their size, and letters have none",
    "check_array_api_input": "names are no numbers of an array library",
}
# Each of these kinds is checked, whatever else scikit-learn checks.
NEEDED = [
    "check_estimator_cloneable",
    "check_no_attributes_set_in_init",
    "check_get_params_invariance",
    "check_set_params",
    "check_parameters_default_constructible",
    "check_estimators_overwrite_params",
    "check_dont_overwrite_parameters",
    "check_fit_idempotent",
    "check_fit_check_is_fitted",
    "check_estimators_pickle",
    "check_estimators_unfitted",
    "check_dict_unchanged",
    "check_readonly_memmap_input",
    "check_sample_weights_pandas_series",
    "check_sample_weights_not_an_array",
    "check_sample_weights_list",
    "check_sample_weights_shape",
    "check_sample_weights_not_overwritten",
    "check_classifiers_classes",
    "check_classifiers_one_label",
    "check_classifier_data_not_an_array",
    "check_methods_subset_invariance",
    "check_methods_sample_order_invariance",
    "check_requires_y_none",
    "check_supervised_y_2d",
]


class OfNumbers(NameCountryClassifier):
    """Spells each row of numbers as a name, for scikit-learn's checks know nothing but numbers."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.one_d_array = True, False
        tags.input_tags.allow_nan = tags.input_tags.string = False
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> NameCountryClassifier:
        if y is None:
            return super().fit(X, y)
        X, y = validate_data(self, X, y)
        return super().fit(spelled(X), y, sample_weight)

    def predict_proba(self, X: Any) -> Any:
        check_is_fitted(self)
        return super().predict_proba(spelled(validate_data(self, X, reset=False)))


def spelled(X: Any) -> list[str]:
    def letter(number: float) -> str:
        return chr(97 + int(np.clip(2 * number + 13, 0, 25)))

    return ["".join(chr(97 + k) + letter(x) for k, x in enumerate(row[:10])) for row in X]


def test_the_checks_of_scikit_learn() -> None:
    pytest.importorskip("pandas")  # some of the checks give its frames
    estimator = OfNumbers(epochs=3, hidden_size=8, networks=1, random_state=1, recipe=QUICK)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(estimator, on_fail=None, on_skip=None)
    failed = {
        result["check_name"]: result["exception"] for result in results if result["status"] != "passed"
    }
    assert failed.keys() <= CANNOT.keys(), failed
    passed = {result["check_name"] for result in results if result["status"] == "passed"}
    assert set(NEEDED) <= passed
    assert sum(result["status"] == "passed" for result in results) >= 50


@pytest.fixture(scope="module")
def data(few_countries: Path) -> tuple[list[str], list[str]]:
    examples = read_examples(few_countries)[::4]
    return [example.name for example in examples], [example.country for example in examples]


def small(**more: Any) -> NameCountryClassifier:
    recipe = {"bag": 16, "lr": 0.02, "batch_size": 32}
    return NameCountryClassifier(
        **{"epochs": 4, "hidden_size": 16, "networks": 1, "recipe": recipe, "random_state": 1, **more}
    )


def test_cross_validation_and_a_search(data: tuple[list[str], list[str]]) -> None:
    scores = cross_val_score(small(), *data, cv=3)
    assert scores.min() > 0.4  # of five countries
    search = GridSearchCV(small(), {"epochs": [1, 4]}, cv=2).fit(*data)
    assert search.best_params_ == {"epochs": 4}
    assert search.best_estimator_.classes_.tolist() == sorted(set(data[1]))


def test_calibration_and_a_pipeline(data: tuple[list[str], list[str]]) -> None:
    names, labels = np.array(data[0], object), data[1]
    calibrated = CalibratedClassifierCV(small(), cv=2).fit(names, labels)
    p = calibrated.predict_proba(names)
    assert p.shape == (len(names), 5)
    assert np.allclose(p.sum(axis=1), 1)
    assert calibrated.score(names, labels) > 0.5
    upper = FunctionTransformer(lambda names: [name.upper() for name in names])
    assert make_pipeline(upper, small()).fit(*data).score(*data) > 0.5


def test_pickle_and_joblib_keep_the_answers(data: tuple[list[str], list[str]]) -> None:
    import joblib

    estimator = small(epochs=1).fit(*data)
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    for again in (pickle.loads(pickle.dumps(estimator)), joblib.load(file)):
        assert np.array_equal(again.predict_proba(data[0]), estimator.predict_proba(data[0]))


@pytest.mark.parametrize(
    "kind", [list, tuple, lambda names: np.array(names), lambda names: np.array(names, object)[:, None]]
)
def test_kinds_of_columns(data: tuple[list[str], list[str]], kind: Any) -> None:
    expected = small(epochs=1).fit(*data).predict_proba(data[0])
    assert np.array_equal(
        small(epochs=1).fit(kind(data[0]), data[1]).predict_proba(kind(data[0])), expected
    )


@pytest.mark.parametrize("labels", [[3, 1, 2], [3.0, 1.0, 2.0], ["c", "a", "b"], [True, False, True]])
def test_labels_of_every_kind_come_back(data: tuple[list[str], list[str]], labels: list[Any]) -> None:
    y = np.array([labels[k % 3] for k in range(len(data[0]))])
    estimator = small(epochs=1).fit(data[0], y)
    assert estimator.classes_.tolist() == sorted(set(labels))
    assert set(estimator.predict(data[0]).tolist()) <= set(labels)
    assert estimator.predict(data[0]).dtype == y.dtype


def test_a_missing_name_has_the_prior(data: tuple[list[str], list[str]]) -> None:
    names, labels = [None, "", *data[0]], ["Greece", "Nowhere", *data[1]]
    estimator = small(epochs=1).fit(names, labels)
    p = estimator.predict_proba([None, "12"])
    assert estimator.classes_.tolist() == sorted(set(labels))
    assert p[:, estimator.classes_.tolist().index("Nowhere")].tolist() == [0, 0]
    assert np.allclose(p.sum(axis=1), 1)
    assert np.array_equal(p[0], p[1])


def test_a_weight_counts(data: tuple[list[str], list[str]]) -> None:
    even = small(epochs=1).fit(*data)
    ones = small(epochs=1).fit(*data, sample_weight=[1] * len(data[0]))
    uneven = small(epochs=1).fit(*data, sample_weight=1 + np.arange(len(data[0])) % 7)
    assert np.array_equal(even.predict_proba(data[0]), ones.predict_proba(data[0]))
    assert not np.array_equal(even.predict_proba(data[0]), uneven.predict_proba(data[0]))
    none = np.array([label != "Japan" for label in data[1]], float)
    left_out = small(epochs=1).fit(*data, sample_weight=none)
    assert left_out.predict_proba(data[0])[:, left_out.classes_.tolist().index("Japan")].max() == 0
