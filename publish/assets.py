"""The portal's own style sheet and script, under names that carry their hash and so outlive every release."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOM = Path(__file__).parent
_TOKENS = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""  # in quotation marks
    r"""|[ ]*//[ ].*$|/\*.*?\*/"""  # a comment
    r"""|[ ]*(?P<sign>[=+\-*<>!&|?:;,(){}])[ ]*""",  # a sign with blanks around it
    re.MULTILINE,
)


@dataclass(frozen=True)
class Asset:
    """One file of `publish/static`: the address that pages name, and its bytes."""

    path: str
    raw: bytes


@lru_cache(maxsize=1)
def read_assets() -> dict[str, Asset]:
    """Give the assets by their plain name, such as `portal.css`."""
    assets = {}
    for file in sorted((ROOM / "static").iterdir()):
        raw = _shrink(file.read_text(encoding="utf-8")) if file.suffix == ".js" else file.read_bytes()
        digest = hashlib.sha256(raw).hexdigest()[:12]
        assets[file.name] = Asset(f"/static/{file.stem}.{digest}{file.suffix}", raw)
    return assets


def _shrink(script: str) -> bytes:
    """Leave out a script's comments, its indents and the blanks beside signs; a text keeps its own.

    None of ours has a text of several lines or a quotation mark in a pattern.
    """
    bare = _TOKENS.sub(lambda found: found["text"] or found["sign"] or "", script)
    lines = [line.strip() for line in bare.splitlines()]
    return "".join(f"{line}\n" for line in lines if line).encode()


@lru_cache(maxsize=1)
def digest_room() -> str:
    """Give the hash of everything in this room: a page is made anew when the way of making it changes."""
    digest = hashlib.sha256()
    for file in sorted(ROOM.rglob("*")):
        if file.suffix in {".py", ".html", ".xml", ".rss", ".txt", ".css", ".js", ".svg"}:
            digest.update(f"{file.relative_to(ROOM)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
