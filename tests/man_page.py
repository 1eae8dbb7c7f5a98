"""The build hook that generates the man page and adds it to the wheel."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManPage(BuildHookInterface[Any]):
    """Installs rnn-names.1 where `man` looks for it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, self.root)
        from tests.reference import man_page

        self.folder = Path(tempfile.mkdtemp())
        page = self.folder / "rnn-names.1"
        page.write_text(man_page(), encoding="utf-8", newline="\n")
        build_data["shared_data"][str(page)] = "share/man/man1/rnn-names.1"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        shutil.rmtree(self.folder)
