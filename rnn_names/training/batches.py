"""Batches of names of similar length."""

import numpy as np

from rnn_names.base.arrays import IntArray

BUCKET = 32  # batches sorted by length together


def batches(lengths: IntArray, size: int, rng: "np.random.Generator") -> list[IntArray]:
    """All indices of `lengths`, in batches of `size`, one of them perhaps smaller, in random order.

    A batch has names of similar length, so that it takes few steps: the names are shuffled, and each run of
    BUCKET batches is sorted by length before it is cut. Which names meet still changes every time.
    """
    order = rng.permutation(len(lengths))
    buckets = [order[at : at + BUCKET * size] for at in range(0, len(order), BUCKET * size)]
    sorted_buckets = [bucket[np.argsort(lengths[bucket], kind="stable")] for bucket in buckets]
    cut = [bucket[at : at + size] for bucket in sorted_buckets for at in range(0, len(bucket), size)]
    return [cut[i] for i in rng.permutation(len(cut))]
