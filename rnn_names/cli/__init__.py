"""The command line: parse, call the library, print.

Exit codes: 0 fine, 1 failed, 2 usage, 129 ended by SIGHUP, 130 Ctrl-C, 143 ended by SIGTERM.
"""

import errno
import gc
import io
import os
import signal
import sys
from contextlib import suppress
from types import FrameType


class Closed(io.TextIOBase):
    """A standard output that the caller has closed. Writing to it fails, so no output is lost unnoticed."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def main() -> None:
    """The entry point of `rnn-names`."""
    gc.set_threshold(100_000)  # loading makes little garbage, and collecting it takes 15 ms
    # The products are too small to share among threads: OpenBLAS with two is slower than with one.
    # This must be set before NumPy is loaded, and only in a process of our own.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for ending in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP; nohup ignores it, and it stays ignored
        number = getattr(signal, ending, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminate)
    # A file opened later must not become a standard stream, and writing to a closed stream must fail.
    while (opened := os.open(os.devnull, os.O_RDONLY)) <= 2:
        pass
    os.close(opened)
    for name, mode in (("stdin", "r"), ("stderr", "w")):
        if getattr(sys, name) is None:  # the caller has closed it
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123  # until exit
    if sys.stdout is None:
        sys.stdout = Closed()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a replaced stream may not be reconfigurable
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    try:
        from rnn_names.cli.plain import answered

        # The commands are not imported above: to load typer takes longer than a plain answer without it.
        try:
            if answered(sys.argv[1:]):
                return
        except OSError as error:
            from rnn_names.cli.commands import end

            end(error)
        from rnn_names.cli.commands import app

        app()
    finally:
        gc.freeze()  # the process ends: a last collection would be wasted


def _terminate(number: int, frame: FrameType | None) -> None:
    """End by SystemExit, so that every `finally` runs, and no half-written file stays.

    Python drops exceptions that are raised in a destructor; in that case the signal is sent again later.
    """
    while frame is not None:
        if frame.f_code.co_name == "__del__":
            from threading import Timer, main_thread

            Timer(0.01, signal.pthread_kill, [main_thread().ident, number]).start()
            return
        frame = frame.f_back
    raise SystemExit(128 + number)
