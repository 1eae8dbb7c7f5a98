"""Processes that answer lists of names beside this one, and the end of each.

They are forked, so they share the memory of the model. Only Linux forks a process of Python safely.
"""

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from rnn_names.base.arrays import keep_freed_memory
from rnn_names.base.errors import RnnNamesError
from rnn_names.base.processes import end, leave_signals_to_the_first, lost, uninterrupted

ADVICE = "--workers 1 takes less"
Answer = Callable[[list[str]], Any]


class Helper:
    """A process that answers one list of names at a time."""

    def __init__(self, answer: Answer) -> None:
        fork = get_context("fork")
        self.connection, theirs = fork.Pipe()
        self.process = fork.Process(target=_serve, args=(answer, theirs, self.connection), daemon=True)
        sys.stdout.flush()  # or the process would print what stands there a second time
        with uninterrupted():
            self.process.start()
        theirs.close()

    def ask(self, names: list[str]) -> None:
        """Send names. `answer` takes the answer before the next ones are sent."""
        try:
            self.connection.send(names)
        except OSError as error:
            raise lost(self.process, ADVICE) from error

    def answer(self) -> Any:
        """The answer to the names. Raises what the process raised, or LostProcessError if it has ended."""
        try:
            found = self.connection.recv()
        except (EOFError, OSError) as error:
            raise lost(self.process, ADVICE) from error
        if isinstance(found, RnnNamesError):
            raise found
        return found


def close(helpers: Iterable[Helper]) -> None:
    """End the processes. Each ends when no process holds the other end of its connection."""
    for helper in helpers:
        helper.connection.close()
    for helper in helpers:
        end(helper.process)


def _serve(answer: Answer, connection: Connection, other_end: Connection) -> None:
    other_end.close()  # so that the connection ends when the first process does
    leave_signals_to_the_first()
    keep_freed_memory()
    with suppress(EOFError, OSError):  # the other end is closed: that is the end
        while True:
            names = connection.recv()
            try:
                found = answer(names)
            except RnnNamesError as error:
                found = error
            connection.send(found)
