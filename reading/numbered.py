"""Pages that are counted: the address of the next one, by a number in the query or in a pattern."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from reading.address import join
from reading.page import Form, ListPage, Paging

# Parts of a query that hold the page's number, the first row's number, the rows of a page.
_PAGE = re.compile(
    r"(?:page|pageno|pagenum|pagenumber|pageindex|page_no|page_num|page_index|currentpage|curpage|current|pn)"
)
_START = re.compile(r"(?:start|offset|startrow|startindex|skip|from)")
_SIZE = re.compile(r"(?:pagesize|page_size|size|limit|rows|perpage|per_page|pagerows|length)")
_MARK = "90909090909"


def turn_page(read: ListPage, paging: Paging) -> ListPage:
    """Set the next page of a list that ops say is numbered; None after an empty page or the last row."""
    if not read.rows:
        return replace(read, next=None) if read.status != "second_request" else read
    number = find_number(read.url, paging)
    if number is None or _is_last(read, number, paging):
        return replace(read, next=None)
    return replace(read, next=write_number(read.url, paging, number + paging.step))


def turn_by_query(read: ListPage) -> ListPage:
    """Turn an answer whose own address has a page's number, as long as the answer promises more rows."""
    if read.next or not read.rows or not (read.promised or read.pages):
        return read
    for name, value in _query(read.url):
        if not re.fullmatch(r"\d{1,7}", value):
            continue
        if _PAGE.fullmatch(name.lower()):
            return turn_page(read, Paging(param=name, first=min(int(value), 1)))
        if _START.fullmatch(name.lower()) and read.promised:
            return turn_page(read, Paging(param=name, first=0, step=_size(read.url) or len(read.rows)))
    return read


def turn_by_form(read: ListPage, form: Form | None) -> ListPage:
    """Turn an answer to a form that holds a page's number, as long as the answer promises more rows."""
    if form is None or read.next or not read.rows or not (read.promised or read.pages):
        return read
    for at, (name, value) in enumerate(form):
        if not _PAGE.fullmatch(name.lower()) or not re.fullmatch(r"\d{1,7}", value):
            continue
        number = int(value)
        if _is_last(read, number, Paging(param=name, first=min(number, 1))):
            return read
        return replace(read, next=read.url, form=(*form[:at], (name, str(number + 1)), *form[at + 1 :]))
    return read


def find_number(url: str, paging: Paging) -> int | None:
    """The number of the page at an address: what stands there, else the first; None for a stranger."""
    if paging.param is not None:
        value = dict(_query(url)).get(paging.param)
        return paging.first if value is None else int(value) if re.fullmatch(r"\d{1,9}", value) else None
    marked = _place(url, paging, _MARK)
    found = re.fullmatch(re.escape(marked).replace(_MARK, r"(\d{1,9})"), url) if marked else None
    return int(found[1]) if found else paging.first


def write_number(url: str, paging: Paging, number: int) -> str | None:
    """The address of a numbered page, seen from another page of the same list; None below nought."""
    return _place(url, paging, str(number)) if number >= 0 else None


def _place(url: str, paging: Paging, number: str) -> str | None:
    if paging.pattern is not None:
        return join(url, paging.pattern.replace("{n}", number))
    parts, name = urlsplit(url), quote(paging.param or "", safe="")
    pairs = [pair for pair in parts.query.split("&") if pair]
    stands = any(pair.partition("=")[0] == name for pair in pairs)
    moved = [f"{name}={number}" if pair.partition("=")[0] == name else pair for pair in pairs]
    return urlunsplit(parts._replace(query="&".join(moved if stands else [*pairs, f"{name}={number}"])))


def _is_last(read: ListPage, number: int, paging: Paging) -> bool:
    """The list says how many rows or pages it has and this is the last, or the page is not full."""
    before, rows = number - paging.first, len(read.rows)
    turns = abs(before // paging.step)
    if read.pages and turns + 1 >= read.pages:
        return True
    # A page is not taken for the last because it is short: a site may give fewer rows than it was asked for.
    seen = (turns + 1) * rows if abs(paging.step) == 1 else abs(before) + rows
    return bool(read.promised) and seen >= (read.promised or 0)


def _size(url: str) -> int | None:
    """The rows of a full page, where the address asks for a number of them."""
    asked = (value for name, value in _query(url) if _SIZE.fullmatch(name.lower()))
    return next((int(value) for value in asked if re.fullmatch(r"[1-9]\d{0,3}", value)), None)


def _query(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)
