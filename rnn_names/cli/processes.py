"""Processes that answer lists of names beside this one, and the end of each.

They are forked, so they share the memory of the model. Only Linux forks a process of Python safely.
"""

import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from rnn_names.base.arrays import keep_freed_memory
from rnn_names.base.errors import LostProcessError, RnnNamesError

PATIENCE = 5.0  # seconds that a process has to end by itself
Answer = Callable[[list[str]], Any]


class Helper:
    """A process that answers one list of names at a time."""

    def __init__(self, answer: Answer) -> None:
        fork = get_context("fork")
        self.connection, theirs = fork.Pipe()
        self.process = fork.Process(target=_serve, args=(answer, theirs, self.connection), daemon=True)
        # What is printed later would be printed by the child, too.
        sys.stdout.flush()
        sys.stderr.flush()
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for this process alone
        try:
            self.process.start()
        finally:
            signal.signal(signal.SIGINT, before)
        theirs.close()

    def ask(self, names: list[str]) -> None:
        """Send names. `answer` takes the answer before the next ones are sent."""
        try:
            self.connection.send(names)
        except OSError as error:
            raise self._lost() from error

    def answer(self) -> Any:
        """The answer to the names. Raises what the process raised, or LostProcessError if it has ended."""
        try:
            found = self.connection.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        if isinstance(found, RnnNamesError):
            raise found
        return found

    def _lost(self) -> LostProcessError:
        self.process.join(PATIENCE)
        code = self.process.exitcode
        how = f"by signal {-code}" if code and code < 0 else f"with {code}"
        why = ", perhaps for want of memory: --workers 1 takes less" if code == -signal.SIGKILL else ""
        return LostProcessError(f"a worker process has ended {how}{why}")


def close(helpers: Iterable[Helper]) -> None:
    """End the processes. Each ends when no process holds the other end of its connection."""
    for helper in helpers:
        helper.connection.close()
    for helper in helpers:
        helper.process.join(PATIENCE)
        if helper.process.is_alive():
            helper.process.kill()
            helper.process.join()


def _serve(answer: Answer, connection: Connection, other_end: Connection) -> None:
    other_end.close()  # so that the connection ends when the first process does
    # The first process reports and ends this one; `timeout` sends its signal to all of them.
    for ending in ("SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, ending), signal.SIG_IGN)
    keep_freed_memory()
    with suppress(EOFError, OSError):  # the other end is closed: that is the end
        while True:
            names = connection.recv()
            try:
                found = answer(names)
            except RnnNamesError as error:
                found = error
            connection.send(found)
