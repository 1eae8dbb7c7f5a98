"""A model under a prior: from encoded names to scores, and from scores to probabilities."""

import numpy as np

from rnn_names.base.arrays import FloatArray
from rnn_names.base.errors import CheckpointError
from rnn_names.model.calibration import Prior, adjust, prior_weights, trained_prior
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.names.encoded import Encoded
from rnn_names.names.labels import Labels
from rnn_names.network.scores import forward

WORKERS = 2  # threads that score a long list; a short one takes none
LARGEST_SCORE = 1e30  # still finite after division by the lowest temperature


def checked(z: FloatArray) -> FloatArray:
    """The scores. Raises CheckpointError if they overflow."""
    if not np.abs(z).max(initial=0) < LARGEST_SCORE:  # also true of NaN
        raise CheckpointError("a score of the model overflows; use another, or train it again")
    return z


class CalibratedModel:
    """The averaged networks of a model, its temperatures, and the prior that it answers under."""

    def __init__(self, model: Checkpoint, prior: Prior | None) -> None:
        """Without a prior, that of the calibration. Raises DataError for one that the model cannot have."""
        self.model = model
        self.labels = Labels(model.countries)
        self.workers = WORKERS
        counts = np.array(model.counts, float)
        self._trained = trained_prior(counts, model.training.class_weight)
        self._own = prior_weights(model.training.prior, counts, self.labels)
        weights = self._own if prior is None else prior_weights(prior, counts, self.labels)
        weights = weights / weights.max()  # first, because the sum may overflow
        self.prior = weights / weights.sum()

    def scores(self, encoded: Encoded) -> FloatArray:
        """The scores z (n, C), averaged over the networks. Raises CheckpointError if they overflow."""
        model = self.model
        with np.errstate(all="ignore"):
            z = sum(forward(params, model.network, encoded, self.workers) for params in model.members)
        z = np.asarray(z / np.float32(len(model.members)))
        return checked(z)

    def calibrated(self, z: FloatArray, encoded: Encoded, temperature: float | None = None) -> FloatArray:
        """p (n, C) from the averaged scores z of these names, as precise as z.

        A share u of unknown letters moves a name that far towards the prior. `temperature` takes the place
        of the model's own.
        """
        model = self.model
        t = self._temperatures(encoded) if temperature is None else temperature
        p = adjust(z, self._trained, self._own, t, self.prior)
        u = model.alphabet.unknown_share(encoded).astype(p.dtype)[:, None]
        if u.any():
            p = (1 - u) * p + u * self.prior.astype(p.dtype)
        return p

    def of_encoded(self, encoded: Encoded) -> FloatArray:
        """p (n, C) of these names."""
        return self.calibrated(self.scores(encoded), encoded)

    def _temperatures(self, encoded: Encoded) -> float | FloatArray:
        """The temperature, or (n, 1) for each name its own: a name of one word may have another."""
        model, blank = self.model, self.model.alphabet.symbols.find(" ")
        if model.alone is None or blank < 0 or not len(encoded.lengths):
            return model.temperature
        several = np.logical_or.reduceat(encoded.symbols == blank, encoded.starts)
        return np.where(several, model.temperature, model.alone)[:, None]
