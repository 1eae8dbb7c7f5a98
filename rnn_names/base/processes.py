"""What the processes that work for the first one have in common: signals, and how they end."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess

from rnn_names.base.errors import LostProcessError

PATIENCE = 5.0  # seconds that a process has to end by itself


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C reaches every process of a terminal; a process started here leaves it to the first one."""
    if threading.current_thread() is not threading.main_thread():  # where no handler can be set
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def leave_signals_to_the_first() -> None:
    """The first process reports and ends this one; `timeout` sends its signal to all of them."""
    for ending in ("SIGTERM", "SIGHUP"):
        with suppress(AttributeError):  # Windows has no SIGHUP
            signal.signal(getattr(signal, ending), signal.SIG_IGN)


def lost(process: BaseProcess, advice: str) -> LostProcessError:
    """The error of a process that has ended too early. The advice is for one that took too much memory."""
    process.join(PATIENCE)
    code = process.exitcode
    how = f"by signal {-code}" if code and code < 0 else f"with {code}"
    why = f", perhaps for want of memory: {advice}" if code == -signal.SIGKILL else ""
    return LostProcessError(f"a worker process has ended {how}{why}")


def end(process: BaseProcess) -> None:
    """Wait for a process whose connection has been closed, and kill it if it waits for something else."""
    process.join(PATIENCE)
    if process.is_alive():
        process.kill()
        process.join()
