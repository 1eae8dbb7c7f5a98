"""Prepare the model of the world for bundling: its prior and its temperature, for people it never saw.

`python data/finish.py TRAINED.npz` fits the temperatures on data/test, names that nothing was learned from,
under the prior `population`: one on names of one word, and one on all names, for full names. The model
knows people of other sources less well than those of data/test, so family names count for the second, too.
The script writes rnn_names/model/bundled.npz. That model names data/test as its data, so `rnn-names
evaluate` scores it there and does not need `people/world`, which cannot be shipped.
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
    counts = np.array(model.counts, float)

    def fitted(asked: list[tuple[str, str]]) -> float:
        places = [classifier.labels.place(country) for _, country in asked]
        known = [(name, k) for (name, _), k in zip(asked, places, strict=True) if k is not None]
        return fit_temperature(
            classifier.scores(model.alphabet.encode(name for name, _ in known)).astype(float),
            np.array([place for _, place in known]),
            trained_prior(counts, model.training.class_weight),
            prior_weights(PRIOR, counts, classifier.labels),
        )

    names = [(e.name, e.country) for e in held_out]
    families = [(family_name(*named), named[1]) for named in names if is_latin(named[0])]
    asked = [named for named in (*names, *families) if named[0]]
    temperature, alone = fitted(asked), fitted([named for named in asked if " " not in named[0]])
    data = model.data._replace(
        source=HELD_OUT, fingerprint=fingerprint(held_out), val=0, test=len(held_out)
    )
    training = replace(model.training, prior=PRIOR)
    made = replace(model, temperature=temperature, alone=alone, training=training, data=data)
    checkpoint.save(BUNDLED_MODEL, made, BITS)
    print(f"{BUNDLED_MODEL}: temperature {temperature:.3f}, of names of one word {alone:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
