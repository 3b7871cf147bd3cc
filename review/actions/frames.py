"""What an item shows in frames: the page as it will be published, and the source's page as fetched."""

from __future__ import annotations

import lxml.html
from flask import Response, abort
from flask.typing import ResponseReturnValue
from lxml import etree
from markupsafe import escape

from errors import ReadingError
from publish.fields import see_article
from publish.pages import render_article
from reading.charset import decode
from reading.tree import parse
from review.assets import read_own
from review.looks import list_looks
from review.marking import mark_page
from review.permissions import LOOK, allow
from review.protection import PREVIEW, SOURCE
from review.setting import setting
from review.visits import read_now
from store.desk import find_publication, find_source, find_standing, read_details
from store.doubts import list_doubts
from store.files import read_bytes

# What could call out before any rule is asked; scripts are refused by the sandbox anyway.
_DROPPED = ("script", "link", "base", "meta", "iframe", "frame", "object", "embed", "applet", "template")


@allow(*LOOK)
def preview(item: int, number: int) -> ResponseReturnValue:
    """Render a revision by the publisher's own template, as it would stand in its column now."""
    here, now = setting(), read_now()
    with here.database.read() as connection:
        one = find_standing(connection, item, number)
        details = read_details(connection, [one.revision])[one.revision]
        looks = list_looks(details.findings, list_doubts(connection, one.revision))
        known = find_publication(connection, item)
    columns = {column.key: column for column in here.site.columns}
    column = columns.get(one.column or "") or here.site.columns[0]
    public_no, path, published = known or (0, "/articles/", now)
    view = see_article(public_no, details.form, path, column, published, here.site.identity.name)
    page = render_article(view, here.site)
    marked = mark_page(page, [look.spot for look in looks], read_own()["marks.css"].path)
    return _frame(marked, PREVIEW)


@allow(*LOOK)
def source_page(item: int, number: int) -> ResponseReturnValue:
    """Show the page that a revision was read from, without anything that runs or calls out."""
    here = setting()
    with here.database.read() as connection:
        one = find_standing(connection, item, number)
        source = find_source(connection, one.revision)
    if source is None:
        abort(404)
    return _frame(disarm(decode(read_bytes(here.home, "page", source[0])).text), SOURCE)


def disarm(text: str) -> str:
    """Take out of a fetched page what runs or calls out; what cannot be parsed is shown as its text."""
    try:
        root = parse(text)
    except ReadingError:
        return f"<!doctype html><meta charset=utf-8><pre>{escape(text[:200_000])}</pre>"
    etree.strip_elements(root, *_DROPPED, with_tail=False)
    for element in root.iter():
        for name in map(str, list(element.attrib)):
            if name.startswith("on") or name in ("srcset", "ping", "background", "formaction"):
                del element.attrib[name]
    for link in root.iter("a", "area"):
        link.attrib.pop("href", "")  # a frame that leaves shows another page under this one's name
    inner = lxml.html.tostring(root, encoding="unicode")
    return f"<!doctype html><meta charset=utf-8>{inner}"


def _frame(html: str, policy: str) -> Response:
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = policy
    return response
