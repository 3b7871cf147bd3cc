"""Where Pagefind is: on the path, or fetched by npm, whose package holds the extended program."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_NAMES = ("pagefind_extended", "pagefind")
_WAIT = 180  # seconds for npm


def find_pagefind(folder: Path) -> list[str]:
    """Give the command of Pagefind, nothing where it is neither here nor to be had; `folder` is npm's."""
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return [found]
    npm = shutil.which("npm")
    if npm is None:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), "pagefind@1"]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_WAIT, cwd=folder)
    except (OSError, subprocess.SubprocessError):
        return []
    programs = sorted(folder.glob("node_modules/@pagefind/*/bin/pagefind_extended"))
    return [str(programs[0])] if programs else []
