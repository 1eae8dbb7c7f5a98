"""Compute with PyTorch what `ngrams.npz` holds; run once: python -m tests.golden.make_ngrams

Of a small set of n-grams, in float64: at each place the sum of the rows of all that its n-gram backs off
to, torch.nn.EmbeddingBag's, and the gradient of ½ Σ (tanh u - target)² by those rows.
Needs torch (the extra `bench`).
"""

from pathlib import Path

import numpy as np
import torch

from tests.golden.ngram_problem import NGRAMS, PLACES, chains, rows_and_targets


def main() -> None:
    arrays = {}
    for way, up in (("suffix", NGRAMS.suffix), ("prefix", NGRAMS.prefix)):
        e, target = map(torch.tensor, rows_and_targets())
        bags = [chains(up)[place] for place in PLACES]
        offsets = torch.tensor(np.cumsum([0, *map(len, bags[:-1])]))
        bag = torch.nn.EmbeddingBag.from_pretrained(e, freeze=False, mode="sum")
        u = bag(torch.tensor([node for chain in bags for node in chain]), offsets)
        (0.5 * ((torch.tanh(u) - target) ** 2).sum()).backward()
        arrays[f"{way}/u"] = u.detach().numpy()
        arrays[f"{way}/gradient"] = bag.weight.grad.numpy()
    np.savez(Path(__file__).with_name("ngrams.npz"), **arrays)


if __name__ == "__main__":
    main()
