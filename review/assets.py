"""The desk's style sheet and script under names that carry their hash, and the portal's for previews."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from publish import assets
from publish.assets import Asset

ROOM = Path(__file__).parent


@lru_cache(maxsize=1)
def read_own() -> dict[str, Asset]:
    """Give the desk's files by their plain name, such as `desk.css`."""
    found = {}
    for file in sorted((ROOM / "static").iterdir()):
        raw = file.read_bytes()
        digest = hashlib.sha256(raw).hexdigest()[:12]
        found[file.name] = Asset(f"/static/{file.stem}.{digest}{file.suffix}", raw)
    return found


@lru_cache(maxsize=1)
def read_served() -> dict[str, bytes]:
    """Give what `/static/` serves: the desk's files and the portal's, by address."""
    return {asset.path: asset.raw for asset in (*assets.read_assets().values(), *read_own().values())}
