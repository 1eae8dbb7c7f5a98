"""A plain question such as `predict Schmidt`, answered without the parser of options, which loads slowly.

`predict` gives the same answers. It handles all other questions, and reports every error.
"""

import io
import os
import sys
from typing import NamedTuple

from rnn_names.base.files import OF_FILES
from rnn_names.cli.answers import Answers, Writing, as_text
from rnn_names.cli.models import load, model_path
from rnn_names.cli.tally import Tally

# The options of a plain question, each followed by its value. With any other argument that begins with -
# a question is not plain.
OPTIONS = {"-k": "top_k", "--top-k": "top_k", "--format": "format"}
FORMS = ("json", "jsonl", "csv", "tsv")


class Question(NamedTuple):
    """The names, and how to answer. Without a form it is a table on a terminal, else JSON lines."""

    names: list[str]
    top_k: int = 3
    form: str | None = None


def question(arguments: list[str]) -> Question | None:
    """The plain question in the arguments; None if there is none."""
    command, *rest = arguments or [""]
    names: list[str] = []
    values: dict[str, str] = {}
    others = iter(rest)
    for one in others:
        option = OPTIONS.get(one)
        if option in values or (option is None and one.startswith("-")):
            return None
        if option:
            values[option] = next(others, "")
        else:
            names.append(one)
    top_k, form = values.get("top_k", "3"), values.get("format")
    plain = (
        command == "predict"
        and names
        and top_k.isascii()
        and top_k.isdigit()
        and len(top_k) < 9
        and int(top_k) > 0
        and form in (None, *FORMS)
        and not any(map(os.path.exists, names))  # they were hardly meant as names; nor are these
        and not any(name.lower().endswith(OF_FILES) for name in names)
        and not any("\udc80" <= letter <= "\udcff" for letter in "".join(names))  # bytes that are no text
    )
    return Question(names, int(top_k), form) if plain else None


def answered(arguments: list[str]) -> bool:
    """Answer a plain question. False if there is none, or no answer: then `predict` says why.

    Raises OSError if the answer cannot be written.
    """
    asked = question(arguments)
    if asked is None:
        return False
    held, tally = _Held(), Tally()
    try:
        _answer(asked, held, tally)
    except Exception:
        return False
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    sys.stdout.write(held.getvalue())
    sys.stdout.flush()
    tally.end(0, model_path(None), None)
    return True


class _Held(io.StringIO):
    """Output that is held back until the answer is complete."""

    def isatty(self) -> bool:
        return sys.stdout.isatty()


def _answer(asked: Question, out: _Held, tally: Tally) -> None:
    from rnn_names.names.lines import Lines
    from rnn_names.show.prediction import Added
    from rnn_names.show.predictions import WRITERS

    table = Lines(as_text(asked.names))
    classifier = load(None, verbose=False, prior=None)
    top_k = min(asked.top_k, len(classifier.countries))
    form = asked.form or ("table" if out.isatty() else "jsonl")
    writer = WRITERS[form](table, top_k, Added(), out)
    Writing(Answers(classifier, top_k, 0.0), writer, tally).write(table)
