"""From an approved form to what pages show of it; nothing is guessed, and nothing is given more exactly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from sys import intern
from typing import Any
from urllib.parse import urlsplit

from publish.body import arrange_body, is_own_file, is_plain
from publish.views import ArticleView, ColumnView, FileView, Mark, RowView

SUMMARY = 110  # characters of the lead's and the feed's summary
SHORT = 16  # a stated summary with fewer says no more than the title; the text begins with more

# Control characters, directional overrides and what has no width: they hide or reorder what one reads.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069"
    "\ufeff\ufffe\uffff\ud800-\udfff]"
)
_REPEALED = re.compile(r"废止|失效|作废|过期|终止")
_IN_FORCE = re.compile(r"现行有效|继续有效|^有效")
_CHANGED = re.compile(r"修改|修订|更正|部分")
_TAG = re.compile("<[^>]*>")
# Before a document says anything: its number, then whom it is addressed to.
_ADDRESSED = re.compile(
    r"(?:[^〔\s。]{2,12}〔\d{4}〕\s*\d+\s*号\s*)?"
    r"(?:(?![^：:]*(?:表示|[说称]|指出|获悉|如下|要求|强调))[^。：:]{0,80}各[^。：:]{0,60}[：:]\s*)?"
)
_END, _FAR, _ENOUGH = "</p>", 3000, 600  # of a paragraph; signs of markup, characters of text
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?)?)?")


def clean(value: object) -> str:
    """Give a field's text without hidden characters and without space around it; "" where there is none."""
    return _HIDDEN.sub("", str(value)).strip() if value else ""


def see_date(value: object) -> str | None:
    """Give a stated date as pages show it, `2026-11-05` or `2026-11-05 10:10`; None for anything else."""
    text = clean(value)
    return text.replace("T", " ")[:16] if _DATE.fullmatch(text) else None


def see_mark(validity: str | None) -> Mark | None:
    """Read a document's validity: repealed or expired is red, changed amber, in force has no mark (N16)."""
    if not validity or (_IN_FORCE.search(validity) and not _REPEALED.search(validity)):
        return None
    if _REPEALED.search(validity):
        word = "已失效" if re.search(r"失效|过期", validity) and "废止" not in validity else "已废止"
        said = "" if word.endswith(validity) else f"{validity}。"  # no more than the title says
        return Mark("red", word, f"本文件{word}", f"{said}本页保留，供查阅历史文本。")
    if _CHANGED.search(validity):
        return Mark("warn", "已修改", "本文件已有修改", f"{validity}。请以最新文本为准。")
    return None


def see_files(form: Mapping[str, Any]) -> tuple[FileView, ...]:
    """Give the attachments that the form names and the portal serves."""
    views = []
    for file in form["attachments"]:
        path = clean(file.get("path"))
        if is_own_file(path):
            kind = (clean(file.get("type")) or path.rpartition(".")[2]).rpartition("/")[2].upper()[:5]
            name = clean(file.get("name")) or path.rpartition("/")[2]
            views.append(FileView(name, path, kind, tell_size(int(file.get("bytes") or 0))))
    return tuple(views)


def tell_size(count: int) -> str:
    """Write a number of bytes for people: `46 KB`, `1.2 MB`; "" when it is not known."""
    if count <= 0:
        return ""
    if count < 1000 * 1024:
        return f"{max(1, round(count / 1024))} KB"
    return f"{count / 1024 / 1024:.1f} MB"


def list_files(form: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the address of every file that the form shows: attachments and images."""
    named = [clean(file.get("path")) for file in (*form["attachments"], *form["images"])]
    return tuple(dict.fromkeys(path for path in named if is_own_file(path)))


def list_images(form: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the address of every image that the form names and the portal serves, in their order."""
    named = [clean(file.get("path")) for file in form["images"]]
    return tuple(path for path in named if is_own_file(path))


def see_credit(form: Mapping[str, Any], site_name: str) -> str:
    """Name where an item comes from: 来源, else the issuer, else its site's host, else the portal."""
    original = clean(form["address"])
    return clean(form["credit"]) or clean(form["issuer"]) or urlsplit(original).hostname or site_name


def see_summary(form: Mapping[str, Any]) -> str:
    """Give the form's summary, else the beginning of its text, at most `SUMMARY` characters."""
    text = _skip_address(clean(form["summary"]))
    if len(text) < SHORT:
        text = _skip_address(_read_beginning(form["html"])) or text
    return text if len(text) <= SUMMARY else text[: SUMMARY - 1] + "…"


def _skip_address(text: str) -> str:
    found = _ADDRESSED.match(text)
    return text[found.end() :] if found else text


def see_row(
    item: int,
    form: Mapping[str, Any],
    path: str,
    published: datetime,
    updated: datetime,
    site_name: str,
    summary: bool = True,
) -> RowView:
    """Show an item as a row of lists and feeds; only feeds and the lead need its `summary`."""
    return RowView(
        item=item,
        title=clean(form["title"]),
        path=path,
        credit=intern(see_credit(form, site_name)),  # few names on very many rows
        published=published,
        updated=updated,
        doc_number=clean(form["doc_number"]) or None,
        mark=see_mark(clean(form["validity"])),
        summary=see_summary(form) if summary else "",
        index_number=clean(form["index_number"]) or None,
        issuer=clean(form["issuer"]) or None,
        issued=see_date(form["issued"]),
        topic=clean(form["topic"]) or None,
    )


def see_article(
    number: int, form: Mapping[str, Any], path: str, column: ColumnView, published: datetime, site_name: str
) -> ArticleView:
    """Show an item as its own page."""
    validity = clean(form["validity"]) or None
    return ArticleView(
        number=number,
        title=clean(form["title"]),
        path=path,
        column=column,
        body=arrange_body(_HIDDEN.sub("", form["html"]), {clean(i.get("path")): i for i in form["images"]}),
        published=published,
        stated=see_date(form["published"]),
        issued=see_date(form["issued"]),
        credit=see_credit(form, site_name),
        author=clean(form["author"]) or None,
        original=clean(form["address"]) or None,
        doc_number=clean(form["doc_number"]) or None,
        index_number=clean(form["index_number"]) or None,
        issuer=clean(form["issuer"]) or None,
        topic=clean(form["topic"]) or None,
        validity=validity,
        mark=see_mark(validity),
        summary=see_summary(form),
        files=see_files(form),
        image=next((path for path in list_images(form) if path in form["html"]), None),
        correction=clean(form.get("correction")) or None,
    )


def _read_beginning(html: str) -> str:
    """Read the text as far as a summary can need it, which is seldom far; all of it where that is too short.

    What is skipped ends at the first colon, within 200 characters, so that twice as many and a summary do.
    """
    beginning = _HIDDEN.sub("", html[: html.rfind(_END, 0, _FAR) + len(_END)])
    text = _strip(beginning) if is_plain(beginning) else ""
    return text if len(text) > _ENOUGH else _read_text(html)


def _read_text(html: str) -> str:
    shown = _HIDDEN.sub("", html)
    if is_plain(shown):
        return _strip(shown)
    import lxml.html
    from lxml.etree import ParserError

    try:
        root = lxml.html.fragment_fromstring(shown, create_parent="div")
    except ParserError:
        return ""
    for table in root.xpath("//table|//figure|//script|//style"):
        table.drop_tree()
    return " ".join(" ".join(root.itertext()).split())


def _strip(plain: str) -> str:
    """Give the words of a plain body."""
    return " ".join(unescape(_TAG.sub(" ", plain)).split())
