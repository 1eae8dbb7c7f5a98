"""Capitals in generated names, as in the names of a country."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from rnn_names.names.example import Example


class Writing(NamedTuple):
    """The capitals in the names of a country, other than at the beginning of words."""

    small: Collection[str] = frozenset()  # words without a capital: van, de
    before: Collection[str] = frozenset()  # beginnings of words before a capital: mc, o'

    @classmethod
    def learn(cls, examples: Iterable[Example]) -> "Writing":
        """Learn from these names, by majority."""
        small = set()
        before = Counter[str]()
        for example in examples:
            for word in example.name.replace("-", " ").split():
                if word.islower():
                    small.add(word)
                if not word.isupper():
                    for k in range(1, min(len(word), 4)):
                        before[word[:k].lower()] += 1 if word[k].isupper() else -1
        return cls(small, {beginning for beginning, excess in before.items() if excess > 0})

    def capitalise(self, name: str) -> str:
        """A name of small letters, written as in the country."""
        name = re.sub(
            "(?<=\\w)σ(?!\\w)", "ς", name
        )  # the form of σ that ends a word, which case folding undoes
        return re.sub(r"[^ -]+", lambda match: self._word(match[0]), name)

    def _word(self, word: str) -> str:
        if word in self.small:
            return word
        return "".join(c.title() if k == 0 or word[:k] in self.before else c for k, c in enumerate(word))
