"""What the crawl tells the pipeline: one message for each thing that happened to an address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from reading.page import Reading, Row


@dataclass(frozen=True)
class FetchedFile:
    """An attachment or image of a page: its bytes, or the fault that says why there are none."""

    url: str
    raw: bytes | None
    content_type: str = ""
    fault: str | None = None


@dataclass(frozen=True)
class ListSeen:
    """A list page with its rows; `digest` is the SHA-256 of its bytes, `address` its own."""

    source: str
    address: str
    digest: str
    rows: tuple[Row, ...]
    at: datetime
    promised: int | None = None
    next: str | None = None
    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True)
class PageRead:
    """A page that was fetched and read; `address` is what was asked, canonical, `url` what answered.

    `source` is empty for a page that a person named at a site where no source of ours stands (人工采集).
    """

    source: str
    address: str
    url: str
    raw: bytes
    reading: Reading
    at: datetime
    status: int = 200
    content_type: str = ""
    etag: str | None = None
    modified: str | None = None
    files: tuple[FetchedFile, ...] = ()
    row: Row | None = None


@dataclass(frozen=True)
class PageUnchanged:
    """A known page that answered 304."""

    source: str
    address: str
    at: datetime


@dataclass(frozen=True)
class PageFailed:
    """A page that could not be fetched or read, with the reason."""

    source: str
    address: str
    reason: str
    at: datetime
    status: int | None = None
    row: Row | None = None


@dataclass(frozen=True)
class PageGone:
    """A page that was read before and now answers 404 or 410."""

    source: str
    address: str
    status: int
    at: datetime


Message = ListSeen | PageRead | PageUnchanged | PageFailed | PageGone


class Saved(Enum):
    """What became of a message."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DUPLICATE = "duplicate"
    FAILED = "failed"
    SEEN = "seen"
    GONE = "gone"
