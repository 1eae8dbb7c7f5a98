"""Writing files: whole or not at all, with the mode of the old file; streams are written into."""

import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from rnn_names.base.errors import OutputError
from rnn_names.base.files import DAY, check_writable, descriptor, is_regular, replacing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and pipes of POSIX")
PROGRAM = Path(sys.executable).with_name("rnn-names")


def write(path: Path, data: bytes = b"new") -> None:
    with replacing(path) as file:
        file.write(data)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o755])
def test_the_mode_of_what_is_replaced_is_kept(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "private.csv"
    path.write_bytes(b"old")
    path.chmod(mode)
    with replacing(path) as file:
        (temporary,) = (p for p in tmp_path.iterdir() if p.name.startswith(".rnn-names-"))
        assert stat.S_IMODE(temporary.stat().st_mode) == mode  # before its first byte
        file.write(b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", mode)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_of_what_is_replaced_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    os.chown(path, 1234, 2345)
    write(path)
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_obeys_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write(tmp_path / "a.csv")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == mode


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_bytes(b"old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    (tmp_path / "dangling.csv").symlink_to("made.csv")
    write(tmp_path / "link.csv")
    write(tmp_path / "dangling.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "dangling.csv").is_symlink()
    assert (tmp_path / "real.csv").read_bytes() == (tmp_path / "made.csv").read_bytes() == b"new"


def test_what_is_no_regular_file_is_written_into(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()
    write(fifo)
    reader.join()
    assert read == [b"new"]
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    write(Path(os.devnull))
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    assert [path.name for path in tmp_path.iterdir()] == ["fifo"]


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/dev/stdout", 1),
        ("/dev/stderr", 2),
        ("/dev/fd/63", 63),
        ("/proc/self/fd/5", 5),
        ("/dev/null", None),
    ],
)
def test_names_of_open_files(path: str, number: int | None) -> None:
    assert descriptor(Path(path)) == number
    assert not is_regular(Path(path))


def test_a_link_to_standard_output_is_standard_output(tmp_path: Path) -> None:
    (tmp_path / "out.csv").symlink_to("/dev/stdout")
    assert descriptor(tmp_path / "out.csv") == 1


def shell(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run by bash, with the program's folder in the path."""
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_log_that_standard_output_goes_to_keeps_all(tmp_path: Path) -> None:
    done = shell(
        "{ echo before; rnn-names predict Kim -k 1 --format csv -o /dev/stdout; echo after; } > log",
        tmp_path,
    )
    assert done.stderr == ""
    lines = (tmp_path / "log").read_text().splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("before", "after", 4)


def test_a_process_takes_the_output(tmp_path: Path) -> None:
    done = shell("rnn-names predict Kim -k 1 -o >(cat > got.txt) && sleep 0.5; cat got.txt", tmp_path)
    assert '"name": "Kim"' in done.stdout, done.stderr


def test_standard_output_by_its_usual_name(tmp_path: Path) -> None:
    done = shell("rnn-names predict Kim -k 1 --format csv -o -", tmp_path)
    assert done.stdout.startswith("name,country")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("output", ["-", "/dev/stdout", "/dev/null", "pipe", ">(cat)", "- --resume"])
def test_a_model_goes_to_no_pipe_or_device(tmp_path: Path, output: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = shell(f"rnn-names train -o {output}", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(
        "error: [^\n]* is a pipe or a device, and a model goes to none; [^\n]+\n", done.stderr
    )
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


PEOPLE = "printf 'name,country\\nRossi,Italy\\nYamamoto,Japan\\n' > d.csv;"
RECORDS = "name,truth,answer,probability,truth_rank,truth_probability"


@pytest.mark.parametrize(
    ("command", "begins"),
    [
        ("evaluate d.csv --predictions -", RECORDS),
        ("evaluate d.csv --predictions /dev/stdout | sed /^$/d | head -1", RECORDS),
        ("evaluate d.csv --format json --predictions >(cat > got) > /dev/null; sleep 1; cat got", RECORDS),
        ("evaluate d.csv --predictions pipe > /dev/null & cat pipe", RECORDS),
        ("evaluate d.csv --predictions - --confusion -", RECORDS),
        ("evaluate d.csv --reliability -", "<svg "),
        ("evaluate d.csv --confusion >(cat > got) > /dev/null; sleep 1; cat got", "<svg "),
        ("explain Kim --svg -", "<svg "),
        ("explain Kim --svg pipe > /dev/null & cat pipe", "<svg "),
        ("evaluate d.csv --predictions - | head -c 5; echo ${PIPESTATUS[0]}", "name,0"),
    ],
)
def test_files_go_into_what_is_none(tmp_path: Path, command: str, begins: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = shell(f"{PEOPLE} rnn-names {command}", tmp_path)
    assert done.stdout.startswith(begins), done.stderr
    assert "error" not in done.stderr
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert {path.name for path in tmp_path.iterdir()} <= {"pipe", "d.csv", "got"}


def test_what_goes_nowhere_leaves_nothing(tmp_path: Path) -> None:
    null = Path("/dev/null").stat().st_rdev
    done = shell(
        f"{PEOPLE} rnn-names evaluate d.csv --predictions /dev/null --reliability /dev/null", tmp_path
    )
    assert (done.returncode, "accuracy" in done.stdout) == (0, True), done.stderr
    assert Path("/dev/null").stat().st_rdev == null
    assert [path.name for path in tmp_path.iterdir()] == ["d.csv"]


def test_two_files_do_not_mix_on_standard_output(tmp_path: Path) -> None:
    done = shell(f"{PEOPLE} rnn-names evaluate d.csv --predictions - --reliability -", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: give - once")


@pytest.mark.parametrize(
    "command", ["explain Kim --svg -", "explain Kim --svg /dev/stdout", "predict Kim -o -"]
)
def test_a_closed_standard_output_takes_no_file(tmp_path: Path, command: str) -> None:
    done = shell(f"rnn-names {command} >&-", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch("error: [^\n]+; [^\n]+\n", done.stderr.splitlines(keepends=True)[-1])


@pytest.mark.parametrize("command", ["predict Kim", "--version", "info"])
def test_a_closed_standard_output_is_an_error(tmp_path: Path, command: str) -> None:
    done = shell(f"rnn-names {command} >&-", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: standard output is closed; open it, or give -o FILE\n"


def test_a_reader_that_leaves_a_pipe_given_to_output_is_an_error(tmp_path: Path) -> None:
    done = shell("yes Kim | head -100000 | rnn-names predict -o >(head -c 10 > /dev/null)", tmp_path)
    assert done.returncode == 1
    assert re.fullmatch(r"error: /dev/fd/\d+: its reader has left; .+\n", done.stderr)


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_ended_leaves_nothing_behind(tmp_path: Path, number: int) -> None:
    with subprocess.Popen(
        [PROGRAM, "predict", "-", "-o", "out.csv"], stdin=subprocess.PIPE, cwd=tmp_path
    ) as running:
        assert running.stdin is not None
        deadline = time.monotonic() + 20
        while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.02)
        running.send_signal(number)
        running.wait(20)
        running.stdin.close()
    assert running.returncode == 128 + number
    assert list(tmp_path.iterdir()) == []


def test_old_temporary_files_go_but_those_in_use(tmp_path: Path) -> None:
    left = tmp_path / f".rnn-names-{'0' * 16}"
    left.write_bytes(b"of a process that was killed")
    old = time.time() - 2 * DAY
    os.utime(left, (old, old))
    with replacing(tmp_path / "a.csv") as file:
        assert not left.exists()
        (live,) = (p for p in tmp_path.iterdir() if p.name.startswith(".rnn-names-"))
        os.utime(live, (old, old))  # nothing was written for a day, but the file is in use
        write(tmp_path / "b.csv")
        assert live.exists()
        file.write(b"late")
    assert (tmp_path / "a.csv").read_bytes() == b"late"


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root writes read-only files")
def test_a_read_only_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(OutputError, match="is read-only"):
        check_writable(path)
