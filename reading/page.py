"""The words of reading: a page that came in, what an article said, what a list showed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# How documents and pictures begin, whatever their type says.
BINARY = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"Rar!")
# The fields of a form in the order in which they are sent.
Form = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """One answer as it came: `url` is the response's own address, `fetched` an aware moment.

    `form` is what was sent by POST to get it, None where it was asked plainly.
    """

    raw: bytes
    url: str
    fetched: datetime
    content_type: str = ""
    form: Form | None = None


@dataclass(frozen=True)
class JsonPaths:
    """Where a JSON list has its parts, by names joined with dots; a part of a row stands inside the row.

    `link` may be an address with members of the row in braces (`/view/{id}.html`).
    """

    rows: str | None = None
    title: str | None = None
    link: str | None = None
    date: str | None = None
    total: str | None = None


@dataclass(frozen=True)
class Paging:
    """How the pages of a list are numbered: in a `param` of the query, or by a `pattern` with `{n}`.

    The first page has the number `first`, each further one `step` more (the rows of a page, for an offset).
    """

    param: str | None = None
    pattern: str | None = None
    first: int = 1
    step: int = 1


@dataclass(frozen=True)
class Hints:
    """What ops know of a source: CSS selectors by part, and the site's name that stands for 本网.

    `paths` and `paging` for lists that need them; `under` are the beginnings of the addresses that a
    sitemap's rows may have (its own folder where none is given).
    """

    selectors: Mapping[str, str] = field(default_factory=dict)
    site_name: str | None = None
    kind: str = "auto"
    paths: JsonPaths = JsonPaths()
    paging: Paging | None = None
    under: tuple[str, ...] = ()


@dataclass(frozen=True)
class Doubt:
    """A field that an editor should look at, with the reason in an editor's words (Chinese)."""

    field: str
    word: str


@dataclass(frozen=True)
class Attachment:
    """A document that the page links: the link's words (or file name) and its absolute address."""

    name: str
    url: str


@dataclass(frozen=True)
class Image:
    """A picture of the body, by absolute address; `told` is False where no word stands for it."""

    url: str
    alt: str
    told: bool = True


@dataclass(frozen=True)
class Reading:
    """The fields of one article page; what the page does not state is None or empty, never guessed.

    Dates are ISO text, exactly as precise as stated (`2026-11-05`, `2026-11-05T10:08`, `2026-11`).
    `html` is clean markup with absolute addresses (not yet sanitized), `text` its words by line.
    `origins` says how each field was read (meta, label, family, selector, trafilatura, …).
    `fault` says why there is nothing to keep (an error page, no body, …), else None.
    """

    url: str
    title: str | None = None
    published: str | None = None
    issued: str | None = None
    credit: str | None = None
    author: str | None = None
    doc_number: str | None = None
    index_number: str | None = None
    issuer: str | None = None
    topic: str | None = None
    validity: str | None = None
    summary: str | None = None
    list_name: str | None = None
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    images: tuple[Image, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    family: str | None = None
    charset: str = "utf-8"
    next_url: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list page: the whole title, the absolute address, the date as stated (ISO) or None.

    A sitemap names no titles: there the title is empty, and the date is that of the last change.
    """

    title: str
    url: str
    date: str | None = None


@dataclass(frozen=True)
class ListPage:
    """A list page as read; `status` is `ok` or the word that says why there are no rows.

    `next` is the absolute address of the following page, `form` what is sent there by POST (None: nothing);
    `promised` the number of rows that the list says it has in all, `pages` the number of pages it says it
    has. `parts` are further list pages beside each other (the sitemaps of an index), the newest first; `cut`
    says why further rows are out of reach.
    """

    url: str
    rows: tuple[Row, ...] = ()
    status: str = "ok"
    next: str | None = None
    promised: int | None = None
    pages: int | None = None
    family: str | None = None
    charset: str = "utf-8"
    parts: tuple[str, ...] = ()
    cut: str | None = None
    form: Form | None = None
