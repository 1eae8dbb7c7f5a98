"""Processes that answer lists of names beside this one, and the end of each.

They are forked, so they share the memory of the model. Only Linux forks a process of Python safely.
"""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from traceback import format_exc
from typing import Any

from rnn_names.base.processes import PATIENCE, end, lost

ADVICE = "--workers 1 takes less"
Answer = Callable[[list[str]], Any]


@contextmanager
def uninterrupted() -> Iterator[None]:
    """No signal that ends the run comes while a process is started; it comes afterwards.

    The new process never gets one: Ctrl-C reaches every process of a terminal, `timeout` sends its signal
    to all, and the first one reports and ends the others.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Helper:
    """A process that answers one list of names at a time. Start it under `uninterrupted`."""

    def __init__(self, answer: Answer) -> None:
        fork = get_context("fork")
        self.connection, theirs = fork.Pipe()
        self.process = fork.Process(target=_serve, args=(answer, theirs, self.connection), daemon=True)
        try:
            self.process.start()
        except OSError:
            self.connection.close()
            raise
        finally:
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
        if isinstance(found, Exception):
            raise found
        return found


def close(helpers: Iterable[Helper], at_once: bool = False) -> None:
    """End the processes. Each ends when no process holds the other end of its connection."""
    for helper in helpers:
        helper.connection.close()
    for helper in helpers:
        end(helper.process, 0.0 if at_once else PATIENCE)


def _serve(answer: Answer, connection: Connection, other_end: Connection) -> None:
    other_end.close()  # so that the connection ends when the first process does
    while True:
        try:
            names = connection.recv()
        except (EOFError, OSError):
            return
        try:
            found = answer(names)
        except Exception as error:
            error.add_note(f"in a worker process:\n{format_exc()}")
            found = error
        try:
            connection.send(found)
        except OSError:  # the first process is gone
            return
