"""Make the model of the world ready to be bundled: its prior and its temperature, for people it never saw.

`python data/finish.py TRAINED.npz` fits the temperature on data/test, names that nothing was learned from,
as full names and as family names alone, under the prior `population`, and writes
rnn_names/model/bundled.npz. The model then says that its data are data/test: `rnn-names evaluate` scores
it there, and `people/world`, which cannot be shipped, is not asked for.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from compose import family_name, is_latin

from rnn_names.base.bundled import BUNDLED_MODEL, HELD_OUT, bundled_test
from rnn_names.model import checkpoint
from rnn_names.model.calibration import fit_temperature, prior_weights, trained_prior
from rnn_names.model.classifier import NameClassifier
from rnn_names.names.examples import read_examples
from rnn_names.names.split import fingerprint

PRIOR = "population"
BITS = 4


def main(path: str) -> None:
    model = checkpoint.load(Path(path))
    classifier = NameClassifier(model)
    held_out = read_examples(bundled_test())
    known = [(e.name, e.country, classifier.labels.place(e.country)) for e in held_out]
    families = [(family_name(n, c), c, k) for n, c, k in known if is_latin(n) and family_name(n, c)]
    asked = [(name, place) for name, _, place in [*known, *families] if place is not None]
    counts = np.array(model.counts, float)
    z = classifier.scores(model.alphabet.encode(name for name, _ in asked)).astype(float)
    temperature = fit_temperature(
        z,
        np.array([place for _, place in asked]),
        trained_prior(counts, model.training.class_weight),
        prior_weights(PRIOR, counts, classifier.labels),
    )
    data = replace(
        model.data, source=HELD_OUT, fingerprint=fingerprint(held_out), val=0, test=len(held_out)
    )
    made = replace(model, temperature=temperature, training=replace(model.training, prior=PRIOR), data=data)
    checkpoint.save(BUNDLED_MODEL, made, BITS)
    print(f"{BUNDLED_MODEL}: temperature {temperature:.3f} from {len(asked):,} names")


if __name__ == "__main__":
    main(*sys.argv[1:])
