"""What the portal's pages are made of: frozen data, with nothing of the store in it."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from markupsafe import Markup


@dataclass(frozen=True)
class IdentityView:
    """Who publishes the portal, as head, footer and meta tags say it (N12, N13)."""

    name: str
    legal_name: str
    site_name: str
    site_domain: str
    site_id_code: str
    base_url: str
    organizer: str
    undertaker: str | None
    address: str | None
    phone: str | None
    hours: str | None
    email: str | None
    icp: str | None
    police: str | None
    party_mark: str | None
    error_report: str | None
    crawler_contact: str
    notice: str | None


@dataclass(frozen=True)
class LinkView:
    """A link to another site; `mutual` where that one links here, too."""

    name: str
    url: str
    mutual: bool = False


@dataclass(frozen=True)
class LinkGroupView:
    """A row of the link directory."""

    name: str
    links: tuple[LinkView, ...]


@dataclass(frozen=True)
class GuideView:
    """A section of the 公开指南: its heading and paragraphs."""

    title: str
    text: tuple[str, ...]


@dataclass(frozen=True)
class TopicView:
    """What makes a column a topic: its banner, who keeps it, its time; `state` is coming, open or ended."""

    title: str
    lead: str
    unit: str | None
    period: str
    state: str


class Section(ABC):
    """What has a page of its newest items and feeds of them beside it: a column, an agency."""

    @property
    @abstractmethod
    def path(self) -> str:
        """The address of its newest items."""

    @property
    def feed(self) -> str:
        """The address of its Atom feed."""
        return f"{self.path}feed.atom"

    @property
    def rss(self) -> str:
        """The address of its RSS feed."""
        return f"{self.path}feed.rss"

    @property
    def json_feed(self) -> str:
        """The address of its JSON Feed."""
        return f"{self.path}feed.json"

    @property
    def feeds(self) -> tuple[str, str, str]:
        """The addresses of all of them: Atom, RSS, JSON Feed."""
        return self.feed, self.rss, self.json_feed


@dataclass(frozen=True)
class AgencyView(Section):
    """One agency that something comes from: its own page has the newest of it and the feeds."""

    key: str
    name: str

    @property
    def description(self) -> str:
        """What its page holds, in a sentence."""
        return f"{self.name}提供、本站发布的信息"

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/agencies/{self.key}/"


@dataclass(frozen=True)
class ColumnView(Section):
    """One column as pages name it; `path` is its newest page, which never moves."""

    key: str
    slug: str
    name: str
    zone: str
    zone_name: str
    description: str
    keywords: tuple[str, ...]
    type: str
    style: str  # news, documents or notices
    period_days: int | None
    topic: TopicView | None = None
    links: tuple[LinkView, ...] = ()

    @cached_property
    def seal(self) -> str:
        """The hash of all that stands here."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @property
    def path(self) -> str:
        """The address of 最新."""
        return f"/columns/{self.slug}/"

    def page(self, number: int) -> str:
        """The address of one permanent page, numbered from the oldest."""
        return f"/columns/{self.slug}/page-{number}.html"


@dataclass(frozen=True)
class ZoneView:
    """One zone of the portal, an anchor of the front page."""

    key: str
    name: str
    note: str | None
    columns: tuple[ColumnView, ...]


@dataclass(frozen=True)
class SiteView:
    """What every page shows of the portal itself: it changes with the configuration and with nothing else."""

    identity: IdentityView
    zones: tuple[ZoneView, ...]
    links: tuple[LinkGroupView, ...]
    css: str
    script: str
    icon: str
    page_size: int
    front_rows: int
    search: bool = True
    agencies: tuple[AgencyView, ...] = ()
    guide: tuple[GuideView, ...] = ()
    traditional: bool = False

    @property
    def columns(self) -> tuple[ColumnView, ...]:
        """Every column, in the order of the configuration."""
        return tuple(column for zone in self.zones for column in zone.columns)

    @property
    def topics(self) -> tuple[ColumnView, ...]:
        """The topic columns whose time it is: the front page has them in a band of their own."""
        return tuple(one for one in self.columns if one.topic is not None and one.topic.state == "open")

    @property
    def has_directory(self) -> bool:
        """Whether the portal has a 公开目录: it has when a column is made for documents."""
        return any(column.style == "documents" for column in self.columns)

    @cached_property
    def seal(self) -> str:
        """The hash of all that stands here."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @property
    def top(self) -> int:
        """How many of a column's newest items some page shows."""
        return max(self.page_size, self.front_rows)

    def absolute(self, path: str) -> str:
        """Give the full address of a path of this portal."""
        return self.identity.base_url.rstrip("/") + path


@dataclass(frozen=True)
class Mark:
    """That a document was repealed, expired (red) or changed (warn): words first, colour second (N16)."""

    kind: str
    tag: str
    title: str
    text: str


@dataclass(frozen=True)
class FileView:
    """One attachment: its name as shown, its address on the portal, its type and size in words."""

    name: str
    path: str
    kind: str
    size: str


@dataclass(frozen=True, slots=True)
class RowView:
    """One item as lists and feeds show it."""

    item: int
    title: str
    path: str
    credit: str
    published: datetime  # the portal's own first publication
    updated: datetime
    doc_number: str | None
    mark: Mark | None
    summary: str
    index_number: str | None = None
    issuer: str | None = None
    issued: str | None = None  # 成文日期, only as exact as it was stated
    topic: str | None = None


@dataclass(frozen=True)
class ArticleView:
    """One article's page; nothing here changes when other items come or go."""

    number: int
    title: str
    path: str
    column: ColumnView
    body: Markup
    published: datetime  # the portal's own first publication (PubDate)
    stated: str | None  # 原文发布, only as exact as the source gave it
    issued: str | None  # 成文日期
    credit: str
    author: str | None
    original: str | None
    doc_number: str | None
    index_number: str | None
    issuer: str | None
    topic: str | None
    validity: str | None
    mark: Mark | None
    summary: str
    files: tuple[FileView, ...]
    correction: str | None = None  # what was corrected here after publication (更正说明)
    image: str | None = None  # its first own image

    @property
    def is_document(self) -> bool:
        """Whether it carries the 公开 header (N19)."""
        return bool(self.doc_number or self.index_number)


@dataclass(frozen=True)
class GoneView:
    """The page at the address of a withdrawn item: what, when, why; never its title."""

    number: int
    path: str
    column: ColumnView | None
    at: datetime
    reason: str | None


@dataclass(frozen=True)
class Pager:
    """Where a list page stands: 最新 has no `number` and alone knows the newest page's."""

    number: int | None
    newest: int
    older: int | None
    newer: int | None

    @property
    def shown(self) -> tuple[int | None, ...]:
        """The page numbers that 最新 links, newest first, None for what is left out."""
        if self.newest <= 6:
            return tuple(range(self.newest, 0, -1))
        return (*range(self.newest, self.newest - 3, -1), None, 2, 1)


@dataclass(frozen=True)
class ListView:
    """One page of a column, newest row first; `total` stands on 最新 only."""

    column: ColumnView
    rows: tuple[RowView, ...]
    pager: Pager
    total: int | None
    siblings: tuple[ColumnView, ...]


@dataclass(frozen=True)
class AgencyPage:
    """The page of one agency: its newest rows."""

    agency: AgencyView
    rows: tuple[RowView, ...]


@dataclass(frozen=True)
class BlockView:
    """One column on the front page."""

    column: ColumnView
    rows: tuple[RowView, ...]


@dataclass(frozen=True)
class FrontZoneView:
    """One zone on the front page, with the columns that have something to show."""

    zone: ZoneView
    blocks: tuple[BlockView, ...]

    @property
    def newest(self) -> datetime | None:
        """When something came last."""
        return max((row.published for block in self.blocks for row in block.rows), default=None)


@dataclass(frozen=True)
class Entry:
    """One address of the sitemap; `at` is a moment as the store writes it."""

    path: str
    at: str | None
