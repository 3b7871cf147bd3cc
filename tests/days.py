"""An office at work: days on which something comes, is approved and published, and what is kept of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from pipelines.intake import Intake
from pipelines.messages import FetchedFile, PageRead
from portal import Portal
from publish.site import publish_site
from reading.page import Attachment
from sample import NOW
from sources import Sources
from store.accounts import find_actor
from store.backup import Backup, list_backup_heads, make_backup
from store.database import Database
from store.log import list_heads, verify_chain
from store.moves import Wish
from store.queue import walk_waiting
from store.restore import restore_backup
from store.reviews import Desk, decide

PDF = b"%PDF-1.4\n%an attachment of our own\n"
MakePage = Callable[..., PageRead]


class Office:
    """A store at work, with what a day brings: pages with attachments, approvals, publishes."""

    def __init__(self, database: Database, sources: Sources, portal: Portal, make_page: MakePage) -> None:
        self.database, self.sources, self.portal, self.make_page = database, sources, portal, make_page
        self.url = database.engine.url.render_as_string(hide_password=False)
        self.home, self.backups = database.home, database.home.parent / "backups"
        self.now = NOW

    def work(self, number: int) -> None:
        """A day: an item with an attachment comes, is approved and published."""
        self.now += timedelta(days=1)
        url = f"http://jyt.example.gov.cn/files/{number}.pdf"
        page = self.make_page(
            f"http://jyt.example.gov.cn/dt/{number}.html",
            title=f"省教育厅开展第{number}次检查",
            text=f"第{number}次检查。" * 12,
            files=(FetchedFile(url, PDF + bytes([number]), "application/pdf"),),
            attachments=(Attachment(f"附件{number}", url),),
            at=self.now,
        )
        with Intake(self.database, self.sources, self.portal) as intake:
            intake.take([page])
        desk = Desk({column.key: 1 for column in self.portal.columns}, timedelta())
        with self.database.write() as connection:
            actor = find_actor(connection, "ann")
            for one in walk_waiting(connection):
                wish = Wish("approve", "bumen", None)
                decide(connection, one.item, one.number, wish, actor, desk, self.now)
        self.publish()

    def publish(self, full: bool = False) -> None:
        self.now += timedelta(minutes=1)
        publish_site(self.database, self.portal, self.home, self.now, full=full)

    def back_up(self, **options: int) -> Backup:
        self.now += timedelta(minutes=1)
        return make_backup(self.database, self.backups, (), self.now, **options)

    @contextmanager
    def restored(self, force: bool = True) -> Iterator[Database]:
        self.database.close()
        restore_backup(self.backups, self.home, self.url, self.now, force=force)
        with closing(Database.open(self.url, self.home)) as database:
            self.database = database
            yield database

    def read_portal(self) -> dict[str, bytes]:
        folder = self.home / "site" / "current"
        return {
            str(Path(at, name).relative_to(folder)): Path(at, name).read_bytes()
            for at, _, names in os.walk(folder, followlinks=True)
            for name in names
        }


def check_log(connection: Connection) -> int:
    return verify_chain(connection, [*list_heads(connection), *list_backup_heads(connection)])
