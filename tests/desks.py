"""A desk for the tests: its application over a store of the sample's, people signed in, items that wait."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from pipelines.intake import Intake
from portal import Portal
from reading.page import Doubt
from review.app import create_app
from sample import BODY, NOW
from sources import Sources
from store.accounts import ROLES, add_account
from store.database import Database
from store.sessions import open_session

PASSWORD = "雪山-湖泊-8848-草原"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Clock:
    """A clock that moves when it is told."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@dataclass
class Office:
    """The desk of a test, and who sits at it."""

    app: Flask
    database: Database
    portal: Portal
    sources: Sources
    clock: Clock
    tokens: dict[str, str] = field(default_factory=dict)

    def client(self, who: str | None = None) -> FlaskClient:
        """Give a browser of its own, signed in as somebody."""
        client = self.app.test_client()
        if who is not None:
            client.set_cookie("caibian-desk", self._sign_in(who))
        return client

    def let_in(self, window: Any, base: str, who: str) -> None:
        """Sign a real browser's window in as somebody, with the cookie that the desk itself gives."""
        token = self._sign_in(who)
        cookie = {"name": "caibian-desk", "value": token, "url": base, "sameSite": "Strict", "httpOnly": True}
        window.add_cookies([cookie])

    def _sign_in(self, who: str) -> str:
        with self.database.write() as connection:
            return open_session(connection, who, self.clock())

    def post(self, client: FlaskClient, path: str, script: bool = True, **fields: Any) -> Any:
        """Send a form as the desk's own page would, with its token."""
        with self.app.test_request_context():
            token = read_token(client)
        headers = {"X-Desk": "1"} if script else {}
        return client.post(path, data={"csrf_token": token, **fields}, headers=headers)

    def run(self, query: str) -> list[Any]:
        """Ask the store behind the desk."""
        from sqlalchemy import text

        with self.database.read() as connection:
            return list(connection.execute(text(query)))


def read_token(client: FlaskClient) -> str:
    """Take the token of a page's forms."""
    found = _TOKEN.search(client.get("/password", follow_redirects=True).text)
    assert found is not None
    return found[1]


def make_office(database: Database, portal: Portal, sources: Sources) -> Office:
    """Open a desk over a store, with one more account for every role: `as-chief` and so on."""
    clock = Clock()
    with database.write() as connection:
        for role in ROLES:
            add_account(connection, f"as-{role}", [role], None, NOW)
    app = create_app(database, portal, sources, database.home, clock)
    return Office(app, database, portal, sources, clock)


def fill(intake: Intake, make_page: Callable[..., Any], clean: int) -> None:
    """Put clean items into the queue, then one with a doubt, one with a mark, one that needs two persons."""
    pages = [
        make_page(
            address=f"http://jyt.example.gov.cn/dt/{number}.html",
            title=f"省教育厅第{number}次取暖检查通报",
            text=f"第{number}次。" + BODY,
            published="2026-11-04T09:30",
        )
        for number in range(1, clean + 1)
    ]
    base = "http://jyt.example.gov.cn/dt/"
    pages.append(
        make_page(
            address=f"{base}doubt.html",
            title="关于公布省级名录的通知",
            text="名录。" + BODY,
            doubts=(Doubt("published", "页面标签写 2026-11-04，meta 写 2026-11-02"),),
        )
    )
    pages.append(
        make_page(
            address=f"{base}mark.html", title="关于某项工作情况的通报", text="内部资料 注意保存\n" + BODY
        )
    )
    pages.append(make_page(address=f"{base}two.html", title="关于干部任免的通知", text="任免。" + BODY))
    intake.take(pages)


@contextmanager
def serving(office: Office) -> Iterator[str]:
    """Serve the desk for a real browser."""
    from review.server import serve_desk

    with serve_desk(
        office.database, office.portal, office.sources, office.database.home, office.clock, port=0
    ) as port:
        yield f"http://127.0.0.1:{port}"
