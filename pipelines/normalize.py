"""From what a page said to the form that people decide about: clean words, safe markup, files of our own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import lxml.html
import nh3
from lxml.etree import ParserError

from reading.page import Reading, Row
from store.files import StoredFile
from store.forms import EMPTY, Form

_TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"),
    *("strong", "b", "em", "i", "u", "s", "sub", "sup", "a", "img", "figure", "figcaption"),
    *("ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "type"},
}
_DROPPED = {"script", "style", "template", "iframe", "object", "noscript", "title", "svg", "math", "form"}
_OWN_FILE = re.compile(r"/files/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]{1,5}")
_NUMBER = re.compile(r"[0-9]{1,4}")
# Control, format and surrogate characters (Unicode Cc, Cf, Cs). Private and unassigned ones stay: rare
# characters of names live there.
_HIDDEN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u180e\\u200b-\\u200f"
    "\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ud800-\\udfff\\ufeff\\ufff9-\\ufffb\\U000e0001-\\U000e007f]+"
)
_LINE_FIELDS = (
    *("title", "credit", "author", "doc_number", "index_number", "issuer", "topic"),
    *("validity", "summary", "list_name"),
)


@dataclass(frozen=True)
class KeptFile:
    """What became of one file that a page names: kept (`file`), or the fault that says why not."""

    url: str
    name: str
    file: StoredFile | None
    fault: str | None = None


@dataclass(frozen=True)
class Normalized:
    """A form with its plain words, the origin of each field, and the doubts as (field, word)."""

    form: Form
    text: str
    origins: dict[str, str]
    doubts: tuple[tuple[str, str], ...]


def clean_line(text: str | None) -> str | None:
    """Bring one line to its words: what does not show is out, spaces folded; nothing left is None."""
    if text is None:
        return None
    words = " ".join(_strip_hidden(text).split())
    return words or None


def clean_html(html: str) -> str:
    """Let through the tags and attributes that an article needs, and our own files; always the last step."""
    return nh3.clean(
        _strip_hidden(html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        clean_content_tags=_DROPPED,
        attribute_filter=_filter_attribute,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    ).strip()


def normalize_reading(
    reading: Reading,
    row: Row | None,
    files: Mapping[str, KeptFile],
    provider: str,
    address: str,
) -> Normalized:
    """Make the form of a page that was read, with `files` by address and the list's `row` where one led here.

    What the page leaves out and its list states (title, date) is taken from there, and said so.
    """
    fields: dict[str, Any] = {name: clean_line(getattr(reading, name)) for name in _LINE_FIELDS}
    origins = dict(reading.origins)
    doubts = [(doubt.field, doubt.word) for doubt in reading.doubts]
    fields["published"], fields["issued"] = reading.published, reading.issued
    doubts += _take_from_row(fields, origins, row)
    if fields["published"] is None:
        doubts.append(
            ("published", "原文和列表都没有注明发布日期，请核对")
        )  # N6: it would count as not updated
    if fields["credit"] is None:
        fields["credit"], origins["credit"] = provider, "provider"
    attachments, missing = _list_attachments(reading, files)
    html = clean_html(_own_files(reading.html, files))
    images = _list_images(reading, files)
    doubts += missing
    doubts += [("images", f"图片未能取得：{one.fault}") for one in _failed_images(reading, files)]
    form = {**EMPTY, **fields, "html": html, "address": address, "attachments": attachments, "images": images}
    return Normalized(form, _strip_hidden(reading.text), origins, tuple(dict.fromkeys(doubts)))


def _take_from_row(fields: dict[str, Any], origins: dict[str, str], row: Row | None) -> list[tuple[str, str]]:
    if row is None:
        return []
    doubts = []
    if fields["title"] is None:
        fields["title"], origins["title"] = clean_line(row.title), "list row"
    if row.date is None or not row.title:  # a sitemap names no titles, and its dates are of the last change
        return []
    if fields["published"] is None:
        fields["published"], origins["published"] = row.date, "list row"
        doubts.append(("published", f"正文页没有发布日期，取自列表（{row.date}），请核对"))
    elif _days_between(fields["published"], row.date) > 1:
        doubts.append(
            ("published", f"正文页的日期（{fields['published'][:10]}）与列表（{row.date[:10]}）不一致")
        )
    return doubts


def _days_between(one: str, other: str) -> int:
    if len(one) < 10 or len(other) < 10:
        return 0
    return abs((date.fromisoformat(one[:10]) - date.fromisoformat(other[:10])).days)


def _list_attachments(
    reading: Reading, files: Mapping[str, KeptFile]
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    listed, doubts = [], []
    for one in reading.attachments:
        kept = files.get(one.url)
        name = clean_line(one.name) or "附件"
        if kept is None or kept.file is None:
            doubts.append(("attachments", f"附件“{name}”未能取得：{kept.fault if kept else '没有抓取'}"))
            continue
        listed.append(describe_file(name, kept.file, one.url))
    return listed, doubts


def describe_file(name: str, file: StoredFile, url: str | None) -> dict[str, Any]:
    """Write an attachment down as a form holds it."""
    return {
        "name": name,
        "hash": file.hash,
        "path": file.path,
        "type": file.extension[1:],
        "bytes": file.bytes,
        "url": url,
    }


def _list_images(reading: Reading, files: Mapping[str, KeptFile]) -> list[dict[str, Any]]:
    listed = []
    for one in reading.images:
        kept = files.get(one.url)
        if kept is not None and kept.file is not None:
            alt = clean_line(one.alt) or ""
            shown = {"hash": kept.file.hash, "path": kept.file.path, "alt": alt, "url": one.url}
            size = {"width": kept.file.width, "height": kept.file.height} if kept.file.width else {}
            listed.append({**shown, **size})
    return listed


def _failed_images(reading: Reading, files: Mapping[str, KeptFile]) -> list[KeptFile]:
    named = (files.get(one.url) for one in reading.images)
    return [kept for kept in named if kept is not None and kept.file is None]


def _own_files(html: str, files: Mapping[str, KeptFile]) -> str:
    """Point images and links at the files kept here; an image that is not kept is left out."""
    if not html.strip():
        return ""
    if "<img" not in html and "<a" not in html:
        return html  # most notices name no file: nothing to look for
    try:
        root = lxml.html.fragment_fromstring(html, create_parent="div")
    except ParserError:
        return ""
    paths = {url: kept.file.path for url, kept in files.items() if kept.file is not None}
    for image in list(root.iter("img")):
        path = paths.get(image.get("src") or "")
        if path is None:
            image.drop_tree()
        else:
            image.set("src", path)
    for link in root.iter("a"):
        link.set("href", paths.get(link.get("href") or "", link.get("href") or ""))
    inner = lxml.html.tostring(root, encoding="unicode")
    return str(inner[len("<div>") : -len("</div>")])


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    checks: dict[tuple[str, str], Callable[[str], object]] = {
        ("img", "src"): _OWN_FILE.fullmatch,
        ("a", "href"): lambda link: _OWN_FILE.fullmatch(link) or link.startswith(("http://", "https://")),
        ("img", "alt"): lambda _: True,
        ("th", "scope"): lambda scope: scope in ("row", "col"),
        ("ol", "type"): lambda kind: kind in ("1", "a", "A", "i", "I"),
    }
    return value if checks.get((tag, name), _NUMBER.fullmatch)(value) else None


def _strip_hidden(text: str) -> str:
    """Take out control and format characters (reliability 9), keeping line ends and tabs."""
    return _HIDDEN.sub("", text)
