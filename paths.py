"""Where a command finds its files; by itself, so that no model is made only to ask where they lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """Where a command finds its files: the working folder, the database, and both configuration files."""

    home: Path
    database_url: str
    sources: Path
    portal: Path

    @classmethod
    def from_env(cls, environ: Mapping[str, str], cwd: Path) -> Paths:
        """Read $CAIBIAN_HOME, $CAIBIAN_DATABASE_URL, $CAIBIAN_SOURCES, $CAIBIAN_PORTAL; empty is unset."""
        home = cwd / (environ.get("CAIBIAN_HOME") or "var")
        return cls(
            home=home,
            database_url=environ.get("CAIBIAN_DATABASE_URL") or f"sqlite:///{home / 'caibian.sqlite'}",
            sources=cwd / (environ.get("CAIBIAN_SOURCES") or "sources.yaml"),
            portal=cwd / (environ.get("CAIBIAN_PORTAL") or "portal.yaml"),
        )
