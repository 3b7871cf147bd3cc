"""A page on its way into the store: kept, cleaned, screened and labelled, before any transaction begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from classify.model import Model
from classify.rules import Facts
from pipelines.cluster import Mark, mark_item
from pipelines.dedupe import hash_words
from pipelines.documents import DocumentReader
from pipelines.keep import keep_files, keep_page
from pipelines.label import find_agency, gather_facts, suggest_column, suggest_learned
from pipelines.messages import PageRead
from pipelines.normalize import normalize_reading
from pipelines.screening import list_own, screen_form
from portal import Portal
from sources import Source, Sources
from store.drafts import Drafts
from store.files import StoredFile
from store.forms import Form
from store.items import Found, Suggested

# Raised whenever the reading of pages changes, so that readings can be told apart.
READER_VERSION = "1"


@dataclass(frozen=True)
class Arrival:
    """Everything that will be saved of one page; `files` begins with the raw page itself."""

    page: PageRead
    form: Form
    fields: dict[str, Any]
    origins: dict[str, str]
    doubts: tuple[tuple[str, str], ...]
    found: tuple[Found, ...]
    screened: tuple[str, datetime]
    label: Suggested
    files: tuple[StoredFile, ...]
    text_hash: str
    agency: str | None
    mark: Mark
    facts: Facts
    reader_version: str = READER_VERSION

    def differs(self, before: Mapping[str, Any], text_hash: str) -> bool:
        """Say whether the page changed in what it says: its words, or the content of its attachments."""
        return self.text_hash != text_hash or _replaced(before, self.fields)


def prepare_arrival(
    page: PageRead, home: Path, drafts: Drafts, reader: DocumentReader, sources: Sources, portal: Portal
) -> Arrival:
    """Do all the work on a page that needs no transaction; files are durable once `drafts` are settled."""
    source = sources.source(page.source) if page.source else None
    agency = find_agency(sources, source.agency if source is not None else None)
    raw = keep_page(drafts, page)
    kept = keep_files(home, drafts, page)
    provider = (agency.site_name or agency.name) if agency else _name_site(source, page.url)
    normal = normalize_reading(page.reading, page.row, kept, provider, page.url)
    now = page.at
    own = list_own(agency, portal)
    checked = screen_form(normal.form, normal.text, home, reader, now, portal, own, page.reading.html)
    names = [one.name for one in page.reading.attachments]
    return Arrival(
        page=page,
        form=checked.form,
        fields={**normal.form, "text": normal.text},
        origins=normal.origins,
        doubts=(*normal.doubts, *checked.doubts),
        found=(*checked.found, *_note_silent(page, checked.version)),
        screened=(checked.version, now),
        label=suggest_column(normal.form, source, agency, portal),
        files=(raw, *(one.file for one in kept.values() if one.file is not None)),
        text_hash=hash_words(normal.form["title"], normal.text, names),
        agency=source.agency if source is not None else None,
        mark=mark_item(normal.form, normal.text, source.agency if source is not None else None),
        facts=gather_facts(normal.form, source, agency),
    )


def _note_silent(page: PageRead, version: str) -> tuple[Found, ...]:
    """Note pictures that no word stands for; most sites write none, so it is no doubt that stops an item."""
    silent = sum(not one.told for one in page.reading.images)
    words = f"{silent} 张图片没有替代文字"
    return (
        (Found("silent-picture", version, "note", "images", words, told="读屏的人不知道内容"),)
        if silent
        else ()
    )


def _name_site(source: Source | None, url: str) -> str:
    """Name where a page stands: its source, else the host."""
    return source.name if source is not None else urlsplit(url).hostname or url


def label_arrivals(
    arrivals: Mapping[int, Arrival], portal: Portal, model: Model | None
) -> dict[int, Arrival]:
    """Label what rules have labelled already by what editors taught, a whole batch at once."""
    if model is None or not arrivals:
        return dict(arrivals)
    items = [(one.facts, one.fields["text"]) for one in arrivals.values()]
    labels = suggest_learned(items, portal, model)
    return {
        place: replace(one, label=label) for (place, one), label in zip(arrivals.items(), labels, strict=True)
    }


def _replaced(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """A file with other bytes than before, or one that had failed to come; a new failure is no change."""
    old = {file["name"]: file["hash"] for file in before.get("attachments", ())}
    new = {file["name"]: file["hash"] for file in now.get("attachments", ())}
    return any(old.get(name) != digest for name, digest in new.items())
