"""What clipping is for: a training that diverges without it and learns with it."""

from dataclasses import replace

import pytest

from tests.benchmarks.clipping import CONFIG, task, train


@pytest.mark.long
def test_clipping_keeps_a_training_that_diverges_without_it() -> None:
    data = task()
    norms, last, error = train(data, replace(CONFIG, lr=0.003, clip_norm=0.0))
    assert max(norms) > 1000
    if not error:  # chance decides whether it overflows, or one long step ends all learning
        assert last is not None
        assert last.validation is not None
        assert last.validation.nll > 1.5  # log 5 = 1.609 is the loss of guessing among five countries
    norms, last, error = train(data, replace(CONFIG, lr=0.003, clip_norm=10.0, epochs=6))
    assert error == ""
    assert max(norms) > 1000  # as long as those that clipping prevents
    assert last is not None
    assert last.validation is not None
    assert last.validation.nll < 0.8
    assert last.clip_factor is not None
    assert last.clipped is not None
    assert last.clip_factor < 0.5 < last.clipped
