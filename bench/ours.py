"""Our side of the measurements: a working folder with its two files, the commands, and what they stored."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.process import ROOT, Spent, measure, measure_forked
from bench.sites import World
from demo.configuration import describe_portal
from demo.province import make_province
from store.database import Database
from store.tables import items, labels, readings, sightings

CLI = [sys.executable, str(ROOT / "caibian.py")]


@dataclass(frozen=True)
class Office:
    """One working folder: everything that a command of ours needs is named by the environment."""

    home: Path

    @property
    def url(self) -> str:
        """The address of its database."""
        return f"sqlite:///{self.home / 'caibian.sqlite'}"

    @property
    def env(self) -> dict[str, str]:
        """The environment of its commands."""
        return {
            "CAIBIAN_HOME": str(self.home),
            "CAIBIAN_DATABASE_URL": self.url,
            "CAIBIAN_SOURCES": str(self.home / "sources.yaml"),
            "CAIBIAN_PORTAL": str(self.home / "portal.yaml"),
        }

    def configure(self, world: World, **settings: object) -> None:
        """Write both files: the demo's portal with its rules, one agency and source a site."""
        self.home.mkdir(parents=True, exist_ok=True)
        portal = describe_portal(make_province(world.day, agencies=1))
        portal["duties"], portal["links"] = [], []
        portal["settings"] |= {"old_after_days": 3650, "hold_minutes": 0, **settings}
        _write(self.home / "portal.yaml", portal)
        _write(self.home / "sources.yaml", describe_sources(world))

    def run(self, *command: str) -> Spent:
        """Run one command of `caibian` and measure it."""
        return measure([*CLI, *command], self.env)

    def fork(self, *command: str) -> Spent:
        """Have one forked, as the schedule does, and measure it."""
        return measure_forked(command, self.env)

    def open(self) -> closing[Database]:
        """Open its store, to look at what was stored."""
        return closing(Database.open(self.url, self.home))

    def count_items(self) -> int:
        """Count the items that were stored with a label, as all must be."""
        with self.open() as database, database.read() as connection:
            stored = connection.execute(select(func.count()).select_from(items)).scalar_one()
            labelled = connection.execute(select(func.count(labels.c.revision.distinct()))).scalar_one()
        assert labelled == stored, f"{stored} items, {labelled} labels"
        return int(stored)

    def read_texts(self) -> Iterator[tuple[str, str]]:
        """Give the address and the body's words of each reading."""
        query = select(sightings.c.address, readings.c.fields).join_from(readings, sightings)
        with self.open() as database, database.read() as connection:
            for address, fields in connection.execute(query):
                yield address, json.loads(fields)["text"]


def describe_sources(world: World) -> dict[str, Any]:
    """Say what sources.yaml holds: the loopback opened, small delays, budgets that hold everything."""
    numbers = range(world.sites)
    return {
        "allow_networks": [{"network": "127.0.0.0/8", "reason": "the sites of the bench"}],
        "defaults": {
            "every": "1d",
            "delay": 0.01,
            "pages": 2 + world.articles // 20,
            "articles": world.articles + 1,
            "minutes": 600,
        },
        "agencies": [
            {
                "key": f"s{site:04d}",
                "name": f"示例单位{site + 1:03d}",
                "group": ("department", "prefecture", "outside", "media")[site % 4],
                "level": "province",
            }
            for site in numbers
        ],
        "sources": [
            {
                "id": f"s{site:04d}-gzdt",
                "agency": f"s{site:04d}",
                "name": "工作动态",
                "address": world.address(site, "/list/"),
            }
            for site in numbers
        ],
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write YAML as JSON, which is YAML too."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
