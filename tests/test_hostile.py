"""Hostile items from the page to the portal: nothing runs, nothing calls out, on desk and portal alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html import escape
from typing import Any

import pytest
from browsers import MARKS, open_browser
from desks import Office, make_office, serving
from office import read_site
from payloads import PAYLOADS

from demo.documents import make_picture
from demo.portal_server import serve_folder
from pipelines.intake import Intake
from pipelines.messages import FetchedFile, PageRead
from portal import Portal
from publish.site import publish_site
from reading.page import Attachment, Image
from sample import BODY, NOW
from sources import Sources
from store.accounts import find_actor
from store.database import Database
from store.moves import Wish
from store.queue import walk_waiting
from store.reviews import Desk, decide

pytestmark = MARKS

MakePage = Callable[..., PageRead]
# What would run, or lead to what runs, wherever it stands; the desk's and the portal's own have none of it.
LIVE = """() => {
  const leads = /^(href|src|action|formaction|data|srcdoc|background|poster|ping)$/i;
  const runs = /^(javascript|vbscript|data:text)/i;
  const inert = /ld\\+json|speculationrules/;
  const bad = 'script:not([src]), iframe[srcdoc], base, object, embed, meta[http-equiv=refresh]';
  const attributes = [...document.querySelectorAll('*')].flatMap(one => [...one.attributes]
    .filter(at => /^on/i.test(at.name)
      || leads.test(at.name) && runs.test(at.value.replace(/[\\0-\\x20]/g, '')))
    .map(at => `${one.tagName} ${at.name}=${at.value}`.slice(0, 90)));
  const elements = [...document.querySelectorAll(bad)].filter(one => !inert.test(one.type || ''));
  return attributes.concat(elements.map(one => one.outerHTML.slice(0, 90)));
}"""
COVERS = """() => [...document.querySelectorAll('article *, .row *, main td *')].filter(one =>
  ['fixed', 'sticky'].includes(getComputedStyle(one).position) && one.textContent.includes('盖住')).length"""


def test_there_are_two_hundred_payloads() -> None:
    assert len(PAYLOADS) >= 200


@pytest.fixture
def backend() -> str:
    """A browser sees no difference."""
    return "sqlite"


@pytest.fixture
def office(database: Database, portal: Portal, sources: Sources) -> Office:
    return make_office(database, portal, sources)


@pytest.fixture
def window() -> Iterator[Any]:
    """A browser that lets nothing out, and notes what ran and what was asked for."""
    with open_browser() as browser:
        opened = browser.new_context(viewport={"width": 1280, "height": 900})
        opened.faults = []
        opened.route(
            lambda address: not address.startswith("http://127.0.0.1:"),
            lambda route: (opened.faults.append(route.request.url), route.abort()),
        )
        opened.on("dialog", lambda dialog: (opened.faults.append(dialog.message), dialog.dismiss()))
        opened.on("page", lambda page: page.on("websocket", lambda one: opened.faults.append(one.url)))
        yield opened
        opened.close()


def test_the_browser_of_these_tests_tells_what_runs(window: Any) -> None:
    page = window.new_page()
    for payload in PAYLOADS[:8]:
        page.set_content(payload.replace("//evil", "http://evil"))
    assert {"1", "3"} <= set(window.faults)
    assert any("evil.invalid" in fault for fault in window.faults)


def make_hostile(make_page: MakePage, number: int, payloads: tuple[str, ...]) -> PageRead:
    """One item with payloads in every field, in the names of files and images, and in the page itself."""
    told = " ".join(payloads)
    base = f"http://jyt.example.gov.cn/dt/{number}"
    file, picture = f"{base}/a.txt", f"{base}/p.png"
    body = "".join(f"<div>{payload}</div>" for payload in payloads)
    hint = escape(told)
    link = f'<a title="{hint}" href="{file}">附件</a><img src="{picture}" alt="{hint}">'
    page = make_page(
        address=f"{base}.html",
        title=f"第{number}条 {told}",
        text=f"第{number}条{'甲乙丙丁戊己庚辛'[number % 8] * 5}。{BODY}{told}",
        html=f"<p>第{number}条。{BODY}</p>{body}{link}",
        credit=told,
        author=told,
        doc_number=told,
        index_number=told,
        issuer=told,
        topic=told,
        summary=told,
        list_name=told,
        attachments=(Attachment(f"{told}.txt", file),),
        files=(
            FetchedFile(file, f"附件{number}。{told}".encode()),
            FetchedFile(picture, make_picture(str(number))),
        ),
    )
    reading = replace(page.reading, images=(Image(picture, told),))
    raw = f"<!doctype html><meta charset=utf-8><title>{told}</title><body>{body}".encode()
    return replace(page, reading=reading, raw=raw)


@pytest.fixture
def hostile(intake: Intake, make_page: MakePage) -> Callable[[int], int]:
    """Bring all payloads, so many an item; give how many items."""

    def bring(at_once: int) -> int:
        parts = [PAYLOADS[at : at + at_once] for at in range(0, len(PAYLOADS), at_once)]
        intake.take([make_hostile(make_page, number, part) for number, part in enumerate(parts, 1)])
        return len(parts)

    return bring


def _check(page: Any, address: str, faults: list[str]) -> None:
    page.goto(address, wait_until="load")
    live = page.evaluate(LIVE)
    assert live == [], (address, live[:3])
    assert page.evaluate(COVERS) == 0, address
    assert faults == [], (address, faults[:3])


def _look_at_desk(office: Office, window: Any, count: int) -> None:
    with serving(office) as base:
        office.let_in(window, base, "chi")
        page = window.new_page()
        addresses = [f"{base}/", *(f"{base}/items/{item}@1" for item in range(1, count + 1))]
        for address in addresses:
            _check(page, address, window.faults)
        for item in range(1, count + 1):  # as if somebody had opened the archive by itself
            page.goto(f"{base}/items/{item}@1/source", wait_until="load")
            assert window.faults == []
        page.close()


def _publish(office: Office) -> None:
    desk = Desk({one.key: 1 for one in office.portal.columns}, timedelta())
    with office.database.write() as connection:
        chi, bo = find_actor(connection, "chi"), find_actor(connection, "bo")
        for one in walk_waiting(connection):
            for actor in (chi, bo):
                wish = Wish("approve", "bumen", "测试")
                if decide(connection, one.item, one.number, wish, actor, desk, NOW).to_state == "approved":
                    break
    publish_site(office.database, office.portal, office.database.home, NOW + timedelta(hours=1))


def _look_at_portal(office: Office, window: Any, count: int) -> None:
    _publish(office)
    folder = office.database.home / "site" / "current"
    paths = [path for path in read_site(folder) if path.endswith(".html")]
    articles = [path for path in paths if path.startswith("/articles/")]
    assert len(articles) == count
    pages = [
        *articles,
        "/",
        "/search/?q=alert",
        *(path for path in paths if path.startswith("/columns/bumen")),
    ]
    with serve_folder(folder, 0) as port:
        base = f"http://127.0.0.1:{port}"
        page = window.new_page()
        for path in pages:
            _check(page, f"{base}{path}", window.faults)
        page.close()


def test_nothing_of_an_item_runs_or_calls_out(
    hostile: Callable[[int], int], office: Office, window: Any
) -> None:
    count = hostile(24)
    _look_at_desk(office, window, count)
    _look_at_portal(office, window, count)
    assert window.faults == []


@pytest.mark.soak
def test_nothing_runs_or_calls_out_with_each_payload_by_itself(
    hostile: Callable[[int], int], office: Office, window: Any
) -> None:
    count = hostile(1)
    _look_at_desk(office, window, count)
    _look_at_portal(office, window, count)
    assert window.faults == []
