"""Three nights of the sample province by real crawls: found, reviewed, published, and nothing by itself."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from clock import write_time
from demo.configuration import write_configuration
from demo.editing import approve_clean, mark_demo
from demo.province import Province, make_province
from demo.server import ProvinceServer, serve
from pipelines.dedupe import squash
from pipelines.documents import read_document
from portal import load_portal
from publish.site import publish_site
from publish.verify import verify_site
from store.database import Database

DAY = date(2026, 11, 10)
FIRST = datetime.fromisoformat("2026-11-10T02:00:00+00:00")
Row = dict[str, Any]


@dataclass
class Country:
    """A served province with its folder, crawled and published step by step."""

    home: Path
    server: ProvinceServer
    province: Province
    environment: dict[str, str] = field(default_factory=dict)

    def crawl(self, at: datetime, *words: str) -> dict[str, Row]:
        command = [sys.executable, "-m", "demo.crawl_process", write_time(at), *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return {row["source"]: row for row in map(json.loads, done.stdout.splitlines())}

    @contextlib.contextmanager
    def open(self) -> Iterator[Database]:
        url = self.environment["CAIBIAN_DATABASE_URL"]
        with contextlib.closing(Database.open(url, self.home)) as database:
            yield database

    def publish(self, at: datetime) -> dict[str, bytes]:
        """Publish, check the release, and give every file of it by its path."""
        with self.open() as database:
            publish_site(database, load_portal(self.home / "portal.yaml"), self.home, at)
            assert verify_site(database, self.home, deep=True) == []
        top = self.home / "site" / "current"
        found: dict[str, bytes] = {}
        for folder, _, names in os.walk(top, followlinks=True):
            for name in names:
                path = Path(folder) / name
                found[str(path.relative_to(top))] = path.read_bytes()
        return found

    def ask(self, query: str, **values: object) -> list[Any]:
        with self.open() as database, database.read() as connection:
            return list(connection.execute(text(query), values))


@dataclass(frozen=True)
class Nights:
    """What three nights left behind: the rows of each crawl and the files of each release."""

    country: Country
    rows: list[dict[str, Row]]
    sites: list[dict[str, bytes]]
    again: dict[str, Row]
    asked_again: list[str]
    waiting: list[tuple[str, str]]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """Night one is crawled twice and reviewed; nights two and three are crawled and nobody decides."""
    home = tmp_path_factory.mktemp("nights")
    province = make_province(DAY, port=0)
    with serve(province, 0) as server:
        country = Country(home, server, server.province)
        files = write_configuration(server.province, home)
        country.environment = {
            **os.environ,
            "CAIBIAN_HOME": str(home),
            "CAIBIAN_DATABASE_URL": f"sqlite:///{home / 'caibian.sqlite'}",
            "CAIBIAN_SOURCES": str(files.sources),
            "CAIBIAN_PORTAL": str(files.portal),
        }
        with country.open() as database:
            mark_demo(database, "nights", FIRST)
        rows = [country.crawl(FIRST)]
        with country.open() as database:
            approve_clean(database, load_portal(files.portal), FIRST)
        waiting = country.ask(
            "SELECT json_extract(r.form, '$.title'), r.form FROM reviews v "
            "JOIN revisions r ON r.id = v.revision WHERE v.state <> 'approved'"
        )
        sites = [country.publish(FIRST + timedelta(hours=1))]
        server.forget()
        again = country.crawl(FIRST + timedelta(minutes=30), "--no-recheck")
        asked = [f"{hit.host}{hit.path}" for hit in server.hits]
        for night in (2, 3):
            server.set_night(night)
            at = FIRST + timedelta(days=night - 1, hours=1)
            rows.append(country.crawl(at))
            sites.append(country.publish(at + timedelta(hours=1)))
        yield Nights(country, rows, sites, again, asked, [(row[0], row[1]) for row in waiting])


def test_every_source_is_well_on_the_first_night_but_the_refused_one(nights: Nights) -> None:
    verdicts = {source: row["verdict"] for source, row in nights.rows[0].items()}
    assert {source for source, verdict in verdicts.items() if verdict != "well"} == {"nanping-neibu"}
    assert verdicts["nanping-neibu"] == "blocked"
    assert "robots.txt" in nights.rows[0]["nanping-neibu"]["evidence"]
    assert sum(row["new"] for row in nights.rows[0].values()) > 300


def test_what_robots_refuse_is_never_asked_for(nights: Nights) -> None:
    asked = nights.country.server.asked("nanping")
    assert asked
    assert not [path for path in asked if "col1202" in path or "art_1202" in path]


def test_an_unchanged_province_costs_no_article(nights: Nights) -> None:
    province = nights.country.province
    articles = {truth.address.split("//")[1].split("/", 1)[1] for truth in province.truths()}
    again = [path for path in nights.asked_again if path.split("/", 1)[-1] in articles]
    assert again == []
    assert sum(row["new"] + row["changed"] + row["failed"] for row in nights.again.values()) == 0


def test_a_source_that_broke_is_named_the_same_night(nights: Nights) -> None:
    assert nights.rows[1]["keji-kjdt"]["verdict"] == "redesigned"
    calm = {"well", "quiet"}
    others = {source: row["verdict"] for source, row in nights.rows[1].items() if row["verdict"] not in calm}
    assert others == {"keji-kjdt": "redesigned", "nanping-neibu": "blocked"}


def test_the_changed_page_waits_and_the_public_one_stays(nights: Nights) -> None:
    found = nights.country.ask("SELECT item, revision FROM log WHERE action = 'source-changed'")
    assert len(found) == 1
    ((state, path),) = nights.country.ask(
        "SELECT v.state, p.path FROM reviews v JOIN publications p ON p.item = v.item "
        "WHERE v.revision = :revision",
        revision=found[0][1],
    )
    assert state == "waiting"
    assert nights.sites[0][path.lstrip("/")] == nights.sites[2][path.lstrip("/")]


def test_the_withdrawn_page_is_a_doubt_and_stays_public(nights: Nights) -> None:
    gone = [truth for truth in nights.country.province.at_night(2).truths() if truth.outcome == "gone"]
    assert len(gone) == 1
    rows = nights.country.ask(
        "SELECT s.gone_count, p.path, d.word FROM sightings s JOIN publications p ON p.item = s.item "
        "JOIN items i ON i.id = s.item JOIN revision_doubts d ON d.revision = i.public_revision "
        "WHERE s.address = :address",
        address=gone[0].address.replace(":0/", f":{nights.country.server.port}/"),
    )
    ((count, path, word),) = rows
    assert count == 2
    assert "连续两次" in word
    assert path.lstrip("/") in nights.sites[2]


def test_nothing_is_published_without_a_person(nights: Nights) -> None:
    """Nights two and three brought new, changed and vanished pages; the portal stayed as it was."""
    assert sum(row["new"] for row in nights.rows[1].values()) > 0
    assert nights.sites[0] == nights.sites[1] == nights.sites[2]


def test_no_secret_and_nothing_undecided_is_in_any_published_byte(nights: Nights) -> None:
    site = nights.sites[0]
    texts = {path: raw.decode("utf-8", "ignore") for path, raw in site.items()}
    for path, raw in site.items():
        ending = Path(path).suffix
        if path.startswith("files/") and ending in (".pdf", ".docx", ".xlsx"):
            read = read_document(raw, ending)
            assert read.fault is None, path
            texts[path] = read.text
    assert any(path.endswith(".pdf") for path in texts)
    everything = "\n".join(texts.values())
    secrets = [secret for truth in nights.country.province.truths() for secret in truth.secrets]
    assert len(secrets) >= 2
    for secret in secrets:
        assert secret not in everything
    assert not re.search(r"机密\s*★", everything)
    assert len(nights.waiting) >= 3
    words = squash(everything)
    for title, form in nights.waiting:
        assert squash(title) not in words or _is_reposted(title, texts), title
        for sentence in re.findall(r"<p>([^<]{24,})</p>", json.loads(form)["html"]):
            assert squash(sentence) not in words, sentence


def _is_reposted(title: str, texts: dict[str, str]) -> bool:
    """A waiting item's title may stand on the portal when another, approved item bears it, too."""
    return any(f"<h1>{title}</h1>" in page for path, page in texts.items() if path.startswith("articles/"))


def test_the_demo_says_on_every_page_that_it_is_one(nights: Nights) -> None:
    pages = {path: raw for path, raw in nights.sites[0].items() if path.endswith(".html")}
    assert len(pages) > 300
    assert [path for path, raw in pages.items() if "演示" not in raw.decode()] == []
