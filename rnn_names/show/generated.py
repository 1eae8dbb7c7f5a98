"""Generated names as text, CSV, TSV or JSON."""

import csv
import json
from collections.abc import Iterable
from typing import TextIO

from rnn_names.base.text import printable


def write_names(names: Iterable[tuple[str, str]], form: str, several: bool, file: TextIO) -> None:
    """Write names and their countries as plain, json, jsonl, csv or tsv.

    A plain line is a name, followed by a tab and its country if there are `several`.
    """
    if form == "plain":
        for name, country in names:
            file.write(printable(name) + (f"\t{printable(country)}\n" if several else "\n"))
    elif form in ("csv", "tsv"):
        writer = csv.writer(file, delimiter="," if form == "csv" else "\t", lineterminator="\n")
        writer.writerows([("name", "country"), *names])
    else:
        records = [
            json.dumps({"name": name, "country": country}, ensure_ascii=False) for name, country in names
        ]
        if form == "jsonl":
            file.writelines(record + "\n" for record in records)
        else:
            file.write("[\n  " + ",\n  ".join(records) + "\n]\n" if records else "[]\n")
