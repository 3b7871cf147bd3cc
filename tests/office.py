"""An office at work for the tests of publishing: items come, people decide, somebody publishes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from stores import lift_guards

from portal import Portal
from publish.release import PublishReport
from publish.site import publish_site
from store.database import Database
from store.drafts import keep_bytes
from store.files import StoredFile, save_file
from store.items import NewRevision, add_item, add_revision
from store.moves import Actor, Wish
from store.reviews import Desk, decide, open_review

ANN = Actor("ann", frozenset({"editor"}))
PDF = b"%PDF-1.4 an attachment of the demo"


@dataclass
class Office:
    """An office at work: items come, people decide, somebody publishes; time goes on by the hour."""

    database: Database
    portal: Portal
    now: datetime = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)
    numbers: dict[int, int] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.database.home

    @property
    def site(self) -> Path:
        return self.home / "site" / "current"

    def write(self, item: int | None = None, agency: str | None = None, **values: Any) -> int:
        """Bring a new item, or a new revision of one."""
        machine = {"html": "<p>正文。</p>", "credit": "省教育厅", "published": "2026-11-04", **values}
        machine.setdefault("title", f"第{len(self.numbers) + 1}条信息")
        with self.database.write() as connection:
            item = add_item(connection, "collected", agency) if item is None else item
            new = NewRevision(item, machine, {}, "collected", "crawl")
            revision = add_revision(connection, new, self.now)
            open_review(connection, revision, "bumen", "crawl", "crawl", self.now)
        self.numbers[item] = self.numbers.get(item, 0) + 1
        return item

    def decide(self, item: int, action: str, column: str | None = None, hold: int = 0) -> None:
        desk = Desk({one.key: 1 for one in self.portal.columns}, timedelta(minutes=hold))
        wish = Wish(action, column, "来源单位撤回" if action == "withdraw" else None)
        with self.database.write() as connection:
            decide(connection, item, self.numbers[item], wish, ANN, desk, self.now)

    def approve(self, item: int, column: str = "bumen", hold: int = 0) -> int:
        self.decide(item, "approve", column, hold)
        return item

    def publish(self, **options: Any) -> PublishReport:
        self.now += timedelta(hours=1)
        return publish_site(self.database, self.portal, self.home, self.now, **options)

    def run(self, statement: str) -> None:
        """Change the database behind the application's back, as someone with the file could."""
        with self.database.write() as connection:
            lift_guards(connection, "revisions")
            connection.execute(text(statement))

    def ask(self, query: str) -> Any:
        """Give the one value that a query has for an answer."""
        with self.database.read() as connection:
            return connection.execute(text(query)).scalar_one()

    def path_of(self, item: int) -> str:
        return str(self.ask(f"SELECT path FROM publications WHERE item = {item}"))

    def page_of(self, item: int) -> Path:
        return self.site / self.path_of(item).lstrip("/")


def read_site(folder: Path) -> dict[str, bytes]:
    return {
        f"/{Path(at, name).relative_to(folder)}": Path(at, name).read_bytes()
        for at, _, names in os.walk(folder, followlinks=True)
        for name in names
    }


def hold_to_a_full_one(office: Office) -> None:
    """A full build of what is served gives the same files."""
    incremental = read_site(office.site)
    office.publish(full=True)
    assert read_site(office.site) == incremental


def keep_pdf(office: Office, raw: bytes = PDF) -> dict[str, Any]:
    file = StoredFile(
        keep_bytes(office.home, "attachment", raw), "attachment", "application/pdf", ".pdf", len(raw)
    )
    with office.database.write() as connection:
        save_file(connection, file)
    return {"name": "附件.pdf", "path": file.path, "type": "pdf", "bytes": len(raw)}
