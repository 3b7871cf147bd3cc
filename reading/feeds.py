"""RSS and Atom: rows of a feed, by feedparser, from bytes and never from a string that could be a path."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import feedparser

from clock import PORTAL_ZONE
from reading.address import join
from reading.dates import read_date
from reading.page import ListPage, Page, Row
from reading.rows_scan import squeeze

_HEAD = re.compile(
    r"(?:<\?xml[^>]*>\s*)?(?:<\?[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<(?:rss|feed|rdf:RDF|atom:feed)[\s>]",
    re.I | re.S,
)
_TAGS = re.compile(r"<[^<>]*>")
_DATES = ("published", "updated", "created", "pubdate", "dc_date")


def is_feed(text: str) -> bool:
    """Say whether a text begins as RSS, Atom or RDF does."""
    return _HEAD.match(text[:4000].lstrip("\ufeff \t\r\n")) is not None


def read_feed(page: Page, text: str, charset: str) -> ListPage:
    """Read a feed's entries as rows; `next` is its own link to older entries (RFC 5005).

    `text` is the page as our decoder read it: feedparser's own fails on a declaration that is no encoding.
    An entry without a title or an address is no row. Status `empty` for a feed without entries, `no_rows`
    for what is no feed.
    """
    # BytesIO, since feedparser opens bytes that name a local file.
    raw = io.BytesIO(text.encode("utf-8", "replace"))
    feed = feedparser.parse(raw, response_headers={"content-type": "application/xml; charset=utf-8"})
    rows = tuple(row for entry in feed.entries if (row := _read_entry(entry, page)))
    if not rows:
        return ListPage(
            page.url, status="empty" if feed.get("version") else "no_rows", family="feed", charset=charset
        )
    following = next(
        (link.get("href") for link in feed.feed.get("links", []) if link.get("rel") == "next"), None
    )
    return ListPage(page.url, rows, next=join(page.url, following), family="feed", charset=charset)


def _read_entry(entry: Any, page: Page) -> Row | None:
    url = join(page.url, entry.get("link") or "")
    title = squeeze(_TAGS.sub("", entry.get("title") or ""))
    if not url or not title:
        return None
    stated = next((text for key in _DATES if (text := entry.get(key))), "")
    return Row(title, url, read_moment(stated, page.fetched))


def read_moment(stated: str, fetched: datetime) -> str | None:
    """A feed's date in the portal's zone, as exact as stated; one without a zone is taken as the portal's."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(stated.strip())
        except (ValueError, TypeError, OverflowError):
            continue
        if len(stated.strip()) <= 10:
            break
        if (
            moment.tzinfo is None
            and read is parsedate_to_datetime
            and stated.rstrip().endswith(("-0000", "GMT", "UT"))
        ):
            moment = moment.replace(tzinfo=UTC)
        local = moment.astimezone(PORTAL_ZONE) if moment.tzinfo else moment
        return local.replace(tzinfo=None).isoformat(timespec="minutes")
    return read_date(stated, fetched)
