"""The readers on the sample province: every list and every article is read as its truth says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode, urlsplit

import pytest

from demo.answers import Asked, answer
from demo.configuration import write_configuration
from demo.content import Channel, Key, Site, Truth
from demo.province import make_province
from reading.article import read_article
from reading.listing import read_list
from reading.page import Form, Hints, ListPage, Page, Reading, Row
from sources import Sources, load_sources
from spiders.hints import make_hints

PROVINCE = make_province(date(2026, 11, 21))
FETCHED = datetime(2026, 11, 21, 2, tzinfo=UTC)
CHANNELS = [(site, channel) for site in PROVINCE.sites for channel in site.channels]


def fetch(address: str, form: Form | None = None) -> Page:
    parts = urlsplit(address)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    got = answer(PROVINCE, Asked(parts.netloc, target, urlencode(form or ())))
    assert got.status == 200
    return Page(got.body, address, FETCHED, got.content_type, form)


@cache
def configure() -> Sources:
    """The demo's own sources.yaml, as the crawl reads it."""
    with TemporaryDirectory() as folder:
        return load_sources(write_configuration(PROVINCE, Path(folder)).sources)


def hint(site: Site, channel: Channel) -> Hints:
    return make_hints(configure().source(f"{site.key}-{channel.slug}"), site.site_name)


def read_pages(site: Site, channel: Channel) -> list[ListPage]:
    pages: list[ListPage] = []
    waiting: list[tuple[str, Form | None]] = [(PROVINCE.list_address(site, channel), None)]
    while waiting and len(pages) < 10:
        pages.append(read_list(fetch(*waiting.pop(0)), hint(site, channel)))
        waiting += [(pages[-1].next, pages[-1].form)] if pages[-1].next else []
        waiting += [(part, None) for part in pages[-1].parts]
    assert waiting == []
    return pages


def squash(text: str | None) -> str:
    return "".join((text or "").split())


@pytest.mark.parametrize(
    ("site", "channel"), CHANNELS, ids=lambda part: getattr(part, "key", None) or part.slug
)
def test_every_list_is_read_to_its_last_row(site: Site, channel: Channel) -> None:
    pages = read_pages(site, channel)
    rows = {row.url: row for page in pages for row in page.rows}
    wanted: dict[str, Row] = {}
    for key in PROVINCE.list_keys(site, channel):
        truth, headline = PROVINCE.tell_truth(key), PROVINCE.headline(key)
        day = headline.moment.strftime("%Y-%m-%d") if headline.dated else None
        title = headline.title if site.shape != "sitemap" else ""
        wanted[truth.address] = Row(title, truth.address, day)
    assert {url: Row(row.title, url, row.date and row.date[:10]) for url, row in rows.items()} == wanted
    promised = pages[0].promised
    assert promised in (None, len(wanted))


def expected(truth: Truth) -> dict[str, object]:
    return {
        "title": truth.title,
        "published": truth.published,
        "issued": truth.issued,
        "credit": truth.credit,
        "doc_number": truth.doc_number,
        "attachments": {address for _, address in truth.attachments},
        "images": set(truth.images),
        "missing": [],
        "fault": None,
    }


def told(reading: Reading, truth: Truth) -> dict[str, object]:
    text = squash(reading.text)
    return {
        "title": reading.title,
        "published": reading.published,
        "issued": reading.issued,
        "credit": reading.credit,
        "doc_number": reading.doc_number,
        "attachments": {one.url for one in reading.attachments},
        "images": {one.url for one in reading.images},
        "missing": [sentence for sentence in truth.sentences if squash(sentence) not in text],
        "fault": reading.fault,
    }


@pytest.mark.parametrize(
    ("site", "channel"), [pytest.param(*pair, id=f"{pair[0].key}-{pair[1].slug}") for pair in CHANNELS]
)
def test_every_article_is_read_as_its_truth_says(site: Site, channel: Channel) -> None:
    for serial in range(PROVINCE.count(site, channel)):
        truth = PROVINCE.tell_truth(Key(site.key, channel.slug, serial))
        reading = read_article(fetch(truth.address), hint(site, channel))
        if truth.outcome == "missing":
            assert reading.fault
            continue
        assert told(reading, truth) == expected(truth), truth.address
