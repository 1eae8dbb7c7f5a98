"""What all commands share: help, errors, --quiet, colour, completion, and the first steps of a user."""

import os
import pty
import re
import shutil
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest

from rnn_names.base.text import did_you_mean
from rnn_names.cli.command import REST
from rnn_names.cli.commands import COMMANDS
from rnn_names.cli.recipe import SECTIONS
from tests.test_cli import QUICK, fine, wrong_usage

EXE = Path(sys.executable).parent / "rnn-names"


def run(*args: str, **env: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "rnn_names", *args]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **env}, check=False)


def test_alone_it_shows_three_commands_that_work() -> None:
    result = fine()
    assert result.stderr == ""
    commands = re.findall(r"^  rnn-names (.*)$", result.stdout, re.M)
    assert len(commands) == 3
    assert max(map(len, result.stdout.splitlines())) < 60
    for command in commands:
        assert fine(*command.split()).stdout


def test_after_training_the_next_command_is_named_and_works(
    few_countries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    last = fine("train", few_countries, *QUICK).stderr.splitlines()[-1]
    assert re.fullmatch(r"try it: rnn-names predict \w+", last)
    last = fine("train", few_countries, *QUICK, "-v", "-o", "a b").stderr.splitlines()[-1]
    assert re.fullmatch(r"try it: rnn-names predict -m 'a b' \w+", last)
    assert fine("predict", "-m", "a b", last.split()[-1]).stdout
    monkeypatch.setenv("RNN_NAMES_MODEL", "a b")  # which predict would take now
    *_, last, replaced = fine("train", few_countries, *QUICK, "-o", "rnn-names.npz").stderr.splitlines()
    assert replaced == "rnn-names.npz replaced the model that was there before"
    assert re.fullmatch(r"try it: rnn-names predict -m rnn-names.npz \w+", last)
    last = fine("train", few_countries, *QUICK, "-o", "a b").stderr.splitlines()[-2]
    assert re.fullmatch(r"try it: rnn-names predict \w+", last)


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str) -> None:
    text = fine(command, "-h").stdout
    assert text == fine(command, "--help").stdout
    example = text.index(f"\n    rnn-names {command}")
    assert example < text.index("Options:")
    for option in ("-q, --quiet", "-v, --verbose", "--no-color", "-h, --help"):
        assert f"  {option} " in text
    assert "<int" not in text


def test_every_option_of_train_stands_in_a_section() -> None:
    text = fine("train", "-h").stdout
    titles = re.findall(r"^([A-Z][\w ]+):$", text, re.M)
    assert titles[0] == "Arguments"
    assert titles[-1] == REST
    rest = re.findall(r"^  (?:-\w, )?--([\w-]+)", text.partition(f"\n{REST}:\n")[2], re.M)
    own = {"output", "curves", "bits", "folds", "resume"}
    assert set(rest) == own | {"quiet", "verbose", "no-color", "help"}
    assert titles[1:-1] == ["The input", *SECTIONS]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["prdict"], "error: no such command 'prdict'; did you mean 'predict'?\n"),
        (
            ["Schmidt"],
            "error: no such command 'Schmidt'; for a name type rnn-names predict Schmidt; "
            "see rnn-names -h\n",
        ),
        (
            ["García López", "O'Neil"],
            "error: no such command 'García López'; for a name type "
            "rnn-names predict 'García López' 'O'\"'\"'Neil'; see rnn-names -h\n",
        ),
        *(
            (
                [command, "Cats.txt", "Dogs.txt", *more],
                "error: 'Dogs.txt' is one argument too many; several lists go into one folder, "
                "as <Label>.txt files, and the folder is DATA; ",
            )
            for command, more in (("train", ["-o", "x.npz"]), ("check", []), ("gradients", ["Ants.txt"]))
        ),
        (["info", "a.npz", "b.npz"], "error: 'b.npz' is one argument too many; see rnn-names info -h\n"),
        (["train", "--epoch", "3"], "error: no such option: --epoch; did you mean --epochs?\n"),
        (["--vrsion"], "error: no such option: --vrsion; did you mean --version?\n"),
        (["predict", "--format", "x"], "error: invalid value for '--format': 'x' is not one of "),
        (
            ["train", "--dropout", "1"],
            "error: invalid value for '--dropout': it cannot be 1.0; give a number, 0<=x<1",
        ),
        (
            ["predict", "-k", "two", "A"],
            "error: invalid value for '-k' / '--top-k': 'two' is no whole number; see rnn-names predict",
        ),
        (["predict", "--threshold", "x"], "error: invalid value for '--threshold': 'x' is no number; see "),
        (["train", "--epochs", "x"], "error: invalid value for '--epochs': 'x' is no whole number; see "),
        (
            ["predict", "Kim", "nosuch.CSV"],
            "error: 'nosuch.CSV' looks like a file, and there is none; for a person of that name ",
        ),
        (["predict", "A", "-i", "x"], "error: give names or --input, not both; see rnn-names predict -h\n"),
        (["predict", "--x\x1b[1m"], "error: no such option: --x"),
    ],
)
def test_wrong_usage_is_one_line(args: list[str], said: str) -> None:
    seen = wrong_usage(*args)
    assert seen.startswith(said)
    assert seen.count("\n") == 1
    assert seen[:-1].isprintable()


def test_a_file_in_place_of_a_command_is_sent_to_predict(here: Path) -> None:
    Path("my names.csv").write_text("name\nAbe\n", encoding="utf-8")
    assert "; for a file type rnn-names predict -i 'my names.csv'; " in wrong_usage("my names.csv")


@pytest.mark.parametrize(
    ("word", "said"),
    [("Polland", "did you mean 'Poland'?"), ("JAPAN", "did you mean 'Japan'?"), ("x", "")],
)
def test_did_you_mean(word: str, said: str) -> None:
    assert did_you_mean(word, ["Japan", "Poland"]) == said


@pytest.mark.parametrize("args", [["--version"], ["-h"], [], ["train", "-h"], ["info", "-q"]], ids=" ".join)
def test_a_full_disk_is_one_line(args: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "rnn_names", *args], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1
    assert done.stderr == "error: standard output: No space left on device; make room, or write elsewhere\n"


@pytest.mark.parametrize("args", ["--version", "-h", "", "info", "check --format json"])
def test_a_reader_that_is_gone_ends_it_quietly(args: str) -> None:
    script = f"set -o pipefail; {sys.executable} -m rnn_names {args} | exec true"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def terminal(*args: str, columns: int = 80, **env: str) -> str:
    """The output of a run on a terminal of this width."""
    outside, inside = pty.openpty()
    termios.tcsetwinsize(inside, (50, columns))
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    process = subprocess.Popen(
        [sys.executable, "-m", "rnn_names", *args],
        stdin=subprocess.DEVNULL,
        stdout=inside,
        stderr=inside,
        env={**kept, "TERM": "xterm-256color", **env},
    )
    os.close(inside)
    seen = b""
    with suppress(OSError):  # Linux ends a terminal that nobody writes to with an error
        while part := os.read(outside, 4096):
            seen += part
    os.close(outside)
    assert process.wait() == 0
    return seen.decode()


def test_plain_where_it_is_asked_for() -> None:
    args = ("explain", "Nowak")
    plain = terminal(*args, NO_COLOR="1")
    assert "\x1b" not in plain
    assert terminal("--no-color", *args) == plain
    assert terminal(*args, "--no-color") == plain
    assert terminal(*args, TERM="dumb") == plain
    styled = terminal(*args, NO_COLOR="")
    assert "\x1b[" in styled
    assert re.sub(r"\x1b\[[0-9;]*m", "", styled) == plain


@pytest.mark.parametrize("columns", [60, 200])
@pytest.mark.parametrize("args", ["train -h", "info", "check"])
def test_nothing_is_wider_than_the_terminal_nor_cut(args: str, columns: int) -> None:
    seen = terminal(*args.split(), columns=columns, TERM="dumb")
    lines = [line for line in seen.splitlines() if "rnn-names " not in line]  # examples stay in one line
    assert max(map(len, lines)) <= columns
    assert "…" not in seen


# completion

COMPLETIONS = {
    "": set(COMMANDS),
    "predict --form": {"--format"},
    "predict --format ": {"table", "json", "jsonl", "csv", "tsv"},
    "train --cell ": {"rnn", "relu", "gru", "lstm"},
}


@pytest.mark.parametrize("line", COMPLETIONS)
def test_completion_in_bash(line: str, tmp_path: Path) -> None:
    words = " ".join(f"'{word}'" for word in ["rnn-names", *line.split(" ")])
    script = f"""
        source <(_RNN_NAMES_COMPLETE=source_bash rnn-names)
        COMP_WORDS=({words}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
        $(complete -p rnn-names | sed 's/.*-F \\([^ ]*\\) .*/\\1/') rnn-names
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    found = shell("bash", script, tmp_path).split()
    assert set(found) >= COMPLETIONS[line]
    assert all(word.startswith(line.split(" ")[-1]) for word in found)


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize("line", COMPLETIONS)
def test_completion_in_fish(line: str, tmp_path: Path) -> None:
    script = f"_RNN_NAMES_COMPLETE=source_fish rnn-names | source; complete -C 'rnn-names {line}'"
    found = {each.partition("\t")[0] for each in shell("fish", script, tmp_path).splitlines()}
    assert found >= COMPLETIONS[line]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize("line", COMPLETIONS)
def test_completion_in_zsh(line: str, tmp_path: Path) -> None:
    # What the function hands to zsh: its own completion needs a terminal and a user.
    script = f"""
        autoload -U compinit; compinit -u; source <(_RNN_NAMES_COMPLETE=source_zsh rnn-names)
        _arguments() {{ print -r -- "$@" }}
        words=('rnn-names' {" ".join(f"'{word}'" for word in line.split(" "))}); CURRENT=$#words
        _rnn_names_completion
    """
    found = set(re.findall(r'(?:\(\(| )"([^"]*)"(?=[: )])', shell("zsh", script, tmp_path)))
    assert found >= COMPLETIONS[line]


def shell(name: str, script: str, home: Path) -> str:
    path = f"{EXE.parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "HOME": str(home), "LC_ALL": "C.UTF-8"}
    done = subprocess.run([name, "-c", script], capture_output=True, text=True, env=env, check=True)
    assert done.stderr == ""
    return done.stdout


def test_sigterm_in_a_destructor_is_not_lost() -> None:
    code = """
import os, signal, time
from rnn_names import cli
signal.signal(signal.SIGTERM, cli._terminate)
class Slow:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        print("closed", flush=True)
Slow()
time.sleep(30)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (143, "closed\n", "")
