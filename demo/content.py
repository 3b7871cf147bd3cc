"""The words of the sample province: a site, its channels, its articles, and what is true of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Channel:
    """One list of a site.

    `column` is what sources.yaml says (None leaves it to the portal's rules), `expected` the portal
    column where the items belong; `fresh` counts the rows that come on the second and third night;
    `keys` are further keys of the source in sources.yaml.
    """

    slug: str
    number: int
    name: str
    kind: str
    expected: str
    count: int
    column: str | None = None
    fresh: tuple[int, int] = (0, 0)
    step: float = 1.3
    per_page: int = 10
    selectors: tuple[tuple[str, str], ...] = ()
    site_kind: str = "auto"
    keys: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Site:
    """One agency with its site; the key is also its host's name, `KEY.localhost`."""

    key: str
    name: str
    short_name: str
    group: str
    level: str
    site_name: str
    shape: str
    topic: str
    channels: tuple[Channel, ...]
    sign: str = "示"
    reprint: str | None = None

    def channel(self, slug: str) -> Channel:
        """Find a channel by its slug; raises KeyError."""
        for channel in self.channels:
            if channel.slug == slug:
                return channel
        raise KeyError(slug)


@dataclass(frozen=True, order=True)
class Key:
    """Which article: the serial counts from the oldest, so that new ones never renumber the others."""

    site: str
    channel: str
    serial: int


@dataclass(frozen=True)
class File:
    """A document beside an article; `lines` is the text inside it."""

    name: str
    path: str
    lines: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Say which of pdf, docx, xlsx it is."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True)
class Picture:
    """A small picture, drawn from its path."""

    path: str
    alt: str


@dataclass(frozen=True)
class Headline:
    """What a list knows of an article; `moment` is None where the source states no date."""

    key: Key
    title: str
    moment: datetime
    dated: bool = True
    pinned: bool = False


@dataclass(frozen=True)
class Article:
    """An article as its site tells it."""

    headline: Headline
    path: str
    paragraphs: tuple[str, ...]
    credit: str
    credit_shown: str
    issued: datetime | None = None
    doc_number: str | None = None
    index_number: str | None = None
    subject: str | None = None
    files: tuple[File, ...] = ()
    pictures: tuple[Picture, ...] = ()
    mark: str | None = None
    outcome: str = "item"
    trap: str | None = None
    author: str = "示例编辑"

    @property
    def title(self) -> str:
        """The whole title."""
        return self.headline.title


@dataclass(frozen=True)
class Truth:
    """What a reader should find at an address, so that tests and later issues can measure.

    `published` and `issued` are ISO text, exactly as precise as the article page states them.
    `outcome` is item, secret or attachment_id_number (both block), id_number (it is masked), missing
    (a soft 404), refused (by robots.txt) or gone (withdrawn on this night).
    `sources` are the ids of all sources that list the address; `original` is set on a repost.
    """

    address: str
    agency: str
    sources: tuple[str, ...]
    title: str
    published: str | None
    issued: str | None
    credit: str
    doc_number: str | None
    sentences: tuple[str, ...]
    attachments: tuple[tuple[str, str], ...]
    images: tuple[str, ...]
    column: str
    outcome: str
    trap: str | None
    original: str | None = None
    secrets: tuple[str, ...] = field(default=())

    @property
    def blocks(self) -> bool:
        """Whether the first screen must block the item."""
        return self.outcome in {"secret", "attachment_id_number"}
