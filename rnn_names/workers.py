"""Threads that share work: NumPy lets another run while it computes."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")


class Workers:
    """Work through a list with `count` threads, results in the list's order; with one, in this thread."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count) if count > 1 else None

    def __call__(self, work: Callable[[_T], _R], items: Iterable[_T]) -> list[_R]:
        return list(self._pool.map(work, items) if self._pool else map(work, items))

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool:
            self._pool.shutdown()
