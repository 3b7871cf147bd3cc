"""What is written here: a file with its fields at the head, its text in Markdown, attachments beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from markdown_it import MarkdownIt
from pydantic import Field

from clock import tell_day
from entries import Check, Day, Entry, Text, Words
from errors import ConfigurationError, Fault, NotAllowed, UserFault
from pipelines.allowing import allow_found
from pipelines.cluster import doubt_old_news, find_likenesses, mark_item, settle
from pipelines.documents import DocumentReader
from pipelines.keep import keep_attachment
from pipelines.label import RULES_VERSION, suggest_column
from pipelines.normalize import clean_html, clean_line, describe_file
from pipelines.screening import list_own, read_words, screen_form
from portal import Portal
from sources import Sources
from store.bands import save_fresh_bands
from store.database import Database
from store.files import StoredFile, save_file
from store.forms import EMPTY, Form
from store.items import NewRevision, Suggested, add_doubts, add_findings, add_item, add_label, add_revision
from store.moves import EDITORS, Actor
from store.reviews import open_review
from yamlfile import parse_document

_HEAD = re.compile(rb"\A(?:\xef\xbb\xbf)?---[ \t]*\r?\n(.*?)^---[ \t]*\r?\n", re.DOTALL | re.MULTILINE)
_LARGEST = 50 << 20  # bytes of one attachment


class Head(Entry):
    """The fields at the head of a written item."""

    title: Text = Field(description="the title")
    column: str | None = Field(default=None, description="the key of the portal column that it is meant for")
    credit: Text | None = Field(
        default=None, description="the source to name (来源); the portal's organizer if absent"
    )
    author: Text | None = Field(default=None, description="who wrote it")
    doc_number: Text | None = Field(default=None, description="the number of the document (发文字号)")
    index_number: Text | None = Field(default=None, description="the index number (索引号)")
    issuer: Text | None = Field(default=None, description="the agency that issued it (发布机构)")
    issued: Day | None = Field(
        default=None, description="the day it was signed (成文日期), such as 2026-11-05"
    )
    topic: Text | None = Field(default=None, description="the subject (主题分类)")
    summary: Text | None = Field(default=None, description="one or two sentences")
    attachments: Annotated[Words, Field(description="files beside this one")] = ()


@dataclass(frozen=True)
class Written:
    """An item read from a file, not saved yet; `files` are kept on disk already."""

    form: Form
    text: str
    column: str | None
    files: tuple[StoredFile, ...]


def read_written(path: Path, home: Path, portal: Portal) -> Written:
    """Read an item that somebody wrote, and keep its attachments.

    Raises ConfigurationError with every fault of the head, UserFault for a file that cannot be used.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UserFault(f"{path}: cannot be read: {error.strerror}") from error
    found = _HEAD.match(raw)
    if found is None:
        raise UserFault(f"{path}:1: expected a head between two lines of ---, with at least `title:`")
    head = _read_head(b"\n" + found[1], str(path), portal)
    body = _decode(raw[found.end() :], path)
    named = tuple(_keep_all(head.attachments, path.parent, home))
    fields = head.model_dump(exclude={"column", "attachments", "issued"})
    issued = head.issued.isoformat() if isinstance(head.issued, date) else None
    return compose({**fields, "issued": issued}, head.column, body, named, portal)


def compose(
    fields: Mapping[str, str | None],
    column: str | None,
    body: str,
    named: Sequence[tuple[str, StoredFile]],
    portal: Portal,
) -> Written:
    """Make the form of what somebody wrote: its fields, its text in Markdown, its files by name."""
    html = clean_html(MarkdownIt("commonmark", {"html": False}).enable("table").render(body))
    form: Form = {
        **EMPTY,
        **{name: clean_line(value) for name, value in fields.items()},
        "credit": clean_line(fields.get("credit")) or portal.identity.organizer,
        "html": html,
        "attachments": [describe_file(name, file, None) for name, file in named],
    }
    return Written(form, read_words(html), column, tuple(file for _, file in named))


def submit_written(
    database: Database,
    written: Written,
    portal: Portal,
    sources: Sources,
    actor: Actor,
    now: datetime,
    via: str = "terminal",
) -> int:
    """Put a written item into the queue, screened and compared like any other; give its number.

    Raises NotAllowed for a person who is no editor: agencies submit in the back office.
    """
    if not actor.roles & EDITORS:
        raise NotAllowed(f"{actor.id} may not write items: that needs the role editor or chief")
    with DocumentReader() as reader:
        own = list_own(None, portal)
        checked = screen_form(written.form, written.text, database.home, reader, now, portal, own)
    mark = mark_item(written.form, written.text, None)
    with database.read() as connection:
        near = find_likenesses(connection, {0: mark})[0]
    compared = {one.item: one for one in near if one.item is not None}
    with database.write() as connection:
        for file in written.files:
            save_file(connection, file)
        item = add_item(connection, "written", None)
        revision = add_revision(connection, NewRevision(item, checked.form, {}, "written", actor.id), now)
        label = _label(written, portal)
        add_label(connection, revision, label)
        add_doubts(connection, revision, checked.doubts, now)
        add_findings(connection, revision, allow_found(connection, checked.found), (checked.version, now))
        open_review(connection, revision, label.column_key, actor.id, via, now)
        save_fresh_bands(connection, [(item, mark.bands)])
        settle(connection, item, mark, compared, sources, fresh=True)
        # it has no publication but the one that is asked for now
        today, old_after = tell_day(now).isoformat(), portal.settings.old_after_days
        doubt_old_news(connection, item, today, compared, old_after, now)
    return item


def _label(written: Written, portal: Portal) -> Suggested:
    if written.column is not None:
        return Suggested(written.column, 1.0, ("作者指定的栏目",), RULES_VERSION)
    return suggest_column(written.form, None, None, portal)


def _read_head(raw: bytes, file: str, portal: Portal) -> Head:
    check = Check(parse_document(raw, file))
    head = check.read(Head)
    columns = {column.key for column in portal.columns}
    if head is not None and head.column is not None and head.column not in columns:
        check.add(("column",), f"{head.column!r} is no column, expected one of {', '.join(sorted(columns))}")
    if head is None or check.faults:
        raise ConfigurationError(check.faults or [Fault(file, 1, 1, "the head cannot be read")])
    return head


def _keep_all(names: tuple[str, ...], folder: Path, home: Path) -> Iterator[tuple[str, StoredFile]]:
    for name in names:
        path = folder / name
        if Path(name).name != name:
            raise UserFault(f"{name!r}: an attachment lies beside the file, without a folder in its name")
        try:
            size = path.stat().st_size
            raw = path.read_bytes() if size <= _LARGEST else b""
        except OSError as error:
            raise UserFault(f"{path}: cannot be read: {error.strerror}") from error
        if size > _LARGEST:
            raise UserFault(
                f"{path}: {size >> 20} MB is more than an attachment may have ({_LARGEST >> 20} MB)"
            )
        kept = keep_attachment(home, name, raw)
        if kept.file is None:
            raise UserFault(f"{path}: its content is no document that a portal may carry")
        yield name, kept.file


def _decode(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserFault(f"{path}: the text is not UTF-8 (byte {error.start} behind the head)") from error
