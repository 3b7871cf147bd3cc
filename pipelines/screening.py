"""A form before the screen: personal data masked, then every field, and the words inside its attachments."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from pathlib import Path

from clock import tell_day
from pipelines.documents import DocumentReader
from pipelines.masking import is_reprint, mask_form
from pipelines.personal import find_private, mask
from pipelines.screen import Screened, screen_age, screen_reprint, screen_texts, tell_version
from portal import Portal
from sources import Agency
from store.files import read_bytes
from store.forms import Form
from store.items import Found

_BLOCK_END = re.compile(r"<br>|<hr>|</(?:p|h[2-6]|li|d[td]|t[dhr]|caption|figcaption|blockquote|pre|div)>")
_TAG = re.compile(r"<[^>]*>")
_ATTRIBUTE = re.compile(r'\s(?:alt|title)="([^"]+)"')
_FIELDS = (
    *("title", "credit", "author", "doc_number", "index_number", "issuer", "topic", "summary"),
    *("validity", "correction", "list_name"),
)


@dataclass(frozen=True)
class Checked:
    """The form as it may be shown, what the screen found, doubts about files that it could not look into.

    `version` names the rules and lists that it was screened by.
    """

    form: Form
    found: list[Found]
    doubts: list[tuple[str, str]]
    version: str


def screen_form(
    form: Form,
    text: str,
    home: Path,
    reader: DocumentReader,
    now: datetime,
    portal: Portal,
    own: Collection[str] = (),
    markup: str = "",
) -> Checked:
    """Mask a form and screen it whole: its fields, its text, the names and the words of its files.

    `own` are the names under which the text is the provider's own; what another is credited with is a reprint
    and stays unmasked. `markup` is the page's body before it was cleaned, for the titles of its links.
    """
    lists = portal.screen.lists
    reprint = is_reprint(form, text, own)
    masked: list[Found] = []
    if not reprint:
        done = mask_form(form, lists.numbers, tell_version(lists))
        form, masked = done.form, done.found
        text = mask(text, find_private(text, public=lists.numbers))
    checked = _check(form, text, home, reader, now, portal, reprint, markup)
    return replace(checked, found=[*masked, *checked.found])


def screen_again(
    form: Form, home: Path, reader: DocumentReader, at: datetime, portal: Portal, own: Collection[str]
) -> Checked:
    """Screen a form that is stored already by today's lists, as on the day `at`; nothing is masked."""
    text = read_words(form["html"])
    return _check(form, "", home, reader, at, portal, is_reprint(form, text, own))


def _check(
    form: Form,
    text: str,
    home: Path,
    reader: DocumentReader,
    now: datetime,
    portal: Portal,
    reprint: bool,
    markup: str = "",
) -> Checked:
    lists = portal.screen.lists
    version = tell_version(lists)
    doubts: list[tuple[str, str]] = []
    texts = [*_list_texts(form, text, markup), *_read_files(form, home, reader, doubts)]
    found = screen_texts([one for one in texts if one.text], lists)
    found += screen_reprint(form, reprint, lists)
    found += screen_age(form, tell_day(now), portal.settings.old_after_days, version)
    return Checked(form, list(dict.fromkeys(found)), doubts, version)


def list_own(agency: Agency | None, portal: Portal) -> tuple[str, ...]:
    """List the names under which a text is an agency's own, or the portal's; of media all is a reprint."""
    who = portal.identity
    ours = (who.name, who.legal_name, who.site_name, who.organizer, who.undertaker)
    if agency is not None and agency.group in ("media", "outside"):
        return tuple(filter(None, ours))
    theirs = (agency.name, agency.short_name, agency.site_name) if agency is not None else ()
    return tuple(filter(None, (*theirs, *ours)))


def read_words(html: str) -> str:
    """Give the words that clean markup shows, a line a block; tags inside a line leave no gap."""
    lines = _BLOCK_END.sub("\n", html)
    return unescape(_TAG.sub("", lines))


def _list_texts(form: Form, text: str, markup: str) -> Iterator[Screened]:
    for name in _FIELDS:
        yield Screened(name, form[name] or "", short=True)
    body, said = Screened("body", form["html"], markup=True), Screened("body", text)
    yield body
    if text and said.folded not in body.folded:  # words that the markup leaves out are read elsewhere
        yield said
    alts = [one["alt"] or "" for one in form["images"]] + _ATTRIBUTE.findall(f"{form['html']}{markup}")
    for alt in dict.fromkeys(map(unescape, alts)):
        yield Screened("images", alt, short=True)


def _read_files(
    form: Form, home: Path, reader: DocumentReader, doubts: list[tuple[str, str]]
) -> Iterator[Screened]:
    for file in form["attachments"]:
        field = f"附件：{file['name']}"
        yield Screened(field, file["name"], short=True)
        words = reader.read(read_bytes(home, "attachment", file["hash"]), "." + file["type"])
        yield Screened(field, words.text, file=True)
        if words.fault is not None:
            doubts.append(("attachments", f"{field}：{words.fault}"))
