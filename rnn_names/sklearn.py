"""The classifier as an estimator of scikit-learn; needs `pip install "rnn-names[sklearn]"`.

>>> from rnn_names.sklearn import NameCountryClassifier
>>> estimator = NameCountryClassifier(epochs=3, random_state=1)
>>> estimator.fit(["Schmidt", "Rossi"] * 20, ["Germany", "Italy"] * 20)  # doctest: +SKIP
>>> estimator.predict(["Schmitt"])  # doctest: +SKIP
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_names.base.arrays import FloatArray
from rnn_names.model.arguments import name_list
from rnn_names.names.example import Example
from rnn_names.names.spelling import has_letters
from rnn_names.training.call import train

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, column_or_1d
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        'rnn_names.sklearn needs scikit-learn: pip install "rnn-names[sklearn]"', name=error.name
    ) from error


class NameCountryClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Learns which label a name has; X is a column of names, y their labels.

    X is a list, an array, a pandas or Polars Series, an Arrow array, or a frame or array of one column. A
    name is text and no row of features, so there is no `n_features_in_`.

    epochs, hidden_size, networks   as of `rnn-names train`; None: by the number of names
    recipe         a mapping of further fields of the recipe, such as {"lr": 0.01}
    random_state   the seed; the same seed, data and recipe give the same model

    classes_       the labels, sorted: the columns of `predict_proba`
    classifier_    the NameClassifier, once fitted: it explains, generates and saves

    A missing name, and one without a letter, teaches nothing; its prediction is the prior. A class whose
    names are all of that kind has probability 0. A sample weight counts among the names of one label, and
    of names that are repeated under a label the largest counts: how much labels count is said by the
    `class_weight` of the recipe.
    """

    def __init__(
        self,
        epochs: int | None = None,
        hidden_size: int | None = None,
        networks: int | None = None,
        recipe: Mapping[str, Any] | None = None,
        random_state: Any = None,
    ) -> None:
        self.epochs = epochs
        self.hidden_size = hidden_size
        self.networks = networks
        self.recipe = recipe
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "NameCountryClassifier":
        """Train on names X (n,) with labels y (n,). Raises ValueError and DataError for what cannot be."""
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        names = _column(X)
        y = column_or_1d(y, warn=True)
        if len(names) != len(y):
            raise ValueError(f"inconsistent numbers of samples: {len(names)} names and {len(y)} labels")
        check_classification_targets(y)
        classes, of_name = np.unique(y, return_inverse=True)
        weights = np.ones(len(names))
        if sample_weight is not None:
            weights = _check_sample_weight(
                sample_weight, np.empty((len(names), 1)), ensure_non_negative=True
            )
            if not weights.any():
                raise ValueError("all sample weights are zero; give one above 0")
        # A label of the model is a text; those that are none go by their places.
        spoken = all(isinstance(label, str) for label in classes.tolist())
        labels = [str(label) if spoken else f"{place:09}" for place, label in enumerate(classes)]
        # Training takes the root of a weight.
        examples = [
            Example(name, labels[place], weight**2)
            for name, place, weight in zip(names, of_name.tolist(), weights.tolist(), strict=True)
            if weight > 0 and has_letters(name)
        ]
        if len({example.country for example in examples}) < 2:
            raise ValueError(
                "there are names of less than 2 classes (one class); give names of two or more"
            )
        self.classifier_ = train(examples, **self._recipe())
        self.classes_ = classes
        self._places = np.array([labels.index(label) for label in self.classifier_.countries])
        return self

    def _recipe(self) -> dict[str, Any]:
        seed = self.random_state
        if not isinstance(seed, int | np.integer):
            seed = check_random_state(seed).randint(np.iinfo(np.int32).max)
        chosen = {"epochs": self.epochs, "hidden_size": self.hidden_size, "networks": self.networks}
        given = {name: value for name, value in chosen.items() if value is not None}
        # Scikit-learn divides data itself, and has its own processes.
        return {"test_split": 0.0, "workers": 1, "seed": int(seed), **given, **(self.recipe or {})}

    def predict_proba(self, X: Any) -> FloatArray:
        """The probability of each of `classes_` for each name: (n, C) float64, each row's sum 1."""
        check_is_fitted(self)
        names = _column(X)
        known = self.classifier_.predict_proba(names).astype(float)
        known[np.isnan(known).any(axis=1)] = self.classifier_.prior
        p = np.zeros((len(names), len(self.classes_)))
        p[:, self._places] = known / known.sum(axis=1, keepdims=True)
        return p

    def predict(self, X: Any) -> Any:
        """The likeliest class of each name: (n,)."""
        p = self.predict_proba(X)
        return self.classes_[p.argmax(axis=1)]


def _column(X: Any) -> list[str]:
    """The names in a column, or in a frame or array of one column."""
    shape = getattr(X, "shape", None)
    if shape is not None and len(shape) == 2:
        if shape[1] != 1:
            raise ValueError(f"X has {shape[1]} columns; give one column of names")
        X = X.iloc[:, 0] if hasattr(X, "iloc") else X[X.columns[0]] if hasattr(X, "columns") else X[:, 0]
    elif isinstance(X, list) and X and all(isinstance(row, list) and len(row) == 1 for row in X):
        X = [name for (name,) in X]
    names = name_list(X)
    if not names:
        raise ValueError("found 0 samples (names), while a minimum of 1 is required")
    return names
